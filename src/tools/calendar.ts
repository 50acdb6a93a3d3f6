/**
 * Dates as people write them, as calendar days.
 *
 * A day is a day of the calendar, not a point in time, so no clock change shifts it. This
 * module brings the libraries; tools import it when they are called.
 */

import { de, en, es, fr, it, nl, type ParsedResult, pt, sv } from "chrono-node";
import { Temporal } from "temporal-polyfill";
import { ToolError } from "../base/errors.ts";

export { Temporal };

export interface Moment {
  readonly date: Temporal.PlainDate;
  /** `undefined` when only a day was written. */
  readonly time: Temporal.PlainTime | undefined;
  /** Nanoseconds to UTC, when it was written. */
  readonly offsetNs: number | undefined;
  /** Whether the year was written or follows from what was; `3 March` leaves it open. */
  readonly hasYear: boolean;
}

/** Which of the days that a text such as `Friday` or `3 March` may mean. */
export type Preference = "nearest" | "future";

/**
 * The day (and time) that a text names: ISO 8601, or words such as `3 March 2026`, `today`,
 * `next Friday`, `in three weeks`, in English and some other languages.
 *
 * @param now milliseconds since the epoch: what `today` refers to, in the local time zone
 * @throws {ToolError} `tool.invalid_input` for no date, more than one, or an ambiguous one
 */
export function readDate(text: string, now: number, preference: Preference = "nearest"): Moment {
  const wanted = text.trim();
  const moment = readIso(wanted) ?? readWords(wanted, now, preference);
  if (moment !== undefined) return moment;
  throw new ToolError("tool.invalid_input", `${JSON.stringify(text)} is not a date.`, {
    hint: "Write it as 2026-03-03, 3 March 2026, today, next Friday or in 3 weeks.",
  });
}

const ENGLISH_MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" }).format(Date.UTC(2000, month)),
);
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

export function weekdayOf(date: Temporal.PlainDate): string {
  return WEEKDAYS[date.dayOfWeek - 1] ?? "";
}

/** `3 March 2026`. */
export function renderDay(date: Temporal.PlainDate): string {
  return `${date.day} ${ENGLISH_MONTHS[date.month - 1]} ${date.year}`;
}

/**
 * Mondays to Fridays from a day up to, but without, another; negative when that is earlier.
 * Public holidays count as any other day.
 */
export function businessDaysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  if (Temporal.PlainDate.compare(from, to) > 0) return -businessDaysBetween(to, from);
  const { days } = from.until(to);
  let count = Math.floor(days / 7) * 5;
  for (let rest = 0; rest < days % 7; rest++) {
    if (from.add({ days: rest }).dayOfWeek < 6) count++;
  }
  return count;
}

/** So many Mondays to Fridays on, or back; a start on a weekend counts from its next working day. */
export function addBusinessDays(date: Temporal.PlainDate, amount: number): Temporal.PlainDate {
  const step = Math.sign(amount);
  let day = date.add({ weeks: Math.trunc(amount / 5) });
  let left = Math.abs(amount % 5);
  while (left > 0) {
    day = day.add({ days: step });
    if (day.dayOfWeek < 6) left--;
  }
  while (amount !== 0 && day.dayOfWeek > 5) day = day.subtract({ days: step });
  return day;
}

/** `undefined` for texts that do not look like ISO 8601. */
function readIso(text: string): Moment | undefined {
  if (!/^\d{4}-?\d{2}-?\d{2}(?:[T ].*)?$/.test(text)) return undefined;
  try {
    const date = Temporal.PlainDate.from(text.replace(/Z$/, ""));
    const time = /[T ]/.test(text) ? Temporal.PlainTime.from(text.replace(/Z$/, "")) : undefined;
    return { date, time, offsetNs: isoOffset(text), hasYear: true };
  } catch (cause) {
    throw new ToolError("tool.invalid_input", `There is no date ${JSON.stringify(text)}.`, {
      hint: "Write a day that exists, as 2026-03-03, with a time as 2026-03-03T14:30.",
      cause,
    });
  }
}

function isoOffset(text: string): number | undefined {
  if (!/[T ].*(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const instant = Temporal.Instant.from(text);
  const wall = Temporal.PlainDateTime.from(text.replace(/Z$/, ""));
  return instant.toZonedDateTimeISO("UTC").toPlainDateTime().until(wall).total("nanoseconds");
}

const LANGUAGES = [en, de, fr, es, it, pt, nl, sv];

function readWords(text: string, now: number, preference: Preference): Moment | undefined {
  assertUnambiguous(text);
  const plain = withIsoDates(text);
  for (const language of LANGUAGES) {
    const results = language.casual.parse(plain, new Date(now), {
      forwardDate: preference === "future",
    });
    const [only] = results;
    if (only === undefined || results.length > 1 || only.end || !covers(only, plain)) continue;
    return toMoment(only);
  }
  return undefined;
}

/** Where dates are written with dots (`3.4.2026`), the day stands first; chrono's English differs. */
function withIsoDates(text: string): string {
  return text.replace(
    /(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)/,
    (_, day: string, month: string, year: string) =>
      `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`,
  );
}

/** `03/04/2026` is March in one country and April in another. */
function assertUnambiguous(text: string): void {
  const [, first, second] = /(?<!\d)(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}(?!\d)/.exec(text) ?? [];
  if (first === undefined || first === second) return;
  if (Number(first) > 12 || Number(second) > 12) return;
  const months = [first, second].map((month) => ENGLISH_MONTHS[Number(month) - 1]);
  throw new ToolError(
    "tool.invalid_input",
    `${JSON.stringify(text)} can be read as ${Number(second)} ${months[0]} or as ${Number(first)} ${months[1]}.`,
    { hint: "Write it with the year first, 2026-03-04, or with the month's name." },
  );
}

/** Whether nothing of weight stands beside what was read. */
function covers({ index, text: read }: ParsedResult, text: string): boolean {
  const rest = `${text.slice(0, index)} ${text.slice(index + read.length)}`;
  return !/[\p{L}\p{N}]/u.test(rest.replace(/\b(?:on|the|at|from|to|until|since|of)\b/gi, ""));
}

function toMoment({ start }: ParsedResult): Moment {
  const get = (part: "year" | "month" | "day" | "hour" | "minute" | "second") =>
    start.get(part) ?? 0;
  const offset = start.isCertain("timezoneOffset") ? start.get("timezoneOffset") : null;
  return {
    date: Temporal.PlainDate.from({ year: get("year"), month: get("month"), day: get("day") }),
    time: start.isCertain("hour")
      ? Temporal.PlainTime.from({ hour: get("hour"), minute: get("minute"), second: get("second") })
      : undefined,
    offsetNs: offset === null ? undefined : offset * 60e9,
    // A weekday fixes its year without naming one; a month and a day alone do not.
    hasYear: start.isCertain("year") || !start.isCertain("month"),
  };
}
