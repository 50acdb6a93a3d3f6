/**
 * Values that stand in a goal as they are: paths, addresses, quoted text, dates, numbers.
 *
 * Each is a span of the goal with a kind. Spans do not overlap: where two could be read,
 * the kind that is listed first wins, so that a path in quotes is one value and the comma
 * of "2,340" ends no clause.
 */

import { findSums } from "./arithmetic.ts";
import type { DateSpan } from "./dates.ts";
import { isKnownEnding } from "./file-types.ts";
import { numberInWords } from "./number-words.ts";

export type ValueKind =
  | "url"
  | "email"
  | "glob"
  | "path"
  | "folder"
  /** `.ts`, as in ".ts files". */
  | "ending"
  | "quoted"
  | "date"
  | "phone"
  | "sum"
  | "number";

export type Value = {
  readonly kind: ValueKind;
  /** The value as text: without quotes, a date as ISO, a sum in symbols. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
  /** Of a number. */
  readonly number?: number;
  /** Of a number: "%", a currency's sign, or the unit written to it. */
  readonly unit?: string;
};

/** Every value of the goal, in order. */
export function spotValues(goal: string, dates: readonly DateSpan[]): Value[] {
  const found: Value[] = [];
  for (const spot of [spotQuoted, spotUrls, spotEmails]) addFree(found, spot(goal));
  addFree(
    found,
    dates.map(({ start, end, iso }) => ({ kind: "date", text: iso, start, end, isQuoted: false })),
  );
  for (const spot of [spotPhones, spotSums, spotGlobs, spotPaths, spotEndings, spotNumbers]) {
    addFree(found, spot(goal));
  }
  addFree(found, spotNumberWords(goal));
  return found.sort((a, b) => a.start - b.start);
}

function addFree(found: Value[], more: readonly Value[]): void {
  const taken = found.slice();
  for (const value of more) {
    if (taken.every(({ start, end }) => value.end <= start || value.start >= end)) {
      found.push(value);
    }
  }
}

function spot(goal: string, pattern: RegExp, kind: ValueKind): Value[] {
  return [...goal.matchAll(pattern)].flatMap((match) => {
    const text = trimEnd(match[0]);
    const { index } = match;
    return text === ""
      ? []
      : [{ kind, text, start: index, end: index + text.length, isQuoted: false }];
  });
}

/** Without the sentence's own punctuation, and without a bracket that was not opened. */
function trimEnd(text: string): string {
  let trimmed = text.replace(/[.,;:!?'"’”]+$/, "");
  if (trimmed.endsWith(")") && !trimmed.includes("(")) trimmed = trimmed.slice(0, -1);
  return trimmed === text ? text : trimEnd(trimmed);
}

const QUOTES: readonly RegExp[] = [
  /"([^"\n]{1,2000})"/g,
  /“([^”\n]{1,2000})”/g,
  /`([^`\n]{1,2000})`/g,
  /«([^»\n]{1,2000})»/g,
  // An apostrophe opens a quotation only at the start of a word, and closes it at the end.
  /(?<![\p{L}\p{N}])['‘]([^\n]{1,2000}?)['’](?![\p{L}\p{N}])/gu,
];

function spotQuoted(goal: string): Value[] {
  const found: Value[] = [];
  for (const pattern of QUOTES) {
    const quoted = [...goal.matchAll(pattern)].map((match) => {
      const text = match[1] ?? "";
      const { kind = "quoted", ...more } = kindOfQuoted(text);
      const start = match.index;
      return { kind, text, start, end: start + match[0].length, isQuoted: true, ...more };
    });
    addFree(found, quoted);
  }
  return found;
}

/** A quoted path is a path. */
function kindOfQuoted(text: string): { kind?: ValueKind; number?: number } {
  for (const spotKind of [spotUrls, spotEmails, spotGlobs, spotPaths, spotNumbers]) {
    const [only] = spotKind(text);
    if (only?.start === 0 && only.end === text.length && only.unit === undefined) {
      const { kind, number } = only;
      return number === undefined ? { kind } : { kind, number };
    }
  }
  // "my notes.md": with quotes around it, a path may have blanks.
  const ending = /^[^\s.][^.\n]{0,100}\.(\w{1,8})$/.exec(text)?.[1];
  return ending !== undefined && isKnownEnding(ending) ? { kind: "path" } : {};
}

const URL_PATTERN = /\b(?:https?|ftp|wss?):\/\/[^\s<>"'`]+|\bwww\.[\w-]+\.[^\s<>"'`]+/gi;
const DOMAIN =
  /(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|dev|app|info|de|uk|eu|fr|ch|at)(?:\/[^\s<>"'`]*)?(?![\w@-])/gi;

function spotUrls(goal: string): Value[] {
  const urls = spot(goal, URL_PATTERN, "url");
  addFree(urls, spot(goal, DOMAIN, "url"));
  return urls.map((url) =>
    /^\w+:\/\//.test(url.text) ? url : { ...url, text: `https://${url.text}` },
  );
}

function spotEmails(goal: string): Value[] {
  return spot(goal, /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "email");
}

function spotPhones(goal: string): Value[] {
  return spot(goal, /(?<![\w.])\+?\(?\d[\d ().-]{6,18}\d(?![\w.]|-\d)/g, "phone").filter(
    ({ text }) => {
      const digits = text.replace(/\D/g, "").length;
      return digits >= 7 && digits <= 15 && (text.startsWith("+") || /\d[ ()-]+\d{3}/.test(text));
    },
  );
}

function spotSums(goal: string): Value[] {
  return findSums(goal).map(({ start, end, expression }) => ({
    kind: "sum",
    text: expression,
    start,
    end,
    isQuoted: false,
  }));
}

const GLOB = /(?<![\w*])[\w.@~/-]*(?:\*{1,2}|\{[\w.-]+(?:,[\w.-]+)+\})[\w.@*?{},/-]*/g;

function spotGlobs(goal: string): Value[] {
  return spot(goal, GLOB, "glob").filter(({ text }) => /[./]/.test(text));
}

const SEGMENT = String.raw`[\p{L}\p{N}_.@%+~-]+`;
const PATH = new RegExp(
  String.raw`(?<![\p{L}\p{N}_.@/:])(?:[A-Za-z]:\\[^\s"'<>|]+|~?\.{0,2}/${SEGMENT}(?:/${SEGMENT})*/?|${SEGMENT}(?:/${SEGMENT})+/?|${SEGMENT}/(?![\p{L}\p{N}])|\.{1,2}/|[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*\.[A-Za-z][A-Za-z0-9]{0,7}|\.[a-z][\w-]{2,})(?![\p{L}\p{N}_@])`,
  "gu",
);
/** Words that a slash only sets side by side. */
const ALTERNATIVES = /^(?:and|or|he|she|him|her|his|yes|no|either|n|a|w|c|o)$/i;
const WELL_KNOWN =
  /\b(?:Makefile|Dockerfile|LICENSE|README|CHANGELOG|Gemfile|Jenkinsfile)\b(?![./])/g;

function spotPaths(goal: string): Value[] {
  const paths = spot(goal, PATH, "path").filter(({ text }) => isPath(text));
  addFree(paths, spot(goal, WELL_KNOWN, "path"));
  return paths.map((path) => (isFolder(path.text) ? { ...path, kind: "folder" } : path));
}

function isPath(text: string): boolean {
  const parts = text.split("/");
  if (parts.length > 1) {
    if (/^(?:~|\.{1,2})?\//.test(text) || text.endsWith("/")) return true;
    return !parts.some((part) => ALTERNATIVES.test(part) || /^\d+$/.test(part));
  }
  if (text.includes("\\")) return true;
  const ending = text.slice(text.lastIndexOf(".") + 1);
  // "e.g", "U.S" and the like are no files, and a name like "Dr.Smith" has no such ending.
  if (isKnownEnding(ending)) return text.length > ending.length + 1 || text.startsWith(".");
  if (text.startsWith(".")) return text.length > 3;
  return /^[a-z0-9]{2,5}$/.test(ending) && !/^(?:[a-z]\.)+[a-z]$/i.test(text) && text.length > 5;
}

function isFolder(path: string): boolean {
  const last = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return (
    path.endsWith("/") || (path.includes("/") && !last.includes(".")) || /^\.{1,2}$/.test(last)
  );
}

function spotEndings(goal: string): Value[] {
  return [
    ...goal.matchAll(/(?<![\w/*])\.([a-z]\w{0,6})(?=\s+files?\b|\b(?=\s*(?:,|and|or)\s+\.))/gi),
  ].map((match) => ({
    kind: "ending",
    text: (match[1] ?? "").toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
    isQuoted: false,
  }));
}

const NUMBER =
  /(?<![\w.,])([$€£¥]\s?)?(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:(\s?%)|\s?(percent\b)|(kb|mb|gb|tb|kg|km|cm|mm|mi|lbs?|oz|ft|hrs?|min|ms|ml|px)\b)?(?![\w]|\.\d)/gi;

function spotNumbers(goal: string): Value[] {
  return [...goal.matchAll(NUMBER)].map((match) => {
    const [text, currency, digits = "", sign, percent, unit] = match;
    const found = sign !== undefined || percent !== undefined ? "%" : (unit ?? currency?.trim());
    const { index } = match;
    const value = digits.replaceAll(",", "");
    const span = { start: index, end: index + text.length };
    const base = { kind: "number", text: value, ...span, isQuoted: false } as const;
    const number = Number(value);
    return found === undefined ? { ...base, number } : { ...base, number, unit: found };
  });
}

function spotNumberWords(goal: string): Value[] {
  const words = [...goal.matchAll(/[A-Za-z]+/g)];
  const found: Value[] = [];
  for (let at = 0; at < words.length; at++) {
    const run = words.slice(at, at + 12).map(([word]) => word.toLowerCase());
    const number = numberInWords(run);
    const [first, last] = [words[at], words[at + (number?.length ?? 0) - 1]];
    // "one" alone is a pronoun more often than a number.
    if (
      number === undefined ||
      !first ||
      !last ||
      (number.length === 1 &&
        run[0] === "one" &&
        !/^(?:sentences?|lines?|words?|paragraphs?|days?|weeks?|months?|years?|hours?|minutes?|nights?|persons?|rooms?)$/.test(
          run[1] ?? "",
        ))
    ) {
      continue;
    }
    found.push({
      kind: "number",
      text: String(number.value),
      start: first.index,
      end: last.index + last[0].length,
      isQuoted: false,
      number: number.value,
    });
    at += number.length - 1;
  }
  return found;
}
