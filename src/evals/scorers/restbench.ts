/**
 * The measures of GNN4TaskPlan for RestBench (Wu et al., Can Graph Learning Improve Planning in
 * LLM-based Agents?, NeurIPS 2024, arXiv 2405.19119; its `evaluate.py`), as means over samples.
 */

import type { CallGraph, PlanSample, Prediction, Scorer, Share } from "../sample.ts";
import { toolsOf } from "./call-parts.ts";
import { bagOverlap, meanF1, yesOrNo } from "./overlap.ts";

type Compare = (gold: readonly string[], predicted: readonly string[]) => Share | null;

function official(
  measure: string,
  about: string,
  read: (graph: CallGraph) => string[],
  compare: Compare,
): Scorer {
  return {
    name: `restbench.${measure}`,
    about: `${about} (GNN4TaskPlan evaluate.py); without samples that have no readable answer.`,
    better: "higher",
    score({ gold }: PlanSample, { status, graph }: Prediction) {
      if (status === "invalid" || status === "failed" || gold.graph === undefined) return null;
      return compare(read(gold.graph), graph === null ? [] : read(graph));
    },
  };
}

const linksOf = ({ nodes, edges }: CallGraph) =>
  edges.map(([from, to]) => `${nodes[from]?.tool}, ${nodes[to]?.tool}`);

/** Shared distinct names over the lengths of the lists; 0 where one is empty, also for none of none. */
function listF1(gold: readonly string[], predicted: readonly string[]): number {
  const both = new Set(gold).intersection(new Set(predicted)).size;
  if (both === 0) return 0;
  const [precision, recall] = [both / predicted.length, both / gold.length];
  return (2 * precision * recall) / (precision + recall);
}

export const RESTBENCH_SCORERS: readonly Scorer[] = [
  official("node_f1", "NF: F1 of node names", toolsOf, (gold, got) => [listF1(gold, got), 1]),
  official("link_f1", "LF: F1 of links by name", linksOf, (gold, got) => [listF1(gold, got), 1]),
  official("accuracy", "Acc: samples with NF of at least 0.99", toolsOf, (gold, got) =>
    yesOrNo(listF1(gold, got) >= 0.99),
  ),
  {
    name: "restbench.node_f1_strict",
    about: "F1 of node names, each as often as it is called; a missing answer is wrong.",
    better: "higher",
    score: ({ gold }, { graph }) =>
      gold.graph === undefined
        ? null
        : meanF1(bagOverlap(toolsOf(gold.graph), graph === null ? [] : toolsOf(graph))),
  },
];
