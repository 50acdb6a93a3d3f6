/**
 * AsyncHow without a model (Lin et al., Graph-enhanced Large Language Models in Asynchronous Plan
 * Reasoning, ICML 2024, arXiv 2402.02805): whether the graph and the critical path of plans give
 * the shortest time that the gold graph has, and what fewer hands make of it.
 */

import type { JsonObject } from "../../base/json.ts";
import { buildGraph, criticalPath, type PlanGraph, remainingPath } from "../../plan/graph.ts";
import type { Scorer } from "../sample.ts";
import { yesOrNo } from "./overlap.ts";

/** Hands at once for which a schedule is made. */
const HANDS = [1, 2, 3] as const;

export const ASYNCHOW_SCORERS: readonly Scorer[] = [
  {
    name: "asynchow.optimal_time",
    about:
      "The longest path through the gold graph takes as long as the gold answer says; without the few answers of the source that its own graph contradicts.",
    better: "higher",
    score({ row }) {
      const { goldDisagreesWithGraph = false } = (row["meta"] ?? {}) as JsonObject;
      if (goldDisagreesWithGraph === true) return null;
      const graph = graphOf(row);
      const [low, high] = durationsOf(row).map((ms) => criticalPath(graph, (at) => ms[at]).ms);
      const gold = (row["gold"] as JsonObject)["makespanSeconds"] as readonly number[];
      return yesOrNo(low === gold[0] && high === gold[1]);
    },
  },
  {
    name: "asynchow.schedule_bounds",
    about:
      "With 1, 2 and 3 hands, longest remaining path first, the time lies between max(critical path, work / hands) and the work (R. L. Graham, Bounds on multiprocessing timing anomalies, 1969).",
    better: "higher",
    score({ row }) {
      const graph = graphOf(row);
      const ms = durationsOf(row)[0] ?? [];
      const work = ms.reduce((sum, one) => sum + one, 0);
      const longest = criticalPath(graph, (at) => ms[at]).ms;
      const within = HANDS.every((hands) => {
        const took = scheduled(graph, ms, hands);
        return took >= Math.max(longest, work / hands) - 1e-6 && took <= work + 1e-6;
      });
      return yesOrNo(within);
    },
  },
];

function graphOf(row: JsonObject): PlanGraph {
  const steps = row["steps"] as readonly string[];
  const edges = (row["gold"] as JsonObject)["edges"] as readonly (readonly number[])[];
  return buildGraph(
    steps.map((_, at) => ({
      id: `step_${at}`,
      dependsOn: edges
        .filter(([, to]) => to === at)
        .map(([from]) => ({ id: `step_${from}`, on: "success" as const })),
      references: [],
    })),
  );
}

/** The shortest that each step takes, and the longest. */
function durationsOf(row: JsonObject): number[][] {
  const seconds = row["seconds"] as readonly (readonly number[])[];
  return [0, 1].map((end) => seconds.map((range) => range[end] ?? 0));
}

/** How long all takes with so many hands: of what is ready, the longest remaining path first. */
function scheduled(graph: PlanGraph, ms: readonly number[], hands: number): number {
  const rank = remainingPath(graph, (at) => ms[at]);
  const missing = graph.dependencies.map((list) => list.length);
  const ready = missing.flatMap((count, at) => (count === 0 ? [at] : []));
  const running: { readonly at: number; readonly until: number }[] = [];
  let now = 0;
  while (ready.length > 0 || running.length > 0) {
    ready.sort((a, b) => (rank[b] ?? 0) - (rank[a] ?? 0));
    while (ready.length > 0 && running.length < hands) {
      const at = ready.shift() as number;
      running.push({ at, until: now + (ms[at] ?? 0) });
    }
    running.sort((a, b) => a.until - b.until);
    const done = running.shift();
    if (done === undefined) break;
    now = done.until;
    for (const next of graph.dependents[done.at] ?? []) {
      missing[next] = (missing[next] ?? 0) - 1;
      if (missing[next] === 0) ready.push(next);
    }
  }
  return now;
}
