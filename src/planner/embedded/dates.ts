/**
 * Dates in running text, as the calendar has them: "March 3rd 2024", "next Friday".
 *
 * ISO dates are read here. Everything else is left to chrono-node, which is loaded only
 * when the text has a word that can be part of a date.
 */

/** A run of the goal that names a day, or a moment of one. */
export type DateSpan = {
  readonly start: number;
  readonly end: number;
  /** `2024-03-03`, with `T14:30` if the text says a time of day. */
  readonly iso: string;
};

const ISO =
  /(?<![\w-])\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w-])/g;

const MONTH =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const WEEKDAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
const UNIT = "days?|weeks?|months?|years?";

const WEEKDAY_AND_NUMBER = new RegExp(`((?:${WEEKDAY})), \\d{1,2}$`, "i");

const JOINT = /\s+(?:to|until|till|through|and)\s+|\s*[-–]\s*/;
const ASKS_FOR_DAY =
  /\bwhat(?:'s|’s| is| day| date| time)\b[^.?!]*\b(?:date|day|time|weekday|today)\b/i;
const OFFSET = new RegExp(
  `^(?:\\w+|\\d+)\\s+(?:${UNIT}|business days?)\\s+(?:after|before|from)\\s+`,
  "i",
);

/** What is surely about a date: a bare "may" or "march" is not. */
const TRIGGERS = new RegExp(
  [
    `\\b(?:${MONTH})\\.?\\s+\\d{1,4}(?:st|nd|rd|th)?\\b`,
    `\\b\\d{1,2}(?:st|nd|rd|th)?\\.?\\s+(?:of\\s+)?(?:${MONTH})\\b`,
    `\\b(?:${WEEKDAY})\\b`,
    "\\b(?:today|tonight|tomorrow|yesterday)\\b",
    `\\b(?:next|last|this|past|coming)\\s+(?:${UNIT}|weekend)\\b`,
    `\\b(?:${UNIT})\\s+(?:ago|from\\s+(?:now|today))\\b`,
    "\\b\\d{1,2}/\\d{1,2}/\\d{2,4}\\b",
    "\\b\\d{1,2}\\.\\d{1,2}\\.\\d{4}\\b",
  ].join("|"),
  "i",
);

/**
 * The days that a text names, in order.
 * @param now milliseconds since the epoch: what "today" is, in this machine's time zone
 */
export async function readDates(text: string, now: number): Promise<DateSpan[]> {
  const spans = [...text.matchAll(ISO)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    iso: match[0],
  }));
  // Blanked out, so that "90 days after 2024-01-15" is not taken for one date.
  const rest = text.replace(ISO, (match) => "_".repeat(match.length));
  if (!TRIGGERS.test(rest)) return spans;
  const { parse } = await import("chrono-node/en");
  const read: Read = (part) => parse(part, new Date(now));
  const found = read(rest).filter(({ text: said }) => TRIGGERS.test(said));
  // "what day is it today": the word asks, and names no day to work with.
  const named = found.filter(
    ({ text: said }) => !/^today$/i.test(said) || !ASKS_FOR_DAY.test(text),
  );
  return [...spans, ...named.flatMap((one) => spansOf(one, read))].sort(
    (a, b) => a.start - b.start,
  );
}

type Read = (text: string) => readonly Parsed[];

function spansOf(found: Parsed, read: Read): DateSpan[] {
  const { index, text, end } = found;
  // "from 3 March to 1 June" is two days.
  const joint = end ? JOINT.exec(text) : null;
  if (joint) {
    const second = joint.index + joint[0].length;
    const [first] = read(text.slice(0, joint.index));
    const [last] = read(text.slice(second));
    if (first && last) return [spanOf(first, index), spanOf(last, index + second)];
  }
  // "45 days after 3 March": a number and a date, for whoever adds them.
  const offset = OFFSET.exec(text)?.[0].length ?? 0;
  if (offset > 0) {
    const [base] = read(text.slice(offset));
    return base === undefined ? [] : [spanOf(base, index + offset)];
  }
  // "next Friday, 17% of …": a number after a weekday's comma is no time of day.
  const day = text.replace(WEEKDAY_AND_NUMBER, "$1");
  const span = spanOf({ ...found, text: day }, 0);
  return [day === text ? span : { ...span, iso: dayOf(found.start) }];
}

/** What chrono-node reads of a text. */
type Parsed = {
  readonly index: number;
  readonly text: string;
  readonly start: { get(part: Part): number | null; isCertain(part: Part): boolean };
  /** Of a range. */
  readonly end?: unknown;
};
type Part = "year" | "month" | "day" | "hour" | "minute";

function spanOf({ index, text, start }: Parsed, offset: number): DateSpan {
  const clock = [start.get("hour"), start.get("minute")].map((number) => pad(number, 2)).join(":");
  const iso = start.isCertain("hour") ? `${dayOf(start)}T${clock}` : dayOf(start);
  return { start: offset + index, end: offset + index + text.length, iso };
}

function dayOf(start: Parsed["start"]): string {
  return [pad(start.get("year"), 4), pad(start.get("month"), 2), pad(start.get("day"), 2)].join(
    "-",
  );
}

function pad(number: number | null, width: number): string {
  return String(number ?? 0).padStart(width, "0");
}
