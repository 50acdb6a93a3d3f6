/**
 * The measures of NESTFUL (Basu et al., EMNLP 2025, arXiv 2409.03797, section on evaluation), as
 * means over samples.
 *
 * Labels are arbitrary and gold order is one of several: predicted calls are matched with gold
 * calls of the same tool, in an order in which producers come first, and references are compared
 * by what they are matched with.
 */

import type { CallGraph, PlanSample, Prediction, Scorer } from "../sample.ts";
import { namesOf, pairsOf, toolsOf } from "./call-parts.ts";
import { matchCalls, sameArgs, valuesInGold } from "./match-calls.ts";
import { bagOverlap, meanF1, setOverlap, yesOrNo } from "./overlap.ts";

type Compare = (gold: CallGraph, predicted: CallGraph) => ReturnType<Scorer["score"]>;

const NOTHING: CallGraph = { nodes: [], edges: [] };

function scorer(measure: string, about: string, compare: Compare): Scorer {
  return {
    name: `nestful.${measure}`,
    about,
    better: "higher",
    score: ({ gold: { graph } }: PlanSample, prediction: Prediction) =>
      graph === undefined ? null : compare(graph, prediction.graph ?? NOTHING),
  };
}

export const NESTFUL_SCORERS: readonly Scorer[] = [
  scorer("node_f1", "F1 of the sets of function names; mean over samples.", (gold, predicted) =>
    meanF1(setOverlap(toolsOf(gold), toolsOf(predicted))),
  ),
  scorer(
    "edge_f1",
    "F1 of the sets of (caller, callee) names; mean over samples that have an edge on either side.",
    (gold, predicted) => meanF1(setOverlap(pairsOf(gold), pairsOf(predicted))),
  ),
  scorer(
    "node_f1_strict",
    "As node_f1, but functions count as often as they are called.",
    (gold, predicted) => meanF1(bagOverlap(toolsOf(gold), toolsOf(predicted))),
  ),
  scorer(
    "param_name_f1",
    "F1 of functions with a parameter's name; mean over samples.",
    (gold, predicted) => meanF1(bagOverlap(namesOf(gold), namesOf(predicted))),
  ),
  scorer(
    "param_value_f1",
    "F1 of functions with a parameter and its value or reference; mean over samples.",
    (gold, predicted) => {
      const matched = matchCalls(gold, predicted);
      return meanF1(bagOverlap(valuesInGold(gold), valuesInGold(predicted, matched)));
    },
  ),
  scorer(
    "partial_match",
    "Partial sequence match: the share of gold calls that are there with all arguments.",
    (gold, predicted) => [rightCalls(gold, predicted) / Math.max(1, gold.nodes.length), 1],
  ),
  scorer(
    "full_match",
    "Full sequence match: every call, argument and reference right, and no other call.",
    (gold, predicted) =>
      yesOrNo(
        predicted.nodes.length === gold.nodes.length &&
          rightCalls(gold, predicted) === gold.nodes.length,
      ),
  ),
];

function rightCalls(gold: CallGraph, predicted: CallGraph): number {
  const matched = matchCalls(gold, predicted);
  return [...matched].filter(([from, to]) => {
    const [mine, wanted] = [predicted.nodes[from]?.args ?? {}, gold.nodes[to]?.args ?? {}];
    return (
      sameArgs(wanted, mine, matched) === Object.keys(wanted).length &&
      Object.keys(mine).length === Object.keys(wanted).length
    );
  }).length;
}
