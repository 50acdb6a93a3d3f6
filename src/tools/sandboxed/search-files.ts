import { readFile } from "node:fs/promises";
import { decodeText, isBinary } from "../text-encoding.ts";

export type SearchOrder = {
  readonly files: readonly { readonly path: string; readonly real: string }[];
  /** A regular expression, or the words or the phrase to look for. */
  readonly query: string;
  readonly match: "phrase" | "any_word" | "all_words" | "regex";
  readonly caseSensitive: boolean;
  /** At most so many matching lines. */
  readonly limit: number;
  /** Larger files are left out, in bytes. */
  readonly maxBytes: number;
};

export type SearchMatch = {
  path: string;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  text: string;
};

export type SearchResult = { matches: SearchMatch[]; searched: number; truncated: boolean };

/** A line as it is shown; minified files have lines of a megabyte. */
const MAX_LINE = 500;

/** Look for lines in text files. Binary files, and what is larger than the limit, are left out. */
export async function work(order: SearchOrder): Promise<SearchResult> {
  const find = finderOf(order);
  const result: SearchResult = { matches: [], searched: 0, truncated: false };
  for (const { path, real } of order.files) {
    // A file may go while others are read.
    const bytes = await readFile(real).catch(() => undefined);
    if (bytes === undefined || bytes.length > order.maxBytes || isBinary(bytes)) continue;
    result.searched += 1;
    const lines = decodeText(bytes).split(/\r\n|\n|\r/);
    for (const [index, text] of lines.entries()) {
      const column = find(text);
      if (column === -1) continue;
      if (result.matches.length === order.limit) return { ...result, truncated: true };
      result.matches.push({
        path,
        line: index + 1,
        column: column + 1,
        text: shorten(text, column),
      });
    }
  }
  return result;
}

/** Where a line matches, or -1. */
function finderOf({ query, match, caseSensitive }: SearchOrder): (line: string) => number {
  if (match === "regex") {
    const pattern = new RegExp(query, caseSensitive ? "u" : "iu");
    return (line) => line.search(pattern);
  }
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase());
  if (match === "phrase") {
    const phrase = fold(query);
    return (line) => fold(line).indexOf(phrase);
  }
  const words = fold(query).split(/\s+/).filter(Boolean);
  return (line) => {
    const folded = fold(line);
    const places = words.map((word) => folded.indexOf(word));
    if (match === "all_words" && places.includes(-1)) return -1;
    const found = places.filter((place) => place !== -1);
    return found.length === 0 ? -1 : Math.min(...found);
  };
}

function shorten(text: string, column: number): string {
  const line = text.trimEnd();
  if (line.length <= MAX_LINE) return line;
  const from = Math.max(0, Math.min(column - 100, line.length - MAX_LINE));
  return `${from > 0 ? "…" : ""}${line.slice(from, from + MAX_LINE)}…`;
}
