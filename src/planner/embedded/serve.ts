/**
 * Calling a tool for a request: its parameters from the request's words, from earlier steps,
 * and from further steps where the goal only names what those give.
 */

import { BREADTH, type Call, type Gap, type Served, trim, type World } from "./call.ts";
import { type Argument, addStep, type Draft, isSameRead, type Step } from "./draft.ts";
import { type Filling, fill } from "./fill.ts";
import { fromBefore } from "./from-before.ts";
import { fromFormula } from "./from-formula.ts";
import { fromPlaces } from "./from-places.ts";
import { fromNeed, fromOneFile, fromParts, fromWords } from "./from-words.ts";
import type { Request } from "./interpret.ts";
import { FUNCTION_WORDS, verbUse } from "./lexicon.ts";
import { isPlace } from "./places.ts";
import { isSink, takesContent } from "./suit.ts";
import { isMark, says, type Token } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";

/** What it is worth that the request's own words are enough. */
const COMPLETE = 0.8;
/** Of a call without any input there is less to be sure of. */
const BARE = 0.5;

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
  const start: Call = {
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
  let calls: Call[] = [start];
  for (const parameter of open) {
    const context = { parameter, card, request, words: chunks.get(parameter) ?? rest, outer };
    calls = calls
      .flatMap((call) => extend(call, context, world))
      .sort((a, b) => b.score - a.score)
      .slice(0, BREADTH);
  }
  if (!open.some(takesContent)) {
    const choices = offersFor(card, filling, rest).flatMap((parameter) => {
      const context = { parameter, card, request, words: rest, outer };
      return calls.flatMap((call) => extend(call, context, world));
    });
    calls = [...calls, ...choices.sort((a, b) => b.score - a.score).slice(0, BREADTH)];
  }
  return calls
    .slice(0, BREADTH)
    .filter(({ args, spread }) => args.size > 0 || spread !== undefined || !isBare(request, card))
    .filter(({ args }) => !isTwice(args))
    .map((call) => {
      const complete = filling.values.size > 0 ? COMPLETE : BARE;
      const bindings = [...call.args.keys()].filter(
        (parameter) => !filling.values.has(parameter),
      ).length;
      const score = call.spread || bindings > 0 ? call.score / Math.max(bindings, 1) : complete;
      const args = chunks.size === 0 ? inOrder(call, open) : call.args;
      return finish({ ...call, args, score }, request, card, filling);
    });
}

function extend(call: Call, gap: Gap, world: World): Call[] {
  const options = [
    ...fromFormula(call, gap),
    ...fromPlaces(call, gap, world),
    ...fromBefore(call, gap),
    ...fromWords(call, gap, world),
    ...fromParts(call, gap, world),
    ...fromNeed(call, gap, world),
    ...fromOneFile(call, gap, world),
  ];
  return options.sort((a, b) => b.score - a.score).slice(0, BREADTH);
}

function finish(call: Call, request: Request, card: ToolCard, filling: Filling): Served {
  const { args, spread, cards, providers, reads, score } = call;
  const values = filling.spread?.values.map((value): Argument => ({ kind: "value", value }));
  const repeated =
    spread ??
    (filling.spread && values
      ? { parameter: filling.spread.parameter, arguments: values }
      : undefined);
  const inputs = repeated?.arguments.map(
    (argument) => new Map([...args, [repeated.parameter, argument]]),
  );
  let { draft } = call;
  const steps: Step[] = [];
  for (const own of inputs ?? [args]) {
    const added = addStep(draft, { card, args: own, tokens: request.tokens });
    draft = added.draft;
    steps.push(added.step);
  }
  return { draft, steps, cards: [...cards, card], providers, reads, own: filling.used, score };
}

/** What the request says beside the tool's own values and its verb. */
function restOf({ tokens, verb }: Request, { used }: Filling): Token[] {
  return trim(tokens.filter((token) => token !== verb && !used.has(token)));
}

/** "x with y", "x and y" for a tool that takes two things: one part of the words for each. */
function chunksFor(
  parameters: readonly Parameter[],
  words: readonly Token[],
): ReadonlyMap<Parameter, readonly Token[]> {
  if (parameters.length < 2) return new Map();
  const chunks: { readonly joint: Token | undefined; readonly words: Token[] }[] = [
    { joint: undefined, words: [] },
  ];
  for (const token of words) {
    if (isSeparator(token) && chunks.length < parameters.length)
      chunks.push({ joint: token, words: [] });
    else chunks.at(-1)?.words.push(token);
  }
  const full = chunks.filter((chunk) => chunk.words.some((token) => token.kind !== "mark"));
  if (full.length !== parameters.length) return new Map();
  const [first] = full;
  return new Map(
    parameters.map((parameter, at) => {
      const { joint, words: own } = full[at] ?? { joint: undefined, words: [] };
      const isShared = says(joint, "and") || isMark(joint, ",&");
      return [parameter, isShared && first ? withShared(first.words, own) : own];
    }),
  );
}

/** "the summaries of x and y": what stands before x is meant of y, too. */
function withShared(first: readonly Token[], own: readonly Token[]): readonly Token[] {
  const at = first.findIndex((token) => token.kind === "value" && isPlace(token));
  const isPlaceOnly = own.every((token) => token.kind !== "word" || FUNCTION_WORDS.has(token.word));
  return at > 0 && isPlaceOnly ? [...first.slice(0, at), ...own] : own;
}

function isSeparator(token: Token): boolean {
  return isMark(token, ",&") || says(token, "and", "with", "to", "against", "versus", "from", "or");
}

/** "json", "form" or "text": what a tool may be given where something is at hand, one of them. */
function offersFor(card: ToolCard, { values }: Filling, rest: readonly Token[]): Parameter[] {
  const offers = card.parameters.filter(
    (parameter) =>
      !parameter.isRequired &&
      (parameter.kinds.has("content") || parameter.shape.isAny) &&
      takesContent(parameter),
  );
  const isOffered = isSink(card) || rest.some((token) => token.kind === "value" && isPlace(token));
  return isOffered && !offers.some((parameter) => values.has(parameter)) ? offers : [];
}

/** From a day until a day, of which neither is said. */
function isEmptyPair({ parameters }: ToolCard, { values }: Filling): boolean {
  const dates = parameters.filter(({ kinds }) => kinds.has("date"));
  return dates.length > 1 && !dates.some((parameter) => values.has(parameter));
}

/** A verb alone, which says neither what nor the whole name of the tool. */
function isBare({ words, verb }: Request, { roots }: ToolCard): boolean {
  const [only, ...more] = words;
  if (only === undefined || more.length > 0) return false;
  return (only === verb || verbUse(only.word) !== "no") && roots.length > 1;
}

/** One output in two places of one call: nothing compares with itself. */
function isTwice(args: Call["args"]): boolean {
  const reads = [...args.values()].filter((argument) => argument.kind === "read");
  return reads.some((read, at) => reads.slice(0, at).some((other) => isSameRead(read, other)));
}

/** Of two things to compare, where nothing says which is which, the older comes first. */
function inOrder({ args, draft }: Call, open: readonly Parameter[]): Call["args"] {
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
