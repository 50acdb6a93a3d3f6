/**
 * Calling a tool for a request: its parameters from the request's words, from earlier steps,
 * and from further steps where the goal only names what those give.
 */

import type { Clause } from "./clauses.ts";
import {
  type Argument,
  addStep,
  type Draft,
  isSameRead,
  type Operator,
  type Read,
  type Step,
  useTokens,
} from "./draft.ts";
import { type Filling, fill } from "./fill.ts";
import { makeRequest, type Request } from "./interpret.ts";
import { verbUse } from "./lexicon.ts";
import { bringsOnly, isPlace, provide } from "./provide.ts";
import { refer } from "./refer.ts";
import type { ToolIndex } from "./retrieve.ts";
import { isSink, mainField, suit, takesContent } from "./suit.ts";
import { isMark, isWord, says, type Token, type ValueToken } from "./tokens.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";

export type Served = {
  readonly draft: Draft;
  /** The calls that answer the request: one, or one for each of several values. */
  readonly steps: readonly Step[];
  /** The tools that take part, in the order of their calls, the one that answers last. */
  readonly cards: readonly ToolCard[];
  /** Tools that only bring what others need. */
  readonly providers: readonly ToolCard[];
  /** Fields that are read. */
  readonly reads: readonly Read[];
  /** The words that the tool which answers takes for itself. */
  readonly own: ReadonlyMap<Token, number>;
  /** How well values and references go with their parameters. */
  readonly score: number;
};

export type World = {
  readonly index: ToolIndex;
  /** Places that the goal names outside of the requests done so far. */
  readonly places: readonly ValueToken[];
  /** Requests inside requests, by where their words stand. */
  readonly inner: Map<string, Request>;
};

const MAX_DEPTH = 3;
/** How strongly a word must speak for a tool that nobody asked for by a verb. */
const MEANT = 0.4;
/** Readings that are followed at each turn. */
const BREADTH = 5;
/** What it is worth that the request's own words are enough. */
const COMPLETE = 0.8;
/** Of a call without any input there is less to be sure of. */
const BARE = 0.5;
/** What another tool makes of the words, if they say its name. */
const NAMED = 0.3;
/** Words that become inputs of a tool speak for it, too. */
const FILLED = 3;
/** How much more a word must say of the inner tool than of the outer. */
const CLEARLY = 0.1;
/** What lies at a place, where the words say what is to be made of it first. */
const RAW = 0.6;

/** Every good way to call the tool for the request; none if it cannot be called. */
export function serve(
  request: Request,
  card: ToolCard,
  draft: Draft,
  world: World,
  /** Tools that wait for what this one gives. */
  outer: readonly ToolCard[] = [],
): Served[] {
  const filling = fill(request, card, world.index);
  if (isEmptyPair(card, filling)) return [];
  const start: Partial = {
    draft: { ...draft, used: new Map([...draft.used, ...filling.used]) },
    args: new Map(
      [...filling.values].map(([parameter, value]) => [parameter, { kind: "value", value }]),
    ),
    spread: undefined,
    cards: [],
    providers: [],
    reads: [],
    score: 0,
  };
  const open = card.parameters.filter(
    (parameter) => parameter.isRequired && !filling.values.has(parameter),
  );
  const rest = restOf(request, filling);
  const chunks = chunksFor(open.filter(takesContent), rest);
  let partials: Partial[] = [start];
  for (const parameter of open) {
    const context = { parameter, card, request, words: chunks.get(parameter) ?? rest, outer };
    partials = partials
      .flatMap((partial) => extend(partial, context, world))
      .sort((a, b) => b.score - a.score)
      .slice(0, BREADTH);
  }
  if (!open.some(takesContent)) {
    const choices = offersFor(card, filling).flatMap((parameter) => {
      const context = { parameter, card, request, words: rest, outer };
      return partials.flatMap((partial) => extend(partial, context, world));
    });
    partials = [...partials, ...choices.sort((a, b) => b.score - a.score).slice(0, BREADTH)];
  }
  return partials
    .filter(({ args, spread }) => args.size > 0 || spread !== undefined || !isBare(request, card))
    .filter(({ args }) => !isTwice(args))
    .map((partial) => {
      const complete = filling.values.size > 0 ? COMPLETE : BARE;
      const bindings = [...partial.args.keys()].filter(
        (parameter) => !filling.values.has(parameter),
      ).length;
      const score =
        partial.spread || bindings > 0 ? partial.score / Math.max(bindings, 1) : complete;
      const args = chunks.size === 0 ? inOrder(partial, open) : partial.args;
      return finish({ ...partial, args, score }, request, card, filling);
    });
}

/** One output in two places of one call: nothing compares with itself. */
function isTwice(args: Partial["args"]): boolean {
  const reads = [...args.values()].filter((argument) => argument.kind === "read");
  return reads.some((read, at) => reads.slice(0, at).some((other) => isSameRead(read, other)));
}

/** Of two things to compare, where nothing says which is which, the older comes first. */
function inOrder({ args, draft }: Partial, open: readonly Parameter[]): Partial["args"] {
  const takers = open.filter(takesContent);
  const given = takers.map((parameter) => args.get(parameter));
  const reads = given.filter((argument) => argument?.kind === "read");
  if (takers.length < 2 || reads.length < takers.length) return args;
  const sorted = reads.toSorted(
    (a, b) => draft.steps.indexOf(a.step) - draft.steps.indexOf(b.step),
  );
  const pairs = takers.map((parameter, at) => [parameter, sorted[at] ?? reads[at]] as const);
  return new Map([
    ...args,
    ...pairs.flatMap(([parameter, read]) => (read ? [[parameter, read] as const] : [])),
  ]);
}

/** A verb alone, which says neither what nor the whole name of the tool. */
function isBare({ words, verb }: Request, { roots }: ToolCard): boolean {
  const [only, ...more] = words;
  if (only === undefined || more.length > 0) return false;
  return (only === verb || verbUse(only.word) !== "no") && roots.length > 1;
}

/** From a day until a day, of which neither is said. */
function isEmptyPair({ parameters }: ToolCard, { values }: Filling): boolean {
  const dates = parameters.filter(({ kinds }) => kinds.has("date"));
  return dates.length > 1 && !dates.some((parameter) => values.has(parameter));
}

/** "json", "form" or "text": what a tool that sends something may be given, one of them. */
function offersFor(card: ToolCard, { values }: Filling): Parameter[] {
  const offers = card.parameters.filter(
    (parameter) =>
      !parameter.isRequired &&
      (parameter.kinds.has("content") || parameter.shape.isAny) &&
      takesContent(parameter),
  );
  return isSink(card) && !offers.some((parameter) => values.has(parameter)) ? offers : [];
}

/** A call of which some parameters are bound. */
type Partial = Omit<Served, "steps" | "own"> & {
  readonly args: ReadonlyMap<Parameter, Argument>;
  /** The tool is called once for each of these. */
  readonly spread:
    | { readonly parameter: Parameter; readonly arguments: readonly Argument[] }
    | undefined;
};

/** Where the value of a parameter is looked for. */
type Place = {
  readonly parameter: Parameter;
  readonly card: ToolCard;
  readonly request: Request;
  readonly words: readonly Token[];
  readonly outer: readonly ToolCard[];
};

/** What the request says beside the tool's own values and its verb. */
function restOf({ tokens, verb }: Request, { used }: Filling): Token[] {
  return trim(tokens.filter((token) => token !== verb && !used.has(token)));
}

function trim(tokens: readonly Token[]): Token[] {
  const isEmpty = (token: Token | undefined) =>
    token !== undefined &&
    (token.kind === "mark" ||
      says(token, "and", "to", "into", "in", "as", "from", "with", "of", "then"));
  let [start, end] = [0, tokens.length];
  while (start < end && tokens[start]?.kind === "mark") start++;
  while (end > start && isEmpty(tokens[end - 1])) end--;
  return tokens.slice(start, end);
}

/** "x with y", "x and y" for a tool that takes two things: one part of the words for each. */
function chunksFor(
  parameters: readonly Parameter[],
  words: readonly Token[],
): ReadonlyMap<Parameter, readonly Token[]> {
  if (parameters.length < 2) return new Map();
  const chunks: Token[][] = [[]];
  for (const token of words) {
    if (isSeparator(token) && chunks.length < parameters.length) chunks.push([]);
    else chunks.at(-1)?.push(token);
  }
  const full = chunks.filter(
    (chunk) => chunk.some(isWord) || chunk.some((token) => token.kind === "value"),
  );
  if (full.length !== parameters.length) return new Map();
  return new Map(parameters.map((parameter, at) => [parameter, full[at] ?? []]));
}

function isSeparator(token: Token): boolean {
  return isMark(token, ",&") || says(token, "and", "with", "to", "against", "versus", "from", "or");
}

function extend(partial: Partial, place: Place, world: World): Partial[] {
  const options = [
    ...fromFormula(partial, place),
    ...fromPlaces(partial, place, world),
    ...fromBefore(partial, place),
    ...fromWords(partial, place, world),
    ...fromParts(partial, place, world),
  ];
  return options.sort((a, b) => b.score - a.score).slice(0, BREADTH);
}

/** What lies at the paths and addresses that the request names, or else the goal. */
function fromPlaces(partial: Partial, place: Place, world: World): Partial[] {
  const { parameter, card, words } = place;
  if (!takesContent(parameter)) return [];
  const named = words.filter(
    (token): token is ValueToken => token.kind === "value" && isPlace(token),
  );
  const unused = named.filter((token) => !partial.draft.used.has(token));
  if (unused.length > 0) {
    const isRaw = namesProduct(place, world);
    const start = isRaw ? { ...partial, score: partial.score - RAW } : partial;
    const single = unused.slice(0, 1).flatMap((token) => brought(start, place, [token], world));
    const isList = unused.length > 1 && areListed(unused, place, world.index);
    return isList ? [...brought(start, place, unused, world), ...single] : single;
  }
  // Nothing was said yet, so what comes is meant: "count the words and lines of x".
  if (words.some((token) => token.kind === "value") || partial.draft.steps.length > 0) return [];
  const [next] = world.places;
  if (next === undefined) return [];
  const elsewhere = brought(partial, { ...place, card }, [next], world);
  return elsewhere.map((option) => ({ ...option, score: option.score - 0.2 }));
}

/** "x and y", "the words in x and the lines in y", if the tool is about words and lines. */
function areListed(
  values: readonly ValueToken[],
  { words, card, request }: Place,
  index: ToolIndex,
): boolean {
  const between = words.slice(
    words.indexOf(values[0] as Token),
    words.indexOf(values.at(-1) as Token),
  );
  return between.every((token) => {
    if (!isWord(token)) return true;
    if (says(token, "into", "as", "onto")) return false;
    const isContent = request.words.some(({ root }) => root === token.root);
    return !isContent || index.strength(token.root, card) >= MEANT;
  });
}

function brought(
  partial: Partial,
  { parameter, card }: Place,
  tokens: readonly ValueToken[],
  { index }: World,
): Partial[] {
  let { draft } = partial;
  const reads: Read[] = [];
  let score = 0;
  const isSingle = tokens.length === 1;
  for (const token of tokens) {
    const ways = provide(token, parameter, card, draft, index);
    const [best, ...others] = ways;
    if (best === undefined) return [];
    if (isSingle && others[0] !== undefined) {
      return ways.map((way) => ({
        ...bound(partial, parameter, card, [way.read], useTokens(way.draft, [token])),
        providers: [...partial.providers, way.read.step.card],
        score: partial.score + way.score,
      }));
    }
    draft = useTokens(best.draft, [token]);
    reads.push(best.read);
    score += best.score / tokens.length;
  }
  const providers = [...partial.providers, ...reads.map(({ step }) => step.card)];
  return [
    { ...bound(partial, parameter, card, reads, draft), providers, score: partial.score + score },
  ];
}

/** One output as it is; several as a list, as one text, or as one call for each. */
function bound(
  partial: Partial,
  parameter: Parameter,
  card: ToolCard,
  reads: readonly Read[],
  draft: Draft,
): Partial {
  const [only] = reads;
  const more = { ...partial, draft, reads: [...partial.reads, ...reads] };
  if (reads.length === 1 && only !== undefined) {
    return { ...more, args: new Map([...partial.args, [parameter, { kind: "read", ...only }]]) };
  }
  const isList = parameter.shape.element !== undefined && only?.field.shape.element === undefined;
  if (isList || isSink(card)) {
    return { ...more, args: new Map([...partial.args, [parameter, { kind: "join", reads }]]) };
  }
  const all = reads.map((read): Argument => ({ kind: "read", ...read }));
  return { ...more, spread: { parameter, arguments: all } };
}

/** What an earlier step gave. */
function fromBefore(partial: Partial, { parameter, card, words, request }: Place): Partial[] {
  // One call has no use for the same output twice.
  const taken = new Set(partial.reads.map(({ step }) => step));
  return refer(parameter, card, words, request, partial.draft).flatMap((reference) => {
    const { tokens, score } = reference;
    const reads = reference.reads.filter(({ step }) => !taken.has(step));
    if (reads.length === 0) return [];
    const draft = useTokens(partial.draft, tokens);
    const others = card.parameters.filter(
      (other) =>
        other !== parameter && other.isRequired && takesContent(other) && !partial.args.has(other),
    );
    // "compare both": the first is for this parameter, the second for the next.
    const [first, ...further] = reads;
    const [next] = others;
    if (
      first !== undefined &&
      further.length > 0 &&
      next !== undefined &&
      takesContent(parameter)
    ) {
      const one = bound(partial, parameter, card, [first], draft);
      return [{ ...one, score: partial.score + score }];
    }
    return [{ ...bound(partial, parameter, card, reads, draft), score: partial.score + score }];
  });
}

/** What another tool makes of the words: "write *the total by region* to out.md". */
function fromWords(partial: Partial, place: Place, world: World): Partial[] {
  const { parameter, card, outer } = place;
  const chain = [...outer, card];
  if (chain.length > MAX_DEPTH || !takesContent(parameter)) return [];
  const inner = innerRequest(place, world);
  if (inner === undefined) return [];
  // "x and y" are two things; only what writes them down needs both.
  if (place.request.clauses.length > 1 && !isSink(card) && !takesSeveral(card)) return [];
  return inner.candidates
    .filter(({ card: other }) => isMeant(other, chain, inner, world.index))
    .filter(({ card: other }) => !isDone(other, partial.draft, inner))
    .slice(0, outer.length === 0 ? BREADTH : BREADTH - 2)
    .flatMap((candidate) => {
      const best = fieldFor(candidate.card, parameter, card, inner);
      if (best === undefined) return [];
      return serve(inner, candidate.card, partial.draft, world, chain).map((served) => {
        const reads = served.steps.map((step) => ({ step, field: best.field }));
        // What only brings something explains no more than if nobody had asked for it.
        const isProvider = served.cards.length === 1 && bringsOnly(candidate.card);
        return {
          ...bound(partial, parameter, card, reads, served.draft),
          cards: isProvider ? partial.cards : [...partial.cards, ...served.cards],
          providers: [
            ...partial.providers,
            ...served.providers,
            ...(isProvider ? served.cards : []),
          ],
          reads: [...partial.reads, ...served.reads, ...reads],
          score:
            partial.score +
            (best.score + served.score) / 2 +
            (isNamed(candidate.card, inner) ? NAMED : 0),
        };
      });
    });
}

/** "the summary" is the one made before, unless it is that of something new. */
function isDone(card: ToolCard, { results, used }: Draft, { values }: Request): boolean {
  if (values.some((token) => isPlace(token) && !used.has(token))) return false;
  return results.some(({ reads }) => reads.some(({ step }) => step.card === card));
}

function takesSeveral({ parameters }: ToolCard): boolean {
  return (
    parameters.filter((parameter) => parameter.isRequired && takesContent(parameter)).length > 1
  );
}

function isNamed({ roots }: ToolCard, { words }: Request): boolean {
  return words.some(({ root }) => roots.includes(root));
}

/** Whether the words name what another tool makes: "the summary of x" is not x. */
function namesProduct(place: Place, world: World): boolean {
  const chain = [...place.outer, place.card];
  const inner = chain.length > MAX_DEPTH ? undefined : innerRequest(place, world);
  if (inner === undefined) return false;
  return inner.candidates.some(
    ({ card }) => isNamed(card, inner) && isMeant(card, chain, inner, world.index),
  );
}

/** A tool inside another must be what some word says, and no tool around it. */
function isMeant(
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

function fieldFor(
  from: ToolCard,
  parameter: Parameter,
  card: ToolCard,
  { words }: Request,
): { field: Field; score: number } | undefined {
  const fitting = from.fields.flatMap((field) => {
    const fit = suit(field, parameter, card);
    if (fit === undefined) return [];
    const isSaid = field.roots.some((root) => words.some((word) => word.root === root));
    return [{ field, score: fit + (isSaid ? 0.2 : 0) + (field === mainField(from) ? 0.2 : 0) }];
  });
  return fitting.toSorted((a, b) => b.score - a.score)[0];
}

/** "the summary of x and the keywords of y": each from a tool of its own, together as one text. */
function fromParts(partial: Partial, place: Place, world: World): Partial[] {
  const { parameter, card, words } = place;
  if (!isSink(card)) return [];
  const parts = partsOf(words);
  // What verbs set apart are no parts of one thing.
  const isApart = place.request.clauses.slice(1).some(({ cut }) => cut === "hard");
  if (isApart || parts.length < 2 || parts.length > MAX_PARTS) return [];
  let current: Partial = { ...partial, reads: [], score: 0 };
  for (const part of parts) {
    const own = { ...place, words: part };
    const options = [...fromWords(current, own, world), ...fromPlaces(current, own, world)];
    const [best] = options.sort((a, b) => b.score - a.score);
    const argument = best?.args.get(parameter);
    if (best === undefined || argument?.kind !== "read") return [];
    current = { ...best, args: partial.args, reads: [...current.reads, argument] };
  }
  const { draft, reads, score } = current;
  const whole = bound({ ...current, reads: partial.reads }, parameter, card, reads, draft);
  return [{ ...whole, score: partial.score + score / parts.length }];
}

const MAX_PARTS = 5;

function partsOf(words: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of words) {
    if (isMark(token, ",&") || says(token, "and")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** "the text of x" is x for a parameter that takes a text. */
function innerRequest(
  { words, request: outer, parameter }: Place,
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

/** Numbers that were asked for just before are what an operation is meant for. */
const FORMULA = 1.4;

const OPERATIONS: readonly (readonly [RegExp, Operator])[] = [
  [/^(?:add|sum|plus|total|totals|together|combined|altogether)$/, "+"],
  [/^(?:subtract|minus|difference)$/, "-"],
  [/^(?:multiply|product|times)$/, "*"],
  [/^(?:divide|ratio|quotient)$/, "/"],
  [/^(?:average|mean)$/, "mean"],
];

/** "add them up", "the difference of the two": arithmetic over what earlier steps gave. */
function fromFormula(partial: Partial, { parameter, words, request }: Place): Partial[] {
  if (!parameter.kinds.has("sum")) return [];
  const said = request.tokens.filter(isWord);
  const found = OPERATIONS.find(([pattern]) => said.some(({ word }) => pattern.test(word)));
  if (found === undefined) return [];
  const [pattern, operator] = found;
  const reads = partial.draft.results
    .flatMap((result) => result.reads)
    .filter(({ field }) => field.shape.takesNumber);
  if (reads.length < 2 || ((operator === "-" || operator === "/") && reads.length !== 2)) return [];
  const counted = words.filter(
    (token) => token.kind === "value" && token.value.number === reads.length,
  );
  const tokens = [
    ...words.filter(isWord),
    ...counted,
    ...said.filter(({ word }) => pattern.test(word)),
  ];
  const args = new Map([
    ...partial.args,
    [parameter, { kind: "formula", reads, operator } as const],
  ]);
  const draft = useTokens(partial.draft, tokens);
  return [
    {
      ...partial,
      draft,
      args,
      reads: [...partial.reads, ...reads],
      score: partial.score + FORMULA,
    },
  ];
}

function finish(partial: Partial, request: Request, card: ToolCard, filling: Filling): Served {
  const { args, spread, cards, providers, reads, score } = partial;
  const values = filling.spread?.values.map((value): Argument => ({ kind: "value", value }));
  const repeated =
    spread ??
    (filling.spread && values
      ? { parameter: filling.spread.parameter, arguments: values }
      : undefined);
  const calls = repeated?.arguments.map(
    (argument) => new Map([...args, [repeated.parameter, argument]]),
  );
  let { draft } = partial;
  const steps: Step[] = [];
  for (const own of calls ?? [args]) {
    const added = addStep(draft, { card, args: own, tokens: request.tokens });
    draft = added.draft;
    steps.push(added.step);
  }
  return { draft, steps, cards: [...cards, card], providers, reads, own: filling.used, score };
}
