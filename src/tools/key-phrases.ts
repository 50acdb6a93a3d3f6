import { joinSpaced, wordsOf } from "../base/text-units.ts";
import type { Vocabulary } from "./language.ts";

export type KeyPhrase = { readonly phrase: string; readonly score: number; readonly count: number };

const MAX_WORDS = 3;
/** What comes early is more often what a text is about. */
const EARLY_BONUS = 0.3;
/** Where phrases end: at punctuation and line breaks. */
const BOUNDARY = /[.,;:!?()[\]{}"“”«»„|/\\\n。，、；：！？（）…]+|\s[-–—]\s/u;

type Phrase = {
  readonly roots: readonly string[];
  count: number;
  readonly firstAt: number;
  /** How it is written, with counts. */
  readonly forms: Map<string, number>;
  /** Occurrences inside of longer phrases, and how many these are. */
  within: number;
  longer: number;
};

/**
 * The phrases of one to three words that a text is about, by the C-value (Frantzi, Ananiadou
 * and Mima 2000): how often a phrase occurs other than inside of longer ones, and how long it
 * is. Phrases neither begin nor end with a stop word, nor go across punctuation.
 *
 * @param limit how many to give at most
 * @returns best first, scores relative to the first
 */
export function rankPhrases(text: string, limit: number, vocabulary: Vocabulary): KeyPhrase[] {
  const phrases = collect(text, vocabulary);
  countNested(phrases);
  const total = [...phrases.values()].reduce((last, { firstAt }) => Math.max(last, firstAt), 1);
  const ranked = [...phrases.values()]
    .map((phrase) => ({
      phrase,
      score: cValue(phrase) * (1 + EARLY_BONUS * (1 - phrase.firstAt / total)),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.phrase.firstAt - b.phrase.firstAt);
  const kept: typeof ranked = [];
  for (const one of ranked) {
    if (kept.length === limit) break;
    if (!kept.some((other) => overlaps(other.phrase, one.phrase))) kept.push(one);
  }
  const best = kept[0]?.score ?? 1;
  return kept.map(({ phrase, score }) => ({
    phrase: formOf(phrase),
    score: Number((score / best).toFixed(3)),
    count: phrase.count,
  }));
}

function collect(text: string, { singularOf, isStopWord }: Vocabulary): Map<string, Phrase> {
  const phrases = new Map<string, Phrase>();
  let at = 0;
  for (const stretch of text.split(BOUNDARY)) {
    const words = wordsOf(stretch).map((word) => ({
      word,
      root: singularOf(word),
      isContent: !isStopWord(word) && /\p{L}/u.test(word) && word.length > 1,
    }));
    for (const [from, first] of words.entries()) {
      at++;
      if (!first.isContent) continue;
      for (let length = 1; length <= MAX_WORDS && from + length <= words.length; length++) {
        const run = words.slice(from, from + length);
        if (!run.at(-1)?.isContent) continue;
        // In the middle only short links, as in "cost of living", not verbs and pronouns.
        if (
          !run
            .slice(1, -1)
            .every(({ isContent, word }) => isContent || LINKS.has(word.toLowerCase()))
        )
          continue;
        note(phrases, run, at);
      }
    }
  }
  return phrases;
}

const LINKS = new Set([
  "of",
  "de",
  "du",
  "der",
  "des",
  "di",
  "del",
  "da",
  "van",
  "von",
  "for",
  "and",
  "&",
]);

function note(
  phrases: Map<string, Phrase>,
  run: readonly { readonly word: string; readonly root: string }[],
  firstAt: number,
): void {
  const roots = run.map(({ root }) => root);
  const key = roots.join(" ");
  const phrase = phrases.get(key) ?? {
    roots,
    count: 0,
    firstAt,
    forms: new Map(),
    within: 0,
    longer: 0,
  };
  const form = joinSpaced(run.map(({ word }) => word.replace(/['’]s$/, "")));
  phrase.count++;
  phrase.forms.set(form, (phrase.forms.get(form) ?? 0) + 1);
  phrases.set(key, phrase);
}

function countNested(phrases: ReadonlyMap<string, Phrase>): void {
  for (const { roots, count } of phrases.values()) {
    // A phrase that stands there once is hardly a term, so it takes nothing from its parts.
    if (roots.length === 1 || count === 1) continue;
    for (let length = 1; length < roots.length; length++) {
      for (let from = 0; from + length <= roots.length; from++) {
        const inner = phrases.get(roots.slice(from, from + length).join(" "));
        if (inner === undefined) continue;
        inner.within += count;
        inner.longer++;
      }
    }
  }
}

function cValue({ roots, forms, count, within, longer }: Phrase): number {
  // A long phrase that occurs once is chance, unless it is a name; a word that does may be a
  // term in a short text.
  const isChance = count === 1 && roots.length > 1 && ![...forms.keys()].every(isName);
  const weight = isChance ? 0.75 : Math.log2(roots.length + 1);
  return weight * (count - (longer === 0 ? 0 : within / longer));
}

function isName(form: string): boolean {
  return form.split(" ").every((word) => /^\p{Lu}/u.test(word));
}

/** Two phrases of which one holds the other say the same twice. */
function overlaps(a: Phrase, b: Phrase): boolean {
  const [long, short] = a.roots.length >= b.roots.length ? [a, b] : [b, a];
  return ` ${long.roots.join(" ")} `.includes(` ${short.roots.join(" ")} `);
}

/** As it is written most often; a capital only where it always has one. */
function formOf({ forms }: Phrase): string {
  const [[best = ""] = []] = [...forms].sort((a, b) => b[1] - a[1]);
  const lower = best.toLowerCase();
  const isAlwaysCapital = [...forms.keys()].every((form) => form.toLowerCase() !== form);
  return isAlwaysCapital ? best : lower;
}
