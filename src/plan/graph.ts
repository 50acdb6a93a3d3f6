/**
 * The graph of a plan: who waits for whom, in numbers instead of names.
 *
 * Everything is linear in subtasks plus dependencies, and nothing recurses: a plan may be
 * a chain of 100,000.
 */

import { DirectedGraph } from "graphology";
import { hasCycle, topologicalGenerations } from "graphology-dag";
import { inputError } from "../base/errors.ts";

export type Dependency = {
  /** Index of the subtask that is waited for. */
  readonly index: number;
  /** `success`: it must succeed; `settled`: any end will do, its output may be null. */
  readonly on: "success" | "settled";
  /** `data`: an expression reads its output; `order`: only `dependsOn` names it. */
  readonly by: "order" | "data";
};

export interface PlanGraph {
  /** In plan order; everything else is by index into this. */
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Each dependency once, in plan order. */
  readonly dependencies: readonly (readonly Dependency[])[];
  readonly dependents: readonly (readonly number[])[];
  /** Subtasks of equal depth, each in plan order; together a topological order. */
  readonly batches: readonly (readonly number[])[];
}

/** A subtask as far as the graph is concerned. Dependencies on unknown ids are left out. */
export type GraphNode = {
  readonly id: string;
  /** By `dependsOn`. */
  readonly dependsOn: readonly { readonly id: string; readonly on: "success" | "settled" }[];
  /** Names in expressions. */
  readonly references: readonly string[];
};

/** Expected milliseconds of a subtask; undefined where nobody knows. */
export type Estimate = (index: number) => number | undefined;

/**
 * The graph of subtasks with unique ids.
 * @throws {InputError} `plan.cycle`, with the cycle's path
 */
export function buildGraph(nodes: readonly GraphNode[]): PlanGraph {
  const ids = nodes.map(({ id }) => id);
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const dependencies = nodes.map((node) => dependenciesOf(node, indexOf));
  const dependents: number[][] = ids.map(() => []);
  for (const [index, list] of dependencies.entries()) {
    for (const dependency of list) dependents[dependency.index]?.push(index);
  }
  const batches = batchesOf(dependencies);
  if (batches === undefined) {
    const cycle = findCycle(dependencies) ?? [];
    throw inputError(
      "plan.cycle",
      `The plan has a cycle: ${cycle.map((index) => ids[index]).join(" → ")}.`,
      "Remove one of these dependencies.",
      `subtasks[${cycle[0]}]`,
    );
  }
  return { ids, indexOf, dependencies, dependents, batches };
}

/** A dependency given in both ways counts once; what `dependsOn` says about failure then holds. */
function dependenciesOf(
  { references, dependsOn }: GraphNode,
  indexOf: ReadonlyMap<string, number>,
): Dependency[] {
  const found = new Map<number, Dependency>();
  const stated = dependsOn.length === 0 ? NOTHING : statedBy(dependsOn);
  for (const [id, on] of stated) {
    const index = indexOf.get(id);
    if (index !== undefined) found.set(index, { index, on, by: "order" });
  }
  for (const id of references) {
    const index = indexOf.get(id);
    if (index !== undefined)
      found.set(index, { index, on: stated.get(id) ?? "success", by: "data" });
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}

/** Stated twice, the stricter one holds. */
function statedBy(dependsOn: GraphNode["dependsOn"]): ReadonlyMap<string, Dependency["on"]> {
  const stated = new Map<string, Dependency["on"]>();
  for (const { id, on } of dependsOn) if (stated.get(id) !== "success") stated.set(id, on);
  return stated;
}

const NOTHING: ReadonlyMap<string, Dependency["on"]> = new Map();

/** How one subtask depends on another: a search of its dependencies by halves. */
export function findDependency(
  { dependencies }: PlanGraph,
  dependent: number,
  index: number,
): Dependency | undefined {
  const list = dependencies[dependent] ?? [];
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as Dependency).index < index) low = middle + 1;
    else high = middle;
  }
  return list[low]?.index === index ? list[low] : undefined;
}

/**
 * Topological generations; undefined if there is a cycle. Nodes are indices and not ids, for
 * graphology keeps neighbours in plain objects, where `constructor` is a neighbour of everybody.
 */
export function batchesOf(dependencies: PlanGraph["dependencies"]): number[][] | undefined {
  const directed = new DirectedGraph();
  for (const index of dependencies.keys()) directed.addNode(index);
  for (const [index, list] of dependencies.entries()) {
    for (const dependency of list) directed.addEdge(dependency.index, index);
  }
  if (hasCycle(directed)) return undefined;
  return topologicalGenerations(directed).map((batch) => batch.map(Number).sort((a, b) => a - b));
}

/**
 * A cycle in the direction of the work, its first subtask again at the end.
 * @returns undefined when there is none
 */
export function findCycle(
  dependencies: readonly (readonly { readonly index: number }[])[],
): number[] | undefined {
  const NEW = 0;
  const OPEN = 1;
  const DONE = 2;
  const status = new Uint8Array(dependencies.length);
  const next = new Uint32Array(dependencies.length);
  for (let root = 0; root < dependencies.length; root++) {
    if (status[root] !== NEW) continue;
    status[root] = OPEN;
    const path = [root];
    while (path.length > 0) {
      const current = path.at(-1) as number;
      const dependency = dependencies[current]?.[next[current] ?? 0]?.index;
      if (dependency === undefined) {
        status[current] = DONE;
        path.pop();
        continue;
      }
      next[current] = (next[current] ?? 0) + 1;
      if (status[dependency] === OPEN) {
        // The path goes from dependent to dependency: against the direction of the work.
        return [...path.slice(path.indexOf(dependency)), dependency].reverse();
      }
      if (status[dependency] !== NEW) continue;
      status[dependency] = OPEN;
      path.push(dependency);
    }
  }
  return undefined;
}

/**
 * The longest chain of work from each subtask to the end of the plan, in milliseconds.
 *
 * Subtasks with the longest chain start first, which keeps the makespan near the critical
 * path (highest level first, Hu 1961).
 *
 * @param estimate of one attempt; unknown ones count as the median of the known, or 1
 * @returns one entry per subtask, by index; a last subtask has its own estimate
 */
export function remainingPath(graph: PlanGraph, estimate: Estimate): Float64Array {
  const own = completeEstimates(graph, estimate);
  const remaining = new Float64Array(graph.ids.length);
  for (const batch of graph.batches.toReversed()) {
    for (const index of batch) {
      let after = 0;
      for (const dependent of graph.dependents[index] ?? []) {
        after = Math.max(after, remaining[dependent] ?? 0);
      }
      remaining[index] = (own[index] ?? 0) + after;
    }
  }
  return remaining;
}

/**
 * The chain of subtasks that no amount of concurrency can shorten; of equal ones the first.
 * @param estimate as for {@link remainingPath}
 */
export function criticalPath(graph: PlanGraph, estimate: Estimate): { ids: string[]; ms: number } {
  const remaining = remainingPath(graph, estimate);
  const longest = (candidates: readonly number[]) =>
    candidates.reduce<number | undefined>(
      (best, index) =>
        best === undefined || (remaining[index] ?? 0) > (remaining[best] ?? 0) ? index : best,
      undefined,
    );
  const ids: string[] = [];
  const start = longest(graph.batches[0] ?? []);
  for (let at = start; at !== undefined; at = longest(graph.dependents[at] ?? [])) {
    ids.push(graph.ids[at] ?? "");
  }
  return { ids, ms: start === undefined ? 0 : (remaining[start] ?? 0) };
}

function completeEstimates(graph: PlanGraph, estimate: Estimate): Float64Array {
  const own = Float64Array.from(graph.ids, (_, index) => {
    const ms = estimate(index);
    return ms !== undefined && Number.isFinite(ms) && ms >= 0 ? ms : Number.NaN;
  });
  const known = own.filter((ms) => !Number.isNaN(ms)).sort();
  const median = known[known.length >> 1] ?? 1;
  return own.map((ms) => (Number.isNaN(ms) ? median : ms));
}
