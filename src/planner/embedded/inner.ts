/**
 * Requests inside requests: "write *the total by region* to out.md" asks for two tools, of
 * which one is named by what it makes.
 */

import { type Gap, MEANT, trim, type World } from "./call.ts";
import type { Clause } from "./clauses.ts";
import type { Draft } from "./draft.ts";
import { fill } from "./fill.ts";
import { makeRequest, type Request } from "./interpret.ts";
import { isPlace } from "./places.ts";
import type { ToolIndex } from "./retrieve.ts";
import { isWord, type Token } from "./tokens.ts";
import type { ToolCard } from "./tool-card.ts";

/** Tools that wait for each other. */
export const MAX_DEPTH = 3;
/** Words that become inputs of a tool speak for it, too. */
const FILLED = 3;
/** How much more a word must say of the inner tool than of the outer. */
const CLEARLY = 0.1;

/** "the text of x" is x for a parameter that takes a text. */
export function innerRequest(
  { words, request: outer, parameter }: Gap,
  { index, inner }: World,
): Request | undefined {
  const tokens = trim(words);
  if (!tokens.some(isWord)) return undefined;
  const key = tokens.map(({ start }) => start).join();
  const request = inner.get(key) ?? makeRequest(clausesWithin(outer, tokens), index);
  inner.set(key, request);
  const said = request.words.filter(({ root }) => !parameter.roots.includes(root));
  if (said.length === request.words.length) return said.length === 0 ? undefined : request;
  return said.length === 0 ? undefined : { ...request, words: said };
}

/** What is left of the clauses. */
function clausesWithin({ clauses }: Request, words: readonly Token[]): Clause[] {
  const kept = new Set(words);
  return clauses.flatMap((clause): Clause[] => {
    const tokens = clause.tokens.filter((token) => kept.has(token));
    const verb = clause.verb && kept.has(clause.verb) ? clause.verb : undefined;
    return tokens.length === 0 ? [] : [{ ...clause, tokens, verb, mood: "request" }];
  });
}

/** Whether the words name what another tool makes: "the summary of x" is not x. */
export function namesProduct(gap: Gap, world: World): boolean {
  const chain = [...gap.outer, gap.card];
  const inner = chain.length > MAX_DEPTH ? undefined : innerRequest(gap, world);
  if (inner === undefined) return false;
  return inner.candidates.some(
    ({ card }) => isNamed(card, inner) && isMeant(card, chain, inner, world.index),
  );
}

/** Whether a word of the tool's name is said. */
export function isNamed({ roots }: ToolCard, { words }: Request): boolean {
  return words.some(({ root }) => roots.includes(root));
}

/** A tool inside another must be what some word says, and no tool around it. */
export function isMeant(
  card: ToolCard,
  chain: readonly ToolCard[],
  inner: Request,
  index: ToolIndex,
): boolean {
  const { words } = inner;
  if (chain.includes(card) || card.tool.effects === "write") return false;
  const isFilled = [...fill(inner, card, index).used.keys()].filter(isWord).length >= FILLED;
  if (isFilled && words.some(({ root }) => index.strength(root, card) >= MEANT)) return true;
  return words.some(({ word, root }) => {
    const strength = index.strength(root, card);
    // "save the list of …": a verb's name, said as a noun.
    const isOwnName = card.roots[0] === root && chain.every((outer) => !outer.roots.includes(root));
    if (isOwnName && word !== inner.verb?.word) return true;
    if (strength < MEANT || index.weight(word, root) < MEANT) return false;
    return chain.every((outer) => index.strength(root, outer) + CLEARLY < strength);
  });
}

/** "the summary" is the one made before, unless it is that of something new. */
export function isDone(card: ToolCard, { results, used }: Draft, { values }: Request): boolean {
  if (values.some((token) => isPlace(token) && !used.has(token))) return false;
  return results.some(({ reads }) => reads.some(({ step }) => step.card === card));
}
