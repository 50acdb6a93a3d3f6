/**
 * Synonyms of general English from a dictionary, where the few of the thesaurus are not enough.
 *
 * It knows far more words and is far less sure: a word has all senses at once.
 */

import { EVERYDAY_SYNONYMS } from "./everyday-synonyms.ts";
import { baseOfParticiple } from "./lexicon.ts";
import { rootOf } from "./words.ts";

/** Roots of the words that may stand for a word, in any of its forms. */
export type SynonymBook = (word: string) => ReadonlySet<string>;

/** Of two letters there are abbreviations of everything. */
const SHORTEST = 3;
/** Enough for the tools and goals of a day; then it begins anew. */
const MAX_REMEMBERED = 20_000;

/** Loads the dictionary, which takes some 20 ms, when it is first asked for. */
export async function openSynonymBook(): Promise<SynonymBook> {
  const { default: dictionary } = await import("synonyms/src.json", { with: { type: "json" } });
  const everyday = readGroups(EVERYDAY_SYNONYMS);
  const known = new Map<string, ReadonlySet<string>>();
  const find = (word: string): ReadonlySet<string> => {
    const own = rootOf(word);
    const found = formsOf(word)
      .flatMap((form) =>
        Object.hasOwn(dictionary, form) ? Object.values(dictionary[form] ?? {}) : [],
      )
      .flat()
      .filter((other) => other.length >= SHORTEST && /^[a-z]+$/.test(other))
      .map(rootOf);
    return new Set([...found, ...(everyday.get(own) ?? [])].filter((root) => root !== own));
  };
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const found = find(word);
    known.set(word, found);
    return found;
  };
}

/** By root: the roots of the words that stand in a group with it. */
function readGroups(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const group of text.split(";").map((words) => words.trim().split(/\s+/).map(rootOf))) {
    for (const root of group) found.set(root, (found.get(root) ?? new Set()).union(new Set(group)));
  }
  return found;
}

/** The word and what it may be a form of. */
function formsOf(word: string): string[] {
  const base = baseOfParticiple(word);
  const singular = word.replace(/ies$/, "y").replace(/(?<=[^s])s$/, "");
  return [...new Set([word, ...(base === undefined ? [] : [base]), singular])];
}
