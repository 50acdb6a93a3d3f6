/**
 * Names and other things of the world in a text.
 *
 * People, places and organisations by the lexicon and rules of compromise
 * (https://compromise.cool), which knows English, and by the words that make a name one
 * ("Bank of …", "… GmbH"); the rest by patterns that take linear time.
 */

/** How much is read at a stretch; between, others get their turn. */
const STRETCH = 20_000;

export type Names = {
  readonly people: string[];
  readonly places: string[];
  readonly organizations: string[];
};

/** The names in an English text, in order of first appearance. */
export async function findNames(text: string, signal: AbortSignal): Promise<Names> {
  const { default: nlp } = await import("compromise");
  const people = new NameList();
  const places = new NameList();
  const organizations = new NameList();
  for (const stretch of stretchesOf(text)) {
    signal.throwIfAborted();
    for (const name of organizationsIn(stretch)) organizations.add(name);
    const doc = nlp(stretch);
    for (const names of doc.organizations().out("array") as string[]) {
      for (const name of names.split(/, | and (?=\p{Lu}{2,}\b)/u)) organizations.add(name);
    }
    for (const name of doc.people().out("array") as string[]) people.add(withoutTitle(name));
    for (const name of doc.places().out("array") as string[]) places.add(name);
    await new Promise(setImmediate);
  }
  const named = organizations.names;
  const isPart = (name: string) => named.some((longer) => holds(longer, name));
  return {
    organizations: named.filter(
      (name) => !named.some((longer) => longer !== name && holds(longer, name)),
    ),
    people: fullNames(people.names.filter((name) => !isPart(name))),
    places: places.names.filter((name) => !isPart(name)),
  };
}

/** Whole lines, as many as fit. */
function* stretchesOf(text: string): Generator<string> {
  let stretch = "";
  for (const line of text.split("\n")) {
    if (stretch.length + line.length > STRETCH && stretch !== "") {
      yield stretch;
      stretch = "";
    }
    stretch += `${line}\n`;
  }
  if (stretch.trim() !== "") yield stretch;
}

const CAPITAL = "(?:\\p{Lu}\\.|\\p{Lu}[\\p{L}\\p{N}&'’-]{0,40})";
/** Ends of names that only organisations have. */
const ENDINGS =
  "Inc|Corp|Corporation|Ltd|Limited|LLC|LLP|PLC|plc|GmbH|AG|SE|KG|S\\.A|N\\.V|B\\.V|Company|Co|Group|Holdings|University|College|Institute|School|Hospital|Bank|Agency|Association|Foundation|Ministry|Department|Committee|Commission|Council|Society|Union|Party|Museum|Airlines|Airways|Motors|Industries|Technologies|Systems|Laboratories|Labs|Partners|Trust|Times|Post|Court|Parliament";
const NAMED_BY_END = new RegExp(`(?:${CAPITAL} ){1,4}(?:${ENDINGS})\\b\\.?`, "gu");
const NAMED_BY_START =
  /\b(?:Bank|University|Ministry|Department|Institute|Museum|Council|House|Court|Academy|College|Office) (?:of|for) (?:the )?\p{Lu}[\p{L}'’-]{0,40}(?: (?:and )?\p{Lu}[\p{L}'’-]{0,40}){0,3}/gu;
const ACRONYM =
  /\b(?:NATO|UNESCO|UNICEF|WHO|NASA|ESA|FBI|CIA|IMF|OECD|WTO|BBC|CNN|IBM|SAP|BMW|OPEC|FIFA|IEEE|EU|UN)\b/gu;

function organizationsIn(text: string): string[] {
  return [NAMED_BY_START, NAMED_BY_END, ACRONYM].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([name]) =>
      name.replace(/^(?:The|A|An|In|At|On|For|By|And|But) /, ""),
    ),
  );
}

/** Names of one kind, each once, as it was first written. */
class NameList {
  readonly #names = new Map<string, string>();

  add(found: string): void {
    const name = tidy(found);
    // Rules go by position as well: what has no capital is no name.
    if (!/\p{Lu}/u.test(name) || name.length < 2 || !/^[\p{L}\p{N}]/u.test(name)) return;
    const key = name.toLowerCase();
    if (!this.#names.has(key)) this.#names.set(key, name);
  }

  get names(): string[] {
    return [...this.#names.values()];
  }
}

function tidy(found: string): string {
  const name = found
    .replace(/\s+/g, " ")
    .replace(/['’]s$/u, "")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}.)]+$/gu, "")
    .trim();
  // The full stop of an abbreviation stays.
  return /\b(?:Inc|Corp|Ltd|Co|Jr|Sr|S\.A|N\.V|B\.V)\.$/.test(name)
    ? name
    : name.replace(/\.+$/, "");
}

const TITLE =
  /^(?:(?:mr|mrs|ms|miss|dr|prof|professor|sir|dame|lord|lady|president|chancellor|minister|senator|judge|king|queen|captain|general|ceo)\.? )+(?=\S)/i;

function withoutTitle(name: string): string {
  return name.replace(TITLE, "");
}

function holds(longer: string, name: string): boolean {
  return ` ${longer.toLowerCase()} `.includes(` ${name.toLowerCase()} `);
}

/** "Merkel" is the Angela Merkel that was named before. */
function fullNames(names: readonly string[]): string[] {
  return names.filter((name) => !names.some((other) => other !== name && holds(other, name)));
}

/** Addresses, amounts and the like, each once, in order. */
export function findPattern(text: string, kind: keyof typeof PATTERNS): string[] {
  const found = [...text.matchAll(PATTERNS[kind])].map(([match]) =>
    match.replace(/[.,;:!?)\]'"]+$/, ""),
  );
  return [...new Set(found)];
}

const NUMBER = "\\d{1,3}(?:[,.\\u202f ]\\d{3}){0,6}(?:[.,]\\d{1,4})?|\\d{1,18}(?:[.,]\\d{1,4})?";
const SCALE = "(?: ?(?:thousand|million|billion|trillion|mn|bn|k|m)\\b)?";
const CURRENCY =
  "(?:USD|EUR|GBP|CHF|JPY|dollars?|euros?|pounds?|francs?|yen|rupees?|cents?)\\b|[€$£¥]";

const PATTERNS = {
  emails: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,5}/gu,
  urls: /\bhttps?:\/\/[^\s<>"'`{}|\\^]{1,2000}|\bwww\.[\w-]{1,63}(?:\.[\w-]{2,63}){1,5}(?:\/[^\s<>"'`{}|\\^]{0,2000})?/gu,
  amounts: new RegExp(
    `[$€£¥] ?(?:${NUMBER})${SCALE}|(?<![\\w.,])(?:${NUMBER})${SCALE} ?(?:${CURRENCY}|%|percent\\b|per cent\\b)`,
    "gu",
  ),
} as const;

export type FoundDate = { readonly text: string; readonly iso: string | null };

/** Dates as they are written, and as ISO 8601 where day, month and year are said. */
export async function findDates(text: string, signal: AbortSignal): Promise<FoundDate[]> {
  const { parse } = await import("chrono-node/en");
  const dates = new Map<string, FoundDate>();
  for (const stretch of stretchesOf(text)) {
    signal.throwIfAborted();
    // Without a reference only what is said counts: "yesterday" has no date of its own.
    for (const { text: said, start } of parse(stretch, new Date(0), { forwardDate: false })) {
      if (!/\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b/i.test(said)) continue;
      const isWhole = (["day", "month", "year"] as const).every((part) => start.isCertain(part));
      const part = (name: "day" | "month" | "year", width: number) =>
        String(start.get(name) ?? 0).padStart(width, "0");
      const iso = isWhole ? `${part("year", 4)}-${part("month", 2)}-${part("day", 2)}` : null;
      const date = said.replace(/^(?:on|at|in|by|from|since|until) /i, "");
      const key = date.toLowerCase();
      dates.set(key, dates.get(key) ?? { text: date, iso });
    }
    await new Promise(setImmediate);
  }
  return [...dates.values()];
}
