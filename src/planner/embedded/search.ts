/**
 * From requests to a draft of the whole plan: a beam search.
 *
 * Requests are answered in their order. Each may be answered by any of its candidates, or by
 * a field that an earlier step gives already, or by nothing, which costs what it says. What
 * stands best at the end explains most of the goal with the fewest steps.
 */

import type { World } from "./call.ts";
import type { Clause } from "./clauses.ts";
import { groupingsOf } from "./groupings.ts";
import type { Request } from "./interpret.ts";
import { skip, withSteps } from "./judge.ts";
import { isPlace } from "./places.ts";
import { pointOut } from "./point-out.ts";
import { NO_READING, type Reading } from "./reading.ts";
import type { ToolIndex } from "./retrieve.ts";
import { serve } from "./serve.ts";
import type { Token, ValueToken } from "./tokens.ts";
import type { ToolCard } from "./tool-card.ts";

const BEAM = 6;
const CANDIDATES = 7;
/** Candidates that are tried in any case, and how far behind the best another may be. */
const SURE = 3;
const LEAST = 0.4;
/** A value that nothing uses: the goal was not understood. */
const UNUSED_VALUE = 1.2;

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

function follow(requests: readonly Request[], price: number, context: World): Reading[] {
  let beam = [NO_READING];
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
