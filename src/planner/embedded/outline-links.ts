/**
 * Where the inputs of chosen tools come from: the goal's own words, what other steps give, or
 * a further step, where what is needed can only be had from a tool.
 */

import type { Json } from "../../base/json.ts";
import { fill } from "./fill.ts";
import { makeRequest } from "./interpret.ts";
import { PRONOUNS } from "./lexicon.ts";
import { type Choice, isMedium, takes } from "./outline-choose.ts";
import { fieldsGiven, flow, isPassable, isUntold } from "./outline-flow.ts";
import type { Matcher } from "./outline-match.ts";
import { dependsOn, inOrder, type Node, type Origin } from "./outline-node.ts";
import { findProvider, isGivenBack, isHidden } from "./outline-provide.ts";
import { holds, type Segment } from "./outline-segments.ts";
import { LINKS as L } from "./outline-weights.ts";
import type { ToolIndex } from "./retrieve.ts";
import { isWord } from "./tokens.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";

type Offer = { readonly origin: Origin; readonly score: number };

type World = {
  readonly nodes: Node[];
  readonly segments: readonly Segment[];
  readonly matcher: Matcher;
  readonly index: ToolIndex;
};

/** The chosen tools with their inputs, in an order in which they can run. */
export function link(
  choices: readonly Choice[],
  segments: readonly Segment[],
  matcher: Matcher,
  index: ToolIndex,
): Node[] {
  const nodes = choices.map((choice) => nodeFor(choice, index));
  const world: World = { nodes, segments, matcher, index };
  for (const node of [...nodes]) {
    bind(node, world);
    provide(node, world, []);
  }
  for (const node of nodes) lookAhead(node, world);
  return inOrder(nodes);
}

function nodeFor({ card, segment }: Choice, index: ToolIndex): Node {
  return { card, segment, request: makeRequest([segment.clause], index), origins: new Map() };
}

/** From words, and from what came before. */
function bind(node: Node, world: World): void {
  const before = world.nodes
    .slice(0, world.nodes.indexOf(node))
    .filter((other) => !dependsOn(other, node));
  const filled = fill(node.request, node.card, world.index).values;
  for (const parameter of node.card.parameters) {
    const own = filled.get(parameter);
    const offers = [
      ...(own === undefined ? [] : [offerOf(own, parameter, node)]),
      ...valuesFor(parameter, node, world),
      ...before.flatMap((other, at) => stepsFor(parameter, node, other, before.length - at, world)),
    ];
    const [best] = offers
      .filter(({ origin }) => !isTaken(origin, node))
      .sort((a, b) => b.score - a.score);
    const least = parameter.isRequired ? L.least : L.optional;
    if (best !== undefined && best.score >= least) node.origins.set(parameter, best.origin);
    else if (parameter.isRequired) node.origins.set(parameter, { kind: "given" });
  }
}

/** What is still missing may come from a tool that nobody named. */
function provide(node: Node, world: World, outer: readonly ToolCard[]): void {
  const { nodes, matcher, index } = world;
  for (const [parameter, origin] of node.origins) {
    if (origin.kind !== "given") continue;
    const provider = findProvider(parameter, node, outer, matcher);
    if (provider === undefined) continue;
    const { card, field } = provider;
    const before = nodes.slice(0, nodes.indexOf(node));
    const known = before.find((other) => other.card === card && !dependsOn(other, node));
    const source = known ?? nodeFor({ card, segment: node.segment }, index);
    node.origins.set(parameter, { kind: "step", node: source, field });
    if (known !== undefined) continue;
    nodes.splice(nodes.indexOf(node), 0, source);
    bind(source, world);
    provide(source, world, [...outer, node.card]);
  }
}

/** What was not said before may be said later: "a show of a picture made from the sound". */
function lookAhead(node: Node, world: World): void {
  const after = world.nodes.slice(world.nodes.indexOf(node) + 1);
  for (const [parameter, origin] of node.origins) {
    if (origin.kind !== "given") continue;
    const offers = after
      .filter((other) => !dependsOn(other, node))
      .flatMap((other, at) => stepsFor(parameter, node, other, at + 1, world));
    const [best] = offers.sort((a, b) => b.score - a.score);
    if (best !== undefined && best.score >= L.later) node.origins.set(parameter, best.origin);
  }
}

/** A value that stands in the goal is surer than words of it. */
function offerOf(value: Json, parameter: Parameter, { segment }: Node): Offer {
  const texts = segment.values.flatMap((token) => [token.value.text, String(token.value.number)]);
  const isLiteral = [value].flat().every((one) => texts.includes(String(one)));
  return {
    origin: { kind: "value", value },
    score: isLiteral ? L.literal : isHidden(parameter) || isMedium(parameter) ? 0 : L.words,
  };
}

function isTaken(origin: Origin, { origins }: Node): boolean {
  return [...origins.values()].some(
    (other) =>
      (origin.kind === "value" && other.kind === "value" && origin.value === other.value) ||
      (origin.kind === "step" &&
        other.kind === "step" &&
        origin.node === other.node &&
        origin.field === other.field),
  );
}

function valuesFor(parameter: Parameter, node: Node, { nodes, segments }: World): Offer[] {
  if (!parameter.isRequired) return [];
  return segments.flatMap((segment) =>
    segment.values.flatMap((token) => {
      const medium = holds(token);
      if (medium === undefined || !takes(parameter, medium)) return [];
      const { text } = token.value;
      const isFresh = nodes.every((other) => !hasValue(other, text));
      const score = segment === node.segment ? L.beside : L.elsewhere + (isFresh ? L.fresh : 0);
      return [{ origin: { kind: "value", value: text } as const, score }];
    }),
  );
}

function hasValue({ origins }: Node, value: Json): boolean {
  return [...origins.values()].some((origin) => origin.kind === "value" && origin.value === value);
}

function stepsFor(
  parameter: Parameter,
  node: Node,
  other: Node,
  distance: number,
  { matcher }: World,
): Offer[] {
  const shared = sharedOrigin(parameter, other);
  if (shared !== undefined) return [{ origin: shared, score: L.shared }];
  return fieldsGiven(other.card).flatMap((field) => {
    if (isGivenBack(field, other.card)) return [];
    if (!isPassable(field, parameter)) return [];
    const fit = L.flow * flow(field, parameter);
    const meant = mention(node, other, field, distance, matcher);
    // Nothing speaks for it but that both are texts.
    if (fit === 0 && meant < L.sure) return [];
    // What comes of it nobody has told: at most the next step goes on with that.
    if (fit === 0 && isUntold(field) && distance > 1) return [];
    const score = fit + meant + L.recent / distance;
    return [{ origin: { kind: "step", node: other, field } as const, score }];
  });
}

/** Two tools that take the id of the same thing take the same id. */
function sharedOrigin(parameter: Parameter, { origins }: Node): Origin | undefined {
  if (!isHidden(parameter)) return undefined;
  for (const [other, origin] of origins) {
    if (origin.kind === "step" && other.roots.join() === parameter.roots.join()) return origin;
  }
  return undefined;
}

const RESULTS = new Set(["result", "results", "output", "outputs", "value", "answer", "both"]);

/** Whether the node's words speak of what the other one gives. */
function mention(
  { segment, card }: Node,
  other: Node,
  field: Field,
  distance: number,
  matcher: Matcher,
): number {
  const { verb, tokens } = segment.clause;
  const words = segment.words.filter(({ token }) => token !== verb);
  const said = new Set(words.map(({ token }) => token.root));
  const isNamed = field.roots.length > 0 && field.roots.every((root) => said.has(root));
  const byField = isNamed
    ? Math.max(...field.roots.map((root) => matcher.rarity({ word: root, root })))
    : 0;
  const byTool = Math.max(
    0,
    ...words.map(({ token }) => {
      const strength = matcher.strength(token, other.card);
      return strength > matcher.strength(token, card) ? strength * matcher.rarity(token) : 0;
    }),
  );
  const points =
    distance === 1 &&
    tokens.some((token) => isWord(token) && (PRONOUNS.has(token.word) || RESULTS.has(token.word)));
  return L.field * byField + L.tool * byTool + (points ? L.pointer : 0);
}
