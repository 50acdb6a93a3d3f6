/** Names, places, topics: parameters that take any text, from the words of the goal. */

import type { Request } from "./interpret.ts";
import type { Kind } from "./kinds.ts";
import { LIGHT_VERBS } from "./lexicon.ts";
import { nounTokens, type Phrase } from "./phrases.ts";
import { headFit, type Proposal, takesFreeText, takesNumber } from "./proposal.ts";
import type { ToolIndex } from "./retrieve.ts";
import { takesContent } from "./suit.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, type Token, type WordToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";

/** Kinds that only a value of that kind can fill: no words of the goal are a path. */
const STRICT: readonly Kind[] = [
  "path",
  "folder",
  "glob",
  "url",
  "email",
  "phone",
  "date",
  "sum",
  "regex",
  "code",
];

/** What a phrase after this preposition can be, and how surely. */
const HEADS: Readonly<Record<string, Readonly<Partial<Record<Kind, number>>>>> = {
  in: { place: 0.8, language: 0.8, query: 0.1 },
  at: { place: 0.75 },
  near: { place: 0.9 },
  around: { place: 0.8 },
  to: { place: 0.7, person: 0.7, language: 0.8 },
  into: { language: 0.9 },
  from: { place: 0.75, person: 0.4, language: 0.6 },
  for: { place: 0.5, person: 0.65, query: 0.65, title: 0.6 },
  of: { place: 0.5, person: 0.6, title: 0.6, query: 0.3 },
  about: { query: 0.95, title: 0.5 },
  on: { query: 0.55, title: 0.3 },
  mention: { query: 0.95, person: 0.3 },
  with: { person: 0.5, query: 0.35 },
  by: { person: 0.8 },
  against: { title: 0.4 },
};
/** The object of the verb: "find X", "play X". */
const OBJECT: Readonly<Partial<Record<Kind, number>>> = {
  query: 0.6,
  title: 0.7,
  person: 0.6,
  place: 0.45,
};
/** What a parameter of no known kind takes. */
const UNKNOWN_KIND = 0.45;
const UNKNOWN_OBJECT = 0.5;

export function fitWords(request: Request, card: ToolCard, index: ToolIndex): Proposal[] {
  const parameters = card.parameters.filter(
    (parameter) => takesFreeText(parameter) && !STRICT.some((kind) => parameter.kinds.has(kind)),
  );
  return request.phrases.flatMap((phrase) =>
    parameters.flatMap((parameter) => {
      const fit = fitPhrase(request, phrase, parameter, card, index);
      return fit === undefined ? [] : [fit];
    }),
  );
}

function fitPhrase(
  request: Request,
  phrase: Phrase,
  parameter: Parameter,
  card: ToolCard,
  index: ToolIndex,
): Proposal | undefined {
  if (parameter.kinds.has("column")) return undefined;
  const named = namedIn(phrase, parameter);
  const tokens = named ?? ownTokens(phrase, card, parameter, index);
  if (tokens.length === 0 || tokens.length > MAX_WORDS) return undefined;
  const text = textOfTokens(tokens);
  if (text === undefined) return undefined;
  const score = named
    ? 0.95
    : scoreOf(request, phrase, tokens, parameter, card, index) -
      (isOfAnother(phrase, tokens, parameter, index) ? OTHERS : 0);
  return score <= 0 ? undefined : { parameter, value: text, tokens, score: Math.min(score, 1) };
}

const MAX_WORDS = 12;
/** For words that ask for what another tool does, where nothing needs to stand. */
const OTHERS = 0.35;
const OTHERS_WORD = 0.6;

function isOfAnother(
  { head }: Phrase,
  tokens: readonly Token[],
  parameter: Parameter,
  index: ToolIndex,
): boolean {
  if (parameter.isRequired && head !== undefined) return false;
  // What a verb is about is seldom what may be left out.
  if (!parameter.isRequired && head === undefined) return !tokens.some(isProper);
  return tokens.some((token) => {
    if (!isWord(token) || token.isProper) return false;
    return [...index.strengths(token.root).values()].some((strength) => strength >= OTHERS_WORD);
  });
}

/** "topic climate change", "the city of Paris", "named Report": the name says it. */
function namedIn(phrase: Phrase, { roots, kinds }: Parameter): readonly Token[] | undefined {
  const nouns = nounTokens(phrase);
  if (phrase.head === "named" && (kinds.has("title") || kinds.has("person"))) return nouns;
  if (phrase.head === "saying" && kinds.has("content")) return nouns;
  if (kinds.has("content")) return undefined;
  const last = roots.at(-1);
  const at = nouns.findIndex((token) => isWord(token) && token.root === last);
  const rest = nouns.slice(at + 1);
  return at >= 0 && rest.length > 0 && rest.every((token) => isProper(token)) ? rest : undefined;
}

/** The phrase without the words that speak of the tool, or of the parameter itself. */
function ownTokens(
  phrase: Phrase,
  card: ToolCard,
  parameter: Parameter,
  index: ToolIndex,
): readonly Token[] {
  let nouns = withoutNumbers(nounTokens(phrase), card);
  const isOfTool = (token: Token | undefined) =>
    isWord(token) &&
    !isProper(token) &&
    (parameter.roots.includes(token.root) || speaksOf(token, card, index));
  while (nouns.length > 0 && isOfTool(nouns[0])) nouns = nouns.slice(1);
  while (nouns.length > 0 && isOfTool(nouns.at(-1))) nouns = nouns.slice(0, -1);
  return nouns;
}

/** Of "20 USD" a number is for a parameter that takes numbers, if there is one. */
function withoutNumbers(nouns: readonly Token[], { parameters }: ToolCard): readonly Token[] {
  if (!parameters.some(takesNumber)) return nouns;
  const last = nouns.findLastIndex(
    (token) => token.kind === "value" && token.value.number !== undefined,
  );
  return nouns.slice(last + 1);
}

function speaksOf(token: WordToken, card: ToolCard, index: ToolIndex): boolean {
  return index.strength(token.root, card) >= 0.5;
}

const OCCURRING = new Set([
  "occur",
  "occurs",
  "appear",
  "appears",
  "mentioned",
  "contained",
  "found",
]);

/** "find x", or "show me recipes" of a tool for recipes: not "count x". */
function isSearch({ verb, words }: Request, { roots }: ToolCard): boolean {
  const isNamed = (root: string) => roots.some((own) => own === root || synonymsOf(own).has(root));
  if (verb !== undefined && isNamed(verb.root)) return true;
  if (words.some(({ word }) => OCCURRING.has(word))) return true;
  const isSlight = verb === undefined || LIGHT_VERBS.has(verb.word);
  return isSlight && words.some((word) => word !== verb && roots.includes(word.root));
}

function scoreOf(
  request: Request,
  phrase: Phrase,
  tokens: readonly Token[],
  parameter: Parameter,
  card: ToolCard,
  index: ToolIndex,
): number {
  if (parameter.kinds.has("content")) return 0;
  const { head, isObject } = phrase;
  if (head === undefined && parameter.kinds.has("query") && !isSearch(request, card)) return 0;
  // "a chart of the orders of Alice": what it is made of comes first.
  const isMadeOf = card.parameters.some((other) => other.isRequired && takesContent(other));
  if (head === "of" && !parameter.isRequired && isMadeOf) return 0;
  const byHead = head === undefined ? (isObject ? OBJECT : {}) : (HEADS[head] ?? {});
  const kinds = [...parameter.kinds].filter((kind) => kind !== "id" && kind !== "count");
  const known = Math.max(0, ...kinds.map((kind) => byHead[kind] ?? 0));
  const unknown =
    kinds.length > 0 ? 0 : head === undefined ? (isObject ? UNKNOWN_OBJECT : 0) : UNKNOWN_KIND;
  const base = Math.max(known, unknown) + 0.25 * headFit(head, parameter);
  if (base <= 0) return 0;
  const proper = tokens.some((token) => isProper(token)) ? 0.15 : 0;
  const foreign = tokens.filter(isWord).every((token) => index.strength(token.root, card) < 0.3);
  return base + proper + (foreign ? 0.05 : -0.15);
}

function isProper(token: Token): boolean {
  return isWord(token) ? token.isProper : token.kind === "value" && token.value.isQuoted;
}

function textOfTokens(tokens: readonly Token[]): string | undefined {
  const parts: string[] = [];
  for (const token of tokens) {
    if (isWord(token)) parts.push(token.text);
    else if (token.kind === "value" && (token.value.kind === "number" || token.value.isQuoted))
      parts.push(token.value.text);
    else return undefined;
  }
  return tokens.some((token) => isWord(token) || isQuoted(token)) ? parts.join(" ") : undefined;
}

function isQuoted(token: Token): boolean {
  return token.kind === "value" && token.value.isQuoted;
}
