/**
 * Which tools, in which order: one search over all segments at once.
 *
 * Every segment takes no tool, one, or two. What stands best at the end explains most of what
 * was said, by tools whose names were said and whose inputs are there, with the fewest tools.
 */

import { valueFit } from "./interpret.ts";
import { LIGHT_VERBS } from "./lexicon.ts";
import { fieldsGiven, flow } from "./outline-flow.ts";
import type { Matcher } from "./outline-match.ts";
import { holds, type Segment } from "./outline-segments.ts";
import { WEIGHTS as W } from "./outline-weights.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import { rootOf } from "./words.ts";

export type Choice = { readonly card: ToolCard; readonly segment: Segment };

const BEAM = 24;
const CANDIDATES = 6;
const PAIRED = 4;

type State = { readonly choices: readonly Choice[]; readonly score: number };

/** Choices of tools for the whole goal, best first; each has at least one tool. */
export function choose(segments: readonly Segment[], matcher: Matcher): (readonly Choice[])[] {
  const media = segments.flatMap(({ values }) => values.flatMap((value) => holds(value) ?? []));
  let beam: State[] = [{ choices: [], score: 0 }];
  for (const segment of segments) {
    const options = optionsFor(segment, matcher);
    beam = beam
      .flatMap((state) => options.map((option) => follow(state, segment, option, media)))
      .sort((a, b) => b.score - a.score)
      .slice(0, BEAM);
  }
  const found = beam
    .filter(({ choices }) => choices.length > 0)
    .map(({ choices, score }) => ({ choices, score: score - W.unused * unusedBy(choices, media) }))
    .sort((a, b) => b.score - a.score)
    .map(({ choices }) => choices);
  return found.length > 0 ? found : closest(segments, matcher);
}

/** The one tool that comes closest where none is worth its cost. */
function closest(segments: readonly Segment[], matcher: Matcher): (readonly Choice[])[] {
  return segments
    .flatMap((segment) =>
      optionsFor(segment, matcher).flatMap(({ cards: [card, ...more], score }) =>
        card === undefined || more.length > 0 ? [] : [{ choice: { card, segment }, score }],
      ),
    )
    .sort((a, b) => b.score - a.score)
    .map(({ choice }) => [choice]);
}

function unusedBy(choices: readonly Choice[], media: readonly string[]): number {
  return [...new Set(media)].filter(
    (medium) => !choices.some(({ card }) => card.parameters.some((one) => takes(one, medium))),
  ).length;
}

type Option = { readonly cards: readonly ToolCard[]; readonly score: number };

function optionsFor(segment: Segment, matcher: Matcher): Option[] {
  const asks = segment.clause.mood === "context" ? W.tells : 1;
  const own = (card: ToolCard, beside?: ToolCard) =>
    W.named * matcher.named(segment, card, beside) +
    matcher.kind(segment, card) +
    W.fit * valueFit(segment.values, card);
  const worth = ([first, second]: readonly [ToolCard, ToolCard?]) =>
    asks *
      (matcher.explained(segment, second ? [first, second] : [first]) +
        own(first, second) +
        (second ? own(second, first) : 0)) -
    W.cost -
    (second ? W.cost + W.second : 0);
  const single = matcher.cards
    .filter((card) => matcher.explained(segment, [card]) > 0)
    .map((card): Option => ({ cards: [card], score: worth([card]) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, CANDIDATES);
  const likely = single.slice(0, PAIRED).flatMap(({ cards }) => cards);
  const pairs = likely.flatMap((first) =>
    likely
      .filter((second) => second !== first)
      .map((second): Option => ({ cards: [first, second], score: worth([first, second]) })),
  );
  return [{ cards: [], score: -W.skipped * urgency(segment) }, ...single, ...pairs];
}

/** How much a segment asks for something by its verb. */
function urgency({ clause: { mood, cut, verb } }: Segment): number {
  if (mood !== "request" || cut !== "hard" || verb === undefined) return 0;
  return LIGHT_VERBS.has(verb.word) ? W.slight : 1;
}

function follow(state: State, segment: Segment, option: Option, media: readonly string[]): State {
  let { choices, score } = state;
  score += option.score;
  for (const card of option.cards) {
    score += readiness(card, choices, media);
    if (choices.some((other) => other.card === card)) score -= W.again;
    choices = [...choices, { card, segment }];
  }
  return { choices, score };
}

function readiness(card: ToolCard, before: readonly Choice[], media: readonly string[]): number {
  const needed = card.parameters.filter(({ isRequired }) => isRequired);
  if (needed.length === 0) return 0;
  let sum = 0;
  const open = [...media];
  const makers = [...before];
  for (const parameter of needed) {
    // What one input has used up is not there for the next.
    const at = open.findIndex((medium) => takes(parameter, medium));
    const maker = at < 0 ? makers.findIndex((one) => gives(one.card, parameter) >= 0.5) : -1;
    if (at >= 0) open.splice(at, 1);
    else if (maker >= 0) makers.splice(maker, 1);
    if (at >= 0 || maker >= 0) sum += W.ready;
    else if (MEDIA.some((medium) => takes(parameter, medium))) sum -= W.lacking;
  }
  const last = before.at(-1);
  const goesOn = last && needed.some((parameter) => gives(last.card, parameter) >= 0.5);
  return sum / needed.length + (goesOn ? W.goesOn : 0);
}

/** What nobody can say in words. */
const MEDIA = ["image", "audio", "video", "url"].map(rootOf);

/** Whether a parameter is such a thing by its name, as "image 2" is. */
export function isMedium({ roots }: Parameter): boolean {
  return MEDIA.includes(roots.findLast((root) => !/^\d+$/.test(root)) ?? "");
}

export function takes({ roots, about }: Parameter, medium: string): boolean {
  return roots.includes(medium) || about.has(medium);
}

const given = new WeakMap<Parameter, Map<ToolCard, number>>();

/** How well what a tool gives goes with a parameter, looked at once. */
function gives(card: ToolCard, parameter: Parameter): number {
  const known = given.get(parameter) ?? new Map<ToolCard, number>();
  given.set(parameter, known);
  const fit =
    known.get(card) ?? Math.max(0, ...fieldsGiven(card).map((field) => flow(field, parameter)));
  known.set(card, fit);
  return fit;
}
