/**
 * The measures of WorFBench (Qiao et al., Benchmarking Agentic Workflow Generation, ICLR 2025,
 * arXiv 2410.07869; its `graph_evaluator.py`), with another similarity: the paper embeds steps with all-mpnet-base-v2; here two steps are alike by the stems of their words,
 * so no figure is comparable with the published ones, and the names say so.
 */

import { stemmer } from "stemmer";
import type { CallGraph, Edge, PlanSample, Prediction, Scorer, Share } from "../sample.ts";
import { toPlannerName } from "../suite-tool.ts";
import { assign } from "./assign.ts";

/** From this F1 of stems on two steps may be the same one. */
const ALIKE = 0.3;
const MAX_ORDERS = 20;
/** Of a gold graph with so many nodes only the given order counts, START and END included. */
const MANY_NODES = 10;

type Steps = { readonly texts: readonly string[]; readonly edges: readonly Edge[] };
/** By predicted step the gold step; what is not there has none. */
type Matched = ReadonlyMap<number, number>;

function scorer(
  measure: string,
  about: string,
  compare: (gold: Steps, predicted: Steps, matched: Matched) => number,
): Scorer {
  return {
    name: `worfbench.${measure}`,
    about: `${about} Steps are matched by the stems of their words, not by embeddings.`,
    better: "higher",
    score(sample, prediction): Share | null {
      const { graph } = sample.gold;
      if (graph === undefined) return null;
      const gold = { texts: graph.nodes.map(({ tool }) => tool), edges: graph.edges };
      const predicted = stepsOf(sample, prediction);
      if (predicted.texts.length === 0) return [0, 1];
      return [compare(gold, predicted, matchSteps(gold.texts, predicted.texts)), 1];
    },
  };
}

export const WORFBENCH_SCORERS: readonly Scorer[] = [
  scorer(
    "chain_f1_lexical",
    "f1_chain: the longest increasing run of matched steps in an order of the gold graph; never 0, and START and END counted with many gold steps, as in the paper's script.",
    (gold, predicted, matched) => chainF1(gold, predicted, matched, true),
  ),
  scorer(
    "graph_f1_lexical",
    "f1_graph: the largest connected part of the edges in both, compared by the numbers of steps and never 0, as in the paper's script.",
    (gold, predicted, matched) => graphF1(gold, predicted, matched, true),
  ),
  scorer(
    "chain_f1_strict",
    "As f1_chain, and 0 where no step is matched.",
    (gold, predicted, matched) => chainF1(gold, predicted, matched, false),
  ),
  scorer(
    "graph_f1_strict",
    "As f1_graph, with edges compared by the steps that they join, and 0 where none is in both.",
    (gold, predicted, matched) => graphF1(gold, predicted, matched, false),
  ),
];

/** What each call of the plan would be called by a person: its tool's words and what it is given. */
function stepsOf({ pool }: PlanSample, { graph, plan }: Prediction): Steps {
  const { nodes, edges }: CallGraph = graph ?? { nodes: [], edges: [] };
  const texts = nodes.map(({ tool, args }, at) => {
    const said = plan?.subtasks[at]?.description;
    const about = said ?? pool?.tools.find(({ name }) => name === tool)?.description ?? "";
    const given = Object.values(args).filter((value) => typeof value !== "object");
    return [toPlannerName(tool).replaceAll("_", " "), about, ...given.map(String)].join(" ");
  });
  return { texts, edges };
}

function matchSteps(gold: readonly string[], predicted: readonly string[]): Matched {
  const [wanted, got] = [gold.map(stemsOf), predicted.map(stemsOf)];
  return assign(got.length, wanted.length, (from, to) => {
    const alike = stemF1(got[from] ?? new Set(), wanted[to] ?? new Set());
    return alike > ALIKE ? alike : 0;
  });
}

function stemsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => stemmer(word)));
}

function stemF1(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = a.intersection(b).size;
  return both === 0 ? 0 : (2 * both) / (a.size + b.size);
}

/** @param isOfficial as the script counts: a run of one for none, and of many nodes START and END */
function chainF1(gold: Steps, predicted: Steps, matched: Matched, isOfficial: boolean): number {
  const few = gold.texts.length + 2 < MANY_NODES;
  const orders = few ? ordersOf(gold) : [[...gold.texts.keys()]];
  const runs = orders.map((order) => {
    const placeOf = new Map(order.map((step, place) => [step, place]));
    const places = [...predicted.texts.keys()].flatMap((step) => {
      const place = placeOf.get(matched.get(step) ?? -1);
      return place === undefined ? [] : [place];
    });
    return longestIncreasing(places);
  });
  const ends = isOfficial && !few ? 2 : 0;
  const least = isOfficial ? 1 : 0;
  return f1(Math.max(least, ...runs), predicted.texts.length, gold.texts.length + ends);
}

/** Topological orders, at most {@link MAX_ORDERS}; the given one where there is a cycle. */
function ordersOf({ texts, edges }: Steps): number[][] {
  const orders: number[][] = [];
  const walk = (order: readonly number[]): void => {
    if (orders.length >= MAX_ORDERS) return;
    if (order.length === texts.length) {
      orders.push([...order]);
      return;
    }
    for (const step of texts.keys()) {
      const waits = edges.some(([from, to]) => to === step && !order.includes(from));
      if (!order.includes(step) && !waits) walk([...order, step]);
    }
  };
  walk([]);
  return orders.length > 0 ? orders : [[...texts.keys()]];
}

function longestIncreasing(places: readonly number[]): number {
  const lengths: number[] = [];
  for (const [at, place] of places.entries()) {
    const before = lengths.filter((_, other) => (places[other] ?? 0) < place && other < at);
    lengths.push(1 + Math.max(0, ...before));
  }
  return Math.max(0, ...lengths);
}

/** @param isOfficial as the script has it: edges by the numbers of nodes, and a part of START alone */
function graphF1(gold: Steps, predicted: Steps, matched: Matched, isOfficial: boolean): number {
  const kept = new Set(matched.values());
  // By number, END is another node where there are more steps, or fewer.
  const endOf = ({ texts }: Steps) => (isOfficial ? texts.length : "END");
  const wanted = new Set(
    withEnds(gold, endOf(gold), (step) => kept.has(step)).map(([from, to]) => `${from} ${to}`),
  );
  const named = (step: number | string) =>
    String(isOfficial || typeof step === "string" ? step : matched.get(step));
  const common = withEnds(predicted, endOf(predicted), (step) => matched.has(step))
    .map(([from, to]) => [named(from), named(to)] as const)
    .filter(([from, to]) => wanted.has(`${from} ${to}`));
  const size = Math.max(isOfficial ? 1 : 0, largestPart(common));
  return f1(size, predicted.texts.length + 2, gold.texts.length + 2);
}

/** The edges between these steps, with those from START and to the end. */
function withEnds(
  { texts, edges }: Steps,
  end: number | string,
  isKept: (step: number) => boolean,
): [number | string, number | string][] {
  const steps = [...texts.keys()];
  const first = steps.filter((step) => !edges.some(([, to]) => to === step));
  const last = steps.filter((step) => !edges.some(([from]) => from === step));
  return [
    ...first.filter(isKept).map((step): [string, number] => ["START", step]),
    ...edges
      .filter(([from, to]) => isKept(from) && isKept(to))
      .map(([a, b]): [number, number] => [a, b]),
    ...last.filter(isKept).map((step): [number, number | string] => [step, end]),
  ];
}

function largestPart(edges: readonly (readonly [string, string])[]): number {
  const parts: Set<string>[] = [];
  for (const [from, to] of edges) {
    const joined = new Set([from, to]);
    for (const part of parts.filter((one) => one.has(from) || one.has(to))) {
      for (const step of part) joined.add(step);
      parts.splice(parts.indexOf(part), 1);
    }
    parts.push(joined);
  }
  return Math.max(0, ...parts.map(({ size }) => size));
}

function f1(common: number, predicted: number, gold: number): number {
  if (common === 0 || predicted === 0 || gold === 0) return 0;
  const [precision, recall] = [Math.min(1, common / predicted), Math.min(1, common / gold)];
  return (2 * precision * recall) / (precision + recall);
}
