/**
 * A clause as phrases: "total of amount | by region | from sales.csv".
 *
 * There is no grammar behind it. A phrase begins at a preposition, at a verb that relates
 * two nouns ("files *mention* X"), after a comma or conjunction, and behind the verb that
 * the clause begins with.
 */

import {
  ADVERBS,
  AUXILIARIES,
  CONJUNCTIONS,
  FUNCTION_WORDS,
  PREPOSITIONS,
  QUESTION_WORDS,
} from "./lexicon.ts";
import { isMark, isWord, says, type Token, type ValueToken, type WordToken } from "./tokens.ts";

export type Phrase = {
  /** The preposition or relating verb that it begins with, in its base form. */
  readonly head: string | undefined;
  /** What follows the head. */
  readonly tokens: readonly Token[];
  /** Its words with content, in order. */
  readonly words: readonly WordToken[];
  readonly values: readonly ValueToken[];
  /** Joined by a comma or conjunction to the phrase before. */
  readonly isJoined: boolean;
  /** The object of the verb that the clause begins with. */
  readonly isObject: boolean;
};

/** Verbs that stand between what is looked at and what is looked for. */
const RELATIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mention: "mention",
    mentions: "mention",
    mentioning: "mention",
    mentioned: "mentioned",
    contain: "mention",
    contains: "mention",
    containing: "mention",
    include: "mention",
    includes: "mention",
    including: "mention",
    reference: "mention",
    references: "mention",
    referencing: "mention",
    match: "mention",
    matches: "mention",
    matching: "mention",
    says: "mention",
    saying: "saying",
    discuss: "mention",
    discusses: "mention",
    discussing: "mention",
    has: "with",
    have: "with",
    had: "with",
    using: "using",
    named: "named",
    called: "named",
    titled: "named",
    regarding: "about",
    concerning: "about",
    versus: "against",
    vs: "against",
    onto: "into",
    underneath: "below",
    beneath: "below",
    under: "below",
    within: "in",
    inside: "in",
    per: "per",
  }),
);

/** The phrases of tokens, of which some are the verbs that their clauses begin with. */
export function phrasesOf(tokens: readonly Token[], verbs: ReadonlySet<Token>): Phrase[] {
  const phrases: Phrase[] = [];
  let current = openPhrase(undefined, false, verbs.size === 0);
  const turnTo = (next: OpenPhrase) => {
    const phrase = closePhrase(current);
    if (phrase !== undefined) phrases.push(phrase);
    current = next;
  };
  for (const [index, token] of tokens.entries()) {
    const { head, isObject } = current;
    if (verbs.has(token)) turnTo(openPhrase(undefined, false, true));
    else if (isMark(token, ",;:–—(&/") || says(token, ...CONJUNCTIONS)) {
      turnTo(openPhrase(head, true, isObject && head === undefined));
    } else if (isHead(token, tokens[index - 1], index)) {
      turnTo(openPhrase(RELATIONS.get(token.word) ?? token.word, false, false));
    } else if (says(token, ...LINKING) && current.tokens.some(isNounOrValue)) {
      turnTo(openPhrase(undefined, false, says(token, "do", "does", "did")));
    } else current.tokens.push(token);
  }
  turnTo(current);
  return phrases;
}

/** Between what is asked for and what is said of it. */
const LINKING = ["is", "are", "was", "were", "do", "does", "did"];

function isNounOrValue(token: Token): boolean {
  return token.kind === "value" || (isWord(token) && isContent(token));
}

type OpenPhrase = Pick<Phrase, "head" | "isJoined" | "isObject"> & { readonly tokens: Token[] };

function openPhrase(head: string | undefined, isJoined: boolean, isObject: boolean): OpenPhrase {
  return { head, isJoined, isObject, tokens: [] };
}

function closePhrase({ head, isJoined, isObject, tokens: all }: OpenPhrase): Phrase | undefined {
  const tokens = all.filter((token) => token.kind !== "mark");
  if (tokens.length === 0) return undefined;
  const words = tokens.filter((token): token is WordToken => isWord(token) && isContent(token));
  const values = tokens.filter((token): token is ValueToken => token.kind === "value");
  return { head, isJoined, isObject, tokens, words, values };
}

function isHead(token: Token, before: Token | undefined, index: number): token is WordToken {
  if (!isWord(token)) return false;
  if (RELATIONS.has(token.word)) {
    // "all references", "a match": a noun.
    return index > 0 && !says(before, "the", "a", "an", "all", "any", "every", "each", "no", "of");
  }
  if (token.word === "each" || token.word === "every") return true;
  return PREPOSITIONS.has(token.word);
}

function isContent({ word }: WordToken): boolean {
  return (
    !FUNCTION_WORDS.has(word) &&
    !ADVERBS.has(word) &&
    !AUXILIARIES.has(word) &&
    !QUESTION_WORDS.has(word)
  );
}

/** The words that a phrase is about: without articles, pronouns and adverbs at its ends. */
export function nounTokens(phrase: Phrase): readonly Token[] {
  const isEmpty = (token: Token | undefined) => isWord(token) && !isContent(token);
  let [start, end] = [0, phrase.tokens.length];
  while (start < end && isEmpty(phrase.tokens[start])) start++;
  while (end > start && isEmpty(phrase.tokens[end - 1])) end--;
  return phrase.tokens.slice(start, end);
}

const TO = new Set(["to", "into"]);

/** "as a table", "to PDF": how something shall look, and not what. */
export function isForm(word: Token, phrases: readonly Phrase[]): boolean {
  return phrases.some(({ head, tokens, values }) => {
    if (head === undefined || !tokens.includes(word)) return false;
    return head === "as" || (TO.has(head) && values.length === 0);
  });
}
