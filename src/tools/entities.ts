/**
 * Dates, amounts, addresses: what is recognised by how it is written.
 *
 * By patterns that take linear time, and for dates by chrono-node, which knows the English
 * ways to write them.
 */

/** How much is read at a stretch; between, others get their turn. */
const STRETCH = 20_000;

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
