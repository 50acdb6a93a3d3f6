/** How much of what a request says is accounted for by the calls that answer it. */

import type { Served } from "./call.ts";
import type { Request } from "./interpret.ts";
import { ADJUNCT_PARTICIPLES, DETERMINERS, LIGHT_VERBS, VAGUE_NOUNS } from "./lexicon.ts";
import { isForm } from "./phrases.ts";
import { bringsOnly, isPlace } from "./places.ts";
import type { ToolIndex } from "./retrieve.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, type Token, type WordToken } from "./tokens.ts";
import type { Field, ToolCard } from "./tool-card.ts";
import { rootOf } from "./words.ts";

/** Below this, nothing takes part that is described by the word. */
const EXPLAINED = 0.3;
/** A word that became part of an input. */
const BY_INPUT = 1;
/** What a tool that only brings something explains of the words around it. */
const BY_PROVIDER = 0.85;
/** Words that describe a value, as in "the quarterly report q1.pdf". */
const BESIDE_VALUE = 0.5;

export type Account = {
  /** Sum of the words' weights, each by how well it is explained. */
  readonly explained: number;
  readonly missed: readonly WordToken[];
  /** Whether what is missed is the verb or its object: what was to be done. */
  readonly isAskMissed: boolean;
};

/** What a text does with what is in it, and days with what is between them. */
const HOLDING = new Set(
  "lie lies elapse elapsed pass mention mentions contain contains hold holds say says include includes".split(
    " ",
  ),
);

/** Words that nothing needs to explain: "give", "details", "mentioned". */
export function isEmpty({ word }: WordToken): boolean {
  return (
    LIGHT_VERBS.has(word) ||
    VAGUE_NOUNS.has(word) ||
    ADJUNCT_PARTICIPLES.has(word) ||
    HOLDING.has(word)
  );
}

type Evidence = Pick<Served, "cards" | "providers" | "reads">;

export function accountFor(
  request: Request,
  evidence: Evidence,
  used: ReadonlyMap<Token, number>,
  index: ToolIndex,
): Account {
  const degrees = new Map<string, number>();
  for (const token of request.tokens) {
    if (isWord(token))
      degrees.set(token.root, Math.max(degrees.get(token.root) ?? 0, used.get(token) ?? 0));
  }
  const beside = besideValues(request);
  const atPlaces = besidePlaces(request);
  let explained = 0;
  const missed: WordToken[] = [];
  for (const word of request.words) {
    const weight = index.weight(word.word, word.root);
    const degree = Math.max(
      BY_INPUT * (degrees.get(word.root) ?? 0),
      isAct(word, request)
        ? actOf(word, evidence, index)
        : byTools(word, makers(word, request, evidence), index),
      atPlaces.has(word.root) ? BY_PROVIDER * strongest(word, evidence.providers, index) : 0,
      byFields(word, evidence),
      beside.has(word.root) ? BESIDE_VALUE : 0,
    );
    explained += weight * degree;
    if (degree < EXPLAINED && !isEmpty(word)) missed.push(word);
  }
  const objects = new Set(request.verb ? objectsOf(request) : []);
  const isAskMissed = missed.some(({ root }) => root === request.verb?.root || objects.has(root));
  return { explained, missed, isAskMissed };
}

/** "extract the first *page* of x": without it, nothing was understood. */
function objectsOf({ phrases }: Request): string[] {
  return phrases.flatMap(({ isObject, isJoined, words }) => {
    const noun = isObject && !isJoined ? words.at(-1) : undefined;
    return noun === undefined ? [] : [noun.root];
  });
}

/** What is done is done by the tool that answers, and not by one that it needs. */
function isAct({ root }: WordToken, { clauses, verb }: Request): boolean {
  const isOnly = clauses.slice(1).every((clause) => clause.verb === undefined);
  return isOnly && verb?.root === root && !LIGHT_VERBS.has(verb.word);
}

/** "to PDF": what only reads a file makes none of it. */
function makers(word: WordToken, { phrases }: Request, evidence: Evidence): Evidence {
  if (!isForm(word, phrases)) return evidence;
  return { ...evidence, cards: evidence.cards.filter((card) => !bringsOnly(card)) };
}

const CHANGING = new Set(
  "delete remove erase drop rename move replace update send upload buy book pay cancel install"
    .split(" ")
    .map(rootOf),
);

function actOf({ root }: WordToken, { cards }: Evidence, index: ToolIndex): number {
  const card = cards.at(-1);
  if (card === undefined) return 0;
  const isNamed = card.roots.includes(root);
  // "delete x" is not for a tool that tells what was deleted.
  if (CHANGING.has(root) && card.tool.effects !== "write" && !isNamed) return 0;
  return index.act(root, card);
}

function byTools(word: WordToken, { cards }: Evidence, index: ToolIndex): number {
  return strongest(word, cards, index);
}

function strongest({ root }: WordToken, cards: readonly ToolCard[], index: ToolIndex): number {
  return Math.max(0, ...cards.map((card) => index.strength(root, card)));
}

/** Words in one phrase with a path or an address: what brings it may explain them. */
function besidePlaces({ phrases }: Request): ReadonlySet<string> {
  // "the file called x" is one phrase in two.
  const found = phrases.filter(({ values }, at) => {
    const next = phrases[at + 1];
    return values.some(isPlace) || (next?.head === "named" && next.values.some(isPlace));
  });
  return new Set(found.flatMap(({ words }) => words.map(({ root }) => root)));
}

function byFields({ root }: WordToken, { reads }: Evidence): number {
  const asked = reads.filter(({ step }) => step.tokens.length > 0);
  return Math.max(0, ...asked.map(({ field }) => namedBy(root, field)));
}

/** A word that is a field's name. */
export const EXACT = 0.95;

/** How well a word names a field. */
export function namedBy(root: string, { roots, about }: Field): number {
  if (roots.includes(root)) return EXACT;
  if (about.has(root)) return 0.7;
  return roots.some((own) => synonymsOf(own).has(root)) ? 0.7 : 0;
}

/** Words right before a path, an address or a quotation, and in the same phrase. */
function besideValues({ phrases, verb }: Request): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { tokens } of phrases) {
    const at = tokens.findLastIndex(
      (token) =>
        token.kind === "value" && token.value.kind !== "number" && token.value.kind !== "date",
    );
    // Without an article it may be anything, a verb of another language too.
    const start = tokens.findIndex((token) => isWord(token) && DETERMINERS.has(token.word));
    for (const token of start < 0 ? [] : tokens.slice(start, Math.max(at, start))) {
      if (isWord(token) && token !== verb) found.add(token.root);
    }
  }
  return found;
}
