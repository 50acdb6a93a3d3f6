/**
 * From requests to a draft of the whole plan: a beam search.
 *
 * Requests are answered in their order. Each may be answered by any of its candidates, or by
 * a field that an earlier step gives already, or by nothing, which costs what it says. What
 * stands best at the end explains most of the goal with the fewest steps.
 */

import type { Served, World } from "./call.ts";
import type { Clause } from "./clauses.ts";
import { type Draft, EMPTY_DRAFT, type Read, type Result, type Step } from "./draft.ts";
import { accountFor, EXACT, isEmpty, namedBy } from "./explain.ts";
import { fieldsSaid } from "./focus.ts";
import {
  hasTarget,
  interpret,
  makeRequest,
  nameCoverage,
  priceOf,
  type Request,
} from "./interpret.ts";
import { LIGHT_VERBS, verbUse } from "./lexicon.ts";
import { isPlace } from "./places.ts";
import type { ToolIndex } from "./retrieve.ts";
import { serve } from "./serve.ts";
import { isSink } from "./suit.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, says, type Token, type ValueToken, type WordToken } from "./tokens.ts";
import type { Field, ToolCard } from "./tool-card.ts";
import { rootOf, wordsOfName } from "./words.ts";

export type Reading = {
  readonly draft: Draft;
  readonly score: number;
  /** Words that no step explains, and the sum of their weights. */
  readonly missed: readonly WordToken[];
  readonly missedWeight: number;
  /** Paths, numbers and the like that no step uses. */
  readonly unused: readonly ValueToken[];
  /** Requests that nothing answers, or of which not even the verb is explained. */
  readonly unanswered: readonly Request[];
  /** Sum of the weights of all words that ask for something. */
  readonly weight: number;
};

const BEAM = 6;
const CANDIDATES = 7;
/** Candidates that are tried in any case, and how far behind the best another may be. */
const SURE = 3;
const LEAST = 0.4;
/** Clauses that may be parts of one request. */
const MAX_JOINED = 6;

/** What a word costs that nothing explains, on top of not being explained. */
const MISSED = 0.8;
const MISSED_VERB = 1;
/** A value that nothing uses: the goal was not understood. */
const UNUSED_VALUE = 1.2;
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

/** Plans for the clauses, best first; at least one, which may explain nothing. */
export function search(clauses: readonly Clause[], index: ToolIndex): Reading[] {
  const asking = clauses.filter(({ mood }) => mood !== "context");
  const context = placesIn(
    clauses.filter(({ mood }) => mood === "context").flatMap(({ tokens }) => tokens),
  );
  const inner = new Map<string, Request>();
  return groupingsOf(asking, index)
    .flatMap(({ requests, price }) =>
      follow(requests, price, { index, places: context, inner, serve }),
    )
    .sort((a, b) => b.score - a.score);
}

type Grouping = { readonly requests: readonly Request[]; readonly price: number };

/** Which clauses may belong together: as their words suggest, all apart, or all in one. */
function groupingsOf(clauses: readonly Clause[], index: ToolIndex): Grouping[] {
  const likely = interpret(clauses, index);
  const found = [{ requests: likely, price: priceOfAll(likely) }];
  const alike = joinAlike(likely, index);
  // That the tool is the same says that they belong together, whatever verbs there are.
  if (alike.length < likely.length) found.push({ requests: alike, price: priceOfAll(likely) });
  if (clauses.length > 1 && clauses.length <= MAX_JOINED) {
    for (const groups of [clauses.map((clause) => [clause]), [clauses]]) {
      if (groups.length === likely.length) continue;
      const requests = groups.map((group) => makeRequest(group, index));
      found.push({ requests, price: priceOfAll(requests) });
    }
  }
  return found;
}

function priceOfAll(requests: readonly Request[]): number {
  return requests.reduce((sum, { clauses }) => sum + priceOf(clauses), 0);
}

/** "Group it by x, compute the mean of y": two halves of one call. */
function joinAlike(requests: readonly Request[], index: ToolIndex): Request[] {
  const joined: Request[] = [];
  for (const request of requests) {
    const before = joined.at(-1);
    const [own, other] = [request.candidates[0]?.card, before?.candidates[0]?.card];
    const isSame = before !== undefined && own !== undefined && own === other;
    if (!isSame || request.isSequel || placesIn(request.tokens).length > 0) joined.push(request);
    else joined.splice(-1, 1, makeRequest([...before.clauses, ...request.clauses], index));
  }
  return joined;
}

const NOTHING: Reading = {
  draft: EMPTY_DRAFT,
  score: 0,
  missed: [],
  missedWeight: 0,
  unused: [],
  unanswered: [],
  weight: 0,
};

function follow(requests: readonly Request[], price: number, context: World): Reading[] {
  let beam = [NOTHING];
  const values: ValueToken[] = [];
  for (const [at, request] of requests.entries()) {
    const later = requests.slice(at + 1).flatMap(({ tokens }) => placesIn(tokens));
    const world = { ...context, places: [...context.places, ...later] };
    values.push(...request.values);
    beam = beam
      .flatMap((reading) => answers(reading, request, world))
      .map((next) => ({ next, rank: next.score - UNUSED_VALUE * unusedOf(values, next) }))
      .sort((a, b) => b.rank - a.rank)
      .slice(0, BEAM)
      .map(({ next }) => next);
  }
  return beam.map((reading) => {
    const unused = values.filter((token) => !reading.draft.used.has(token));
    const score = reading.score - UNUSED_VALUE * unused.length - price;
    return { ...reading, unused, score };
  });
}

function unusedOf(values: readonly ValueToken[], { draft }: Reading): number {
  return values.filter((token) => !draft.used.has(token)).length;
}

function placesIn(tokens: readonly Token[]): ValueToken[] {
  return tokens.filter((token): token is ValueToken => token.kind === "value" && isPlace(token));
}

function answers(reading: Reading, request: Request, world: World): Reading[] {
  const least = (request.candidates[0]?.score ?? 0) * LEAST;
  const likely = request.candidates
    .slice(0, CANDIDATES)
    .filter(({ card, score }, at) => at < SURE || score >= least || isAsked(card, request))
    .map(({ card }) => card);
  const cards = new Set([...likely, ...calculators(reading, world.index)]);
  const served = [...cards].flatMap((card) => serve(request, card, reading.draft, world));
  return [
    ...served.map((one) => withSteps(reading, request, one, world.index)),
    ...pointOut(reading, request, world.index),
    skip(reading, request, world.index),
  ];
}

/** Whether a verb of the request is in the tool's name. */
function isAsked({ roots }: ToolCard, { clauses }: Request): boolean {
  return clauses.some(({ verb }) => verb !== undefined && roots.includes(verb.root));
}

/** "tell me the difference" of two numbers that are there already. */
function calculators({ draft }: Reading, index: ToolIndex): ToolCard[] {
  const numbers = draft.results
    .flatMap(({ reads }) => reads)
    .filter(({ field }) => field.shape.takesNumber);
  if (numbers.length < 2) return [];
  return index.cards.filter(({ parameters }) =>
    parameters.some(({ isRequired, kinds }) => isRequired && kinds.has("sum")),
  );
}

function withSteps(reading: Reading, request: Request, served: Served, index: ToolIndex): Reading {
  const isRepeated = served.steps.length > 1;
  const focus = served.steps.map((step) =>
    fieldsSaid(step, request, { isRepeated, taken: takenInside(served) }),
  );
  const reads = focus.flatMap((one) => one.reads);
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
    (account.isAskMissed ? MISSED_VERB : 0) -
    (isUnasked || isUnsaid(request, served, index) ? UNASKED : 0) -
    (writesWhereIsRead(request, served) ? DOUBTFUL : 0);
  return {
    draft: withResult(served.draft, { request, reads, isNamed: focus.some((one) => one.isNamed) }),
    score: reading.score + score,
    unused: [],
    ...withMissed(reading, account.missed, index),
    unanswered: isRefused ? [...reading.unanswered, request] : reading.unanswered,
    weight: reading.weight + weightOf(request, index),
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

function saysRoot({ words, verb }: Request, root: string): boolean {
  const roots = [...words.map((word) => word.root), ...(verb ? [verb.root] : [])];
  return roots.some((own) => own === root || synonymsOf(root).has(own));
}

function withResult(draft: Draft, result: Result): Draft {
  return { ...draft, results: [...draft.results, result] };
}

/** Verbs that ask for a part of what is there already. */
const TAKING = new Set(
  "count extract pull take get give show list print display return report tell pick present output provide".split(
    " ",
  ),
);

/** "…, extract its text": a field of a step before, and no step of its own. */
function pointOut(reading: Reading, request: Request, index: ToolIndex): Reading[] {
  const { verb, values, words } = request;
  if (values.length > 0 || (verb !== undefined && !TAKING.has(verb.word))) return [];
  const isListed = request.clauses[0]?.cut === "soft" && verb === undefined;
  if (isListed && !says(request.tokens[0], "its", "their")) return [];
  const asked = words.filter((word) => word.word !== verb?.word && !LIGHT_VERBS.has(word.word));
  if (asked.length === 0) return [];
  return reading.draft.steps.flatMap((step) => {
    const fields = asked.map((word) => bestNamed(step, word));
    if (fields.some((field) => field === undefined)) return [];
    const degrees = asked.map((word, at) => namedBy(word.root, fields[at] as Field));
    const found = [...new Set(fields)].flatMap((field) =>
      field === undefined ? [] : [{ step, field }],
    );
    const weight = weightOf(request, index);
    const isAsked = step.tokens.length > 0 ? 0.2 : 0;
    return [
      {
        ...reading,
        draft: withResult(reading.draft, { request, reads: found, isNamed: true }),
        score: reading.score + weight + NAME * Math.min(...degrees) + isAsked,
        weight: reading.weight + weight,
      },
    ];
  });
}

/** The field that the word is the name of, or is about. */
function bestNamed({ card }: Step, { root }: WordToken): Field | undefined {
  const ranked = card.fields
    .filter(({ roots }) => roots.length <= 1)
    .map((field) => ({ field, degree: namedBy(root, field) }))
    .filter(
      ({ field, degree }) => degree >= EXACT || (degree > 0 && field.shape.element !== undefined),
    )
    .sort((a, b) => b.degree - a.degree);
  return ranked[0]?.field;
}

function skip(reading: Reading, request: Request, index: ToolIndex): Reading {
  const isEmpty = request.words.every(({ word }) => LIGHT_VERBS.has(word));
  const weight = weightOf(request, index);
  return {
    ...reading,
    score:
      reading.score -
      weight -
      MISSED * weigh(request.words, index) -
      (request.verb && !isEmpty ? MISSED_VERB : 0),
    ...withMissed(reading, request.words, index),
    unanswered: [...reading.unanswered, request],
    weight: reading.weight + weight,
  };
}

function withMissed(reading: Reading, words: readonly WordToken[], index: ToolIndex) {
  return {
    missed: [...reading.missed, ...words],
    missedWeight: reading.missedWeight + weigh(words, index),
  };
}

function weightOf({ words, values }: Request, index: ToolIndex): number {
  return weigh(words, index) + values.length;
}

function weigh(words: readonly WordToken[], index: ToolIndex): number {
  return words.reduce((sum, { word, root }) => sum + index.weight(word, root), 0);
}
