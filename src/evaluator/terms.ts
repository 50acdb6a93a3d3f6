/** The words of a text as they are compared: stems, and numbers in one notation. */

import { wordsOf } from "../base/text-units.ts";

export type Term = {
  /** What is compared. */
  readonly key: string;
  /** As it is written. */
  readonly word: string;
  readonly isNumber: boolean;
  /** Of no meaning by itself: the, of, and. */
  readonly isFiller: boolean;
};

export type Terms = (text: string) => readonly Term[];

/** What reads the terms of texts; its word lists are loaded when they are first needed. */
export async function termReader(): Promise<Terms> {
  const [{ stemmer }, { eng }] = await Promise.all([import("stemmer"), import("stopword")]);
  const fillers = new Set(eng);
  const termOf = (word: string): Term => {
    const number = numberOf(word);
    if (number !== undefined) {
      return { key: String(number), word, isNumber: true, isFiller: false };
    }
    const bare = word.toLowerCase().replace(/['’]s?$/, "");
    const spelled = SPELLED.indexOf(bare);
    const key = spelled === -1 ? stemmer(bare) : String(spelled);
    return { key, word, isNumber: false, isFiller: spelled === -1 && fillers.has(bare) };
  };
  return (text) => withMagnitudes(partsOf(text).map(termOf));
}

/** Other numbers are rarely spelled; small ones often are in one text and not in the other. */
const SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

function partsOf(text: string): string[] {
  return wordsOf(text.normalize("NFKC")).flatMap((word) =>
    // A range, a date or a quotient is its numbers.
    /^\p{N}/u.test(word)
      ? word.split(/[-–:/×=]|(?<=\d)(?=\p{L})/u).filter((part) => part !== "")
      : word.split(/[-–/=:"”“(),;]+/u).filter((part) => part !== ""),
  );
}

/** A number as JSON has it: `1,234.50`, `1.234,50` and `3.5` in one notation. */
function numberOf(word: string): number | undefined {
  const bare = word.replace(/[%$€£']/g, "");
  if (!/^\d[\d.,]*$/.test(bare)) return undefined;
  const plain = bare.replace(/[.,]+$/, "");
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(plain)) return Number(plain.replaceAll(",", ""));
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(plain) || /^\d{1,3}(?:\.\d{3}){2,}$/.test(plain)) {
    return Number(plain.replaceAll(".", "").replace(",", "."));
  }
  const number = Number(plain.replace(",", "."));
  return Number.isNaN(number) ? undefined : number;
}

const MAGNITUDES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

/** `3.5 million` is one number. */
function withMagnitudes(terms: readonly Term[]): Term[] {
  const joined: Term[] = [];
  for (const term of terms) {
    const times = MAGNITUDES[term.word.toLowerCase()];
    const number = joined.at(-1);
    if (times === undefined || number?.isNumber !== true) joined.push(term);
    else {
      const key = String(Number((Number(number.key) * times).toPrecision(12)));
      joined[joined.length - 1] = { ...number, key, word: `${number.word} ${term.word}` };
    }
  }
  return joined;
}
