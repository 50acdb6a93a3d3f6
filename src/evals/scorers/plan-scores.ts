/** Scores of plans against a gold plan, for suites of any source. */

import type { CallGraph, PlanSample, Prediction, Scorer, Share } from "../sample.ts";
import { namesOf, pairsOf, toolsOf } from "./call-parts.ts";
import { normalisedEditDistance } from "./edit-distance.ts";
import { matchCalls, valuesInGold } from "./match-calls.ts";
import { bagOverlap, meanF1, meanPrecision, meanRecall, type Overlap, yesOrNo } from "./overlap.ts";

const NOTHING: CallGraph = { nodes: [], edges: [] };

/** A score of what has a gold plan; a plan that is not there is an empty one. */
function ofGraph(
  name: string,
  about: string,
  compare: (gold: CallGraph, predicted: CallGraph) => Share | null,
  more: Partial<Pick<Scorer, "better" | "unit">> = {},
): Scorer {
  return {
    name,
    about,
    better: "higher",
    ...more,
    score: ({ gold }: PlanSample, { graph }: Prediction) =>
      gold.graph === undefined ? null : compare(gold.graph, graph ?? NOTHING),
  };
}

/** A score of parameters, for gold plans that have them. */
function ofArgs(
  name: string,
  about: string,
  compare: (gold: CallGraph, predicted: CallGraph) => Overlap,
): Scorer {
  return {
    name,
    about,
    better: "higher",
    score: ({ gold }, { graph }) =>
      gold.graph === undefined || gold.hasArgs !== "all"
        ? null
        : meanF1(compare(gold.graph, graph ?? NOTHING)),
  };
}

const nodesOf = (gold: CallGraph, predicted: CallGraph) =>
  bagOverlap(toolsOf(gold), toolsOf(predicted));

export const PLAN_SCORERS: readonly Scorer[] = [
  {
    name: "valid",
    about: "There is a plan, and it passes all checks; of goals that can be planned.",
    better: "higher",
    score: ({ gold }, { status }) => (isPlannable(gold) ? yesOrNo(status === "planned") : null),
  },
  ofGraph(
    "node_precision",
    "Of the calls in the plan, those of the gold plan, by tool and as often as there; mean over samples (C. J. van Rijsbergen, Information Retrieval, 1979).",
    (gold, predicted) => meanPrecision(nodesOf(gold, predicted)),
  ),
  ofGraph(
    "node_recall",
    "Of the calls in the gold plan, those of the plan, by tool and as often as there; mean over samples.",
    (gold, predicted) => meanRecall(nodesOf(gold, predicted)),
  ),
  ofGraph(
    "node_f1",
    "The harmonic mean of node precision and recall of a sample; mean over samples.",
    (gold, predicted) => meanF1(nodesOf(gold, predicted)),
  ),
  ofGraph(
    "edge_f1",
    "F1 of dependencies as pairs of tools, as often as there; mean over samples with a dependency on either side (as TaskBench e-F1, but counted).",
    (gold, predicted) => meanF1(bagOverlap(pairsOf(gold), pairsOf(predicted))),
  ),
  ofArgs("param_name_f1", "F1 of tools with a parameter's name; mean over samples.", (gold, got) =>
    bagOverlap(namesOf(gold), namesOf(got)),
  ),
  ofArgs(
    "param_value_f1",
    "F1 of tools with a parameter and its value or what it refers to, calls matched by tool and equal parameters; mean over samples.",
    (gold, got) => bagOverlap(valuesInGold(gold), valuesInGold(got, matchCalls(gold, got))),
  ),
  {
    name: "param_recall",
    about:
      "Of the parameters in the gold plan, those that the plan has with that value; mean over samples. For gold plans that say only what matters.",
    better: "higher",
    score: ({ gold: { graph: gold, hasArgs } }, { graph }) =>
      gold === undefined || hasArgs === undefined
        ? null
        : meanRecall(
            bagOverlap(
              valuesInGold(gold),
              valuesInGold(graph ?? NOTHING, matchCalls(gold, graph ?? NOTHING)),
            ),
          ),
  },
  ofGraph(
    "edit_distance",
    "Graph edit distance over the size of both graphs, 0 to 1; exact up to 7 nodes, else the best of a beam of 200 (Sanfeliu & Fu, 1983).",
    (gold, predicted) => [normalisedEditDistance(gold, predicted), 1],
    { better: "lower" },
  ),
  {
    name: "parallelism",
    about:
      "Calls on the longest path of the plan over those of the gold plan: 1 is as parallel as gold, more is slower; of plans that are there.",
    better: "lower",
    unit: "ratio",
    score({ gold }, { graph }) {
      const [longest, wanted] = [depthOf(graph ?? NOTHING), depthOf(gold.graph ?? NOTHING)];
      return longest === 0 || wanted === 0 ? null : [longest / wanted, 1];
    },
  },
  {
    name: "cost",
    about: "US dollars for a sample, planning and running; mean over samples with a known price.",
    better: "lower",
    unit: "usd",
    score: (_, { usage }) => (usage.usd === null ? null : [usage.usd, 1]),
  },
  {
    name: "time",
    about: "Seconds for a sample, planning and running; mean over samples.",
    better: "lower",
    unit: "seconds",
    score: (_, { seconds }) => [seconds, 1],
  },
];

/** Whether there should be a plan: neither a refusal nor a question. */
function isPlannable({ refused, asks }: PlanSample["gold"]): boolean {
  return refused === undefined && asks === undefined;
}

/** Nodes on the longest path; a gold graph with a cycle is as deep as it is large. */
function depthOf({ nodes, edges }: CallGraph): number {
  let depths = nodes.map(() => 1);
  for (let round = 0; round < nodes.length; round++) {
    const next = [...depths];
    for (const [from, to] of edges) next[to] = Math.max(next[to] ?? 1, (depths[from] ?? 1) + 1);
    if (next.every((depth, at) => depth === depths[at])) break;
    depths = next;
  }
  return Math.min(nodes.length, Math.max(0, ...depths));
}
