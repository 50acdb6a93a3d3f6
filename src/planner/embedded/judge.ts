/**
 * What a reading is worth when tools answer its next request: how much of what was said they
 * explain, less what they cost and what they do that nobody asked for.
 */

import type { Served } from "./call.ts";
import type { Read } from "./draft.ts";
import { accountFor, isEmpty } from "./explain.ts";
import { fieldsSaid } from "./focus.ts";
import { hasTarget, nameCoverage, type Request } from "./interpret.ts";
import { LIGHT_VERBS, verbUse } from "./lexicon.ts";
import { type Reading, weigh, weightOf, withMissed, withResult } from "./reading.ts";
import type { ToolIndex } from "./retrieve.ts";
import { isSink } from "./suit.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, type Token } from "./tokens.ts";
import { rootOf, wordsOfName } from "./words.ts";

/** What a word costs that nothing explains, on top of not being explained. */
const MISSED = 0.8;
/** The same for what was to be done. */
const MISSED_ASK = 1;
/** Every further tool. */
const STEP = 0.2;
/** A tool that changes something, though its verb was not said. */
const UNASKED = 0.8;
/** A file that is written, though "in x" may as well say where something is. */
const DOUBTFUL = 0.3;
/** How well a verb must describe a tool to ask for it. */
const VERB = 0.6;
/** A name said of a tool inside, against one that answers the request. */
const INNER = 0.4;
const NAME = 0.6;
const FIT = 0.5;
/** Two requests that one call answers would rather be one. */
const REUSED = 0.4;
/** What the request asks for is a field of the output by name. */
const OUTPUT = 0.25;

/** The reading with the request answered by the tools. */
export function withSteps(
  reading: Reading,
  request: Request,
  served: Served,
  index: ToolIndex,
): Reading {
  const isRepeated = served.steps.length > 1;
  const focus = served.steps.map((step) =>
    fieldsSaid(step, request, { isRepeated, taken: takenInside(served) }),
  );
  const reads = focus.flatMap((one) => one.reads);
  const isNamed = focus.some((one) => one.isNamed);
  const account = accountFor(request, served, served.draft.used, index);
  // One tool for several files is one thought.
  const added = served.draft.steps.slice(reading.draft.steps.length);
  const steps = new Set(added.map(({ card }) => card)).size;
  const isUnasked = isUnaskedChange(request, served, index);
  const isRefused = account.isAskMissed || (isUnasked && served.cards.some(isSink));
  const score =
    account.explained +
    NAME * namesSaid(request, served, index) +
    (focus.some((one) => one.isNamed && !isInput(one.reads, served)) ? OUTPUT : 0) -
    (steps === 0 && request.clauses[0]?.cut === "soft" ? REUSED : 0) -
    FIT * (1 - served.score) -
    STEP * steps -
    MISSED * weigh(account.missed, index) -
    (account.isAskMissed ? MISSED_ASK : 0) -
    (isUnasked || isUnsaid(request, served, index) ? UNASKED : 0) -
    (writesWhereIsRead(request, served) ? DOUBTFUL : 0);
  return {
    draft: withResult(served.draft, { request, reads, isNamed }),
    score: reading.score + score,
    unused: [],
    ...withMissed(reading, account.missed, index),
    unanswered: isRefused ? [...reading.unanswered, request] : reading.unanswered,
    weight: reading.weight + weightOf(request, index),
  };
}

/** The reading with the request left alone, which costs all that it says. */
export function skip(reading: Reading, request: Request, index: ToolIndex): Reading {
  const isSlight = request.words.every(({ word }) => LIGHT_VERBS.has(word));
  const weight = weightOf(request, index);
  return {
    ...reading,
    score:
      reading.score -
      weight -
      MISSED * weigh(request.words, index) -
      (request.verb && !isSlight ? MISSED_ASK : 0),
    ...withMissed(reading, request.words, index),
    unanswered: [...reading.unanswered, request],
    weight: reading.weight + weight,
  };
}

/** Whether the words that name the fields say already how to call the tool. */
function isInput(reads: readonly Read[], { own }: Served): boolean {
  const roots = new Set([...own.keys()].filter(isWord).map(({ root }) => root));
  return reads.every(({ field }) => field.roots.some((root) => roots.has(root)));
}

/** Words that the tools inside have taken, so that they ask for nothing of the one around. */
function takenInside({ draft, own, cards }: Served): ReadonlySet<Token> {
  if (cards.length < 2) return new Set();
  return new Set([...draft.used.keys()].filter((token) => !own.has(token)));
}

/** How much of the tools' names is said, each word once. */
function namesSaid(request: Request, { cards }: Served, index: ToolIndex): number {
  const counted = new Set<string>();
  let total = 0;
  for (const [at, card] of cards.toReversed().entries()) {
    const words = request.words.filter(({ root }) => !counted.has(root));
    total += nameCoverage({ words }, card, index) * (at === 0 ? 1 : INNER);
    for (const root of card.roots) counted.add(root);
  }
  return total;
}

/** Whether all that is said is about the tools inside, and nothing about the one around them. */
function isUnsaid(request: Request, { cards, draft }: Served, index: ToolIndex): boolean {
  const { words } = request;
  const own = cards.at(-1);
  const inner = cards.slice(0, -1);
  if (own === undefined || inner.length === 0) return false;
  if (hasTarget(request)) return false;
  // "the key terms of the summary": what stands first is what is wanted in the end.
  const head = request.phrases.find(({ isObject }) => isObject)?.words.at(-1);
  if (head !== undefined && !isSink(own) && !draft.used.has(head)) {
    const best = Math.max(...inner.map((card) => index.strength(head.root, card)));
    if (index.strength(head.root, own) < best) return true;
  }
  return !words
    .filter((word) => !isEmpty(word))
    .some((word) => {
      const strength = index.strength(word.root, own);
      return (
        draft.used.has(word) || inner.every((card) => index.strength(word.root, card) < strength)
      );
    });
}

/** Nothing is changed that nobody asked to change. */
function isUnaskedChange(request: Request, { cards }: Served, index: ToolIndex): boolean {
  return cards.some((card) => {
    if (card.tool.effects !== "write" || hasTarget(request)) return false;
    const verb = wordsOfName(card.name).find((word) => verbUse(word) !== "no");
    if (verb === undefined || LIGHT_VERBS.has(verb) || saysRoot(request, rootOf(verb)))
      return false;
    const said = request.clauses.flatMap((clause) => (clause.verb ? [clause.verb.root] : []));
    return !said.some((root) => index.strength(root, card) >= VERB);
  });
}

function saysRoot({ words, verb }: Request, root: string): boolean {
  const roots = [...words.map((word) => word.root), ...(verb ? [verb.root] : [])];
  return roots.some((own) => own === root || synonymsOf(root).has(own));
}

/** "… in x" of a file that a tool writes. */
function writesWhereIsRead({ phrases }: Request, { steps }: Served): boolean {
  return steps.some(({ card, args }) => {
    if (card.tool.effects !== "write") return false;
    const values = [...args.values()].map(
      (argument) => argument.kind === "value" && argument.value,
    );
    return phrases.some(
      (phrase) =>
        phrase.head === "in" && phrase.values.some(({ value }) => values.includes(value.text)),
    );
  });
}
