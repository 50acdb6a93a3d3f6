/** The words of a text as they are compared: stems, and numbers in one notation. */

import { wordsOf } from "../base/text-units.ts";

export type Term = {
  /** What is compared. */
  readonly key: string;
  /** As it is written. */
  readonly word: string;
  /** Left out for what is no number. */
  readonly number?: TermNumber;
  /** Of no meaning by itself: the, of, and. */
  readonly isFiller: boolean;
};

export type TermNumber = {
  readonly value: number;
  /** What the last digit that is shown stands for: of 12.5 it is 0.1, of 3.5 million 100,000. */
  readonly unit: number;
  readonly isPercent: boolean;
};

export type Terms = (text: string) => readonly Term[];

/** What reads the terms of texts; its word lists are loaded when they are first needed. */
export async function termReader(): Promise<Terms> {
  const [{ stemmer }, { eng }] = await Promise.all([import("stemmer"), import("stopword")]);
  const fillers = new Set(eng);
  const termOf = (word: string): Term => {
    const number = numberOf(word);
    if (number !== undefined) return numberTerm(number, word);
    const bare = word.toLowerCase().replace(/['’]s?$/, "");
    const spelled = SPELLED.indexOf(bare);
    const key = spelled === -1 ? stemmer(bare) : String(spelled);
    return { key, word, isFiller: spelled === -1 && fillers.has(bare) };
  };
  return (text) => joined(partsOf(text).map(termOf));
}

function numberTerm(number: TermNumber, word: string): Term {
  return { key: `${number.value}${number.isPercent ? "%" : ""}`, word, number, isFiller: false };
}

/** Other numbers are rarely spelled; small ones often are in one text and not in the other. */
const SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

function partsOf(text: string): string[] {
  return wordsOf(withSignsAsWords(text.normalize("NFKC"))).flatMap((word) =>
    // A range, a date or a quotient is its numbers.
    /^\p{N}/u.test(word)
      ? word.split(/[-–:/×=]|(?<=\d)(?=\p{L})/u).filter((part) => part !== "")
      : word.split(/[-–/=:"”“(),;]+/u).filter((part) => part !== ""),
  );
}

/** What stands before or behind a number is no part of a word: `-5`, `12.5 %`. */
function withSignsAsWords(text: string): string {
  return text
    .replace(/(?<![\p{L}\p{N}\p{Pe}.,%_])[-−](?=[$€£]?\.?\d)/gu, " minus ")
    .replace(/(?<=\d) ?%/g, " percent ")
    .replace(/\bper cent\b/gi, "percent");
}

/** A number as JSON has it: `1,234.50`, `1.234,50` and `3.5` in one notation. */
function numberOf(word: string): TermNumber | undefined {
  const bare = word.replace(/[$€£']/g, "");
  if (!/^\d[\d.,]*$/.test(bare)) return undefined;
  const plain = inOneNotation(bare.replace(/[.,]+$/, ""));
  const value = Number(plain);
  if (Number.isNaN(value)) return undefined;
  const digits = plain.split(".")[1]?.length ?? 0;
  return { value, unit: 10 ** -digits, isPercent: false };
}

function inOneNotation(plain: string): string {
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(plain)) return plain.replaceAll(",", "");
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(plain) || /^\d{1,3}(?:\.\d{3}){2,}$/.test(plain)) {
    return plain.replaceAll(".", "").replace(",", ".");
  }
  return plain.replace(",", ".");
}

const MAGNITUDES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};
const PERCENT: ReadonlySet<string> = new Set(["percent", "pct", "prozent"]);

/** `3.5 million`, `12 percent` and `minus 5` are one number each. */
function joined(terms: readonly Term[]): Term[] {
  const all: Term[] = [];
  for (const term of terms) {
    const last = all.at(-1);
    const whole = last && joinedTo(last, term);
    if (whole === undefined) all.push(term);
    else all[all.length - 1] = whole;
  }
  return all;
}

/** Undefined where the second is no part of the first. */
function joinedTo(first: Term, second: Term): Term | undefined {
  const word = `${first.word} ${second.word}`;
  if (second.number !== undefined) {
    if (first.word.toLowerCase() !== "minus") return undefined;
    return numberTerm({ ...second.number, value: -second.number.value }, word);
  }
  const { number } = first;
  if (number === undefined) return undefined;
  const lower = second.word.toLowerCase();
  if (PERCENT.has(lower)) return numberTerm({ ...number, isPercent: true }, word);
  const times = MAGNITUDES[lower];
  if (times === undefined) return undefined;
  const value = Number((number.value * times).toPrecision(12));
  return numberTerm({ ...number, value, unit: number.unit * times }, word);
}
