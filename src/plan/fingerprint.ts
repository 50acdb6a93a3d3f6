/** What stays the same from one revision of a plan to the next. */

import { canonicalJson, type Json } from "../base/json.ts";
import { type CompiledPlan, referencesOf } from "./compile.ts";
import type { Subtask } from "./schema.ts";

/**
 * For every subtask of the new plan the index of the same one in the old plan, or -1: same id,
 * tool, input, condition and control flow, and the same of all that it depends on.
 * @param areInputsSame whether both plans are given the same inputs
 */
export function unchangedSubtasks(
  before: CompiledPlan,
  after: CompiledPlan,
  areInputsSame = true,
): readonly number[] {
  const { graph } = after;
  const unchanged = graph.ids.map(() => -1);
  for (const index of graph.batches.flat()) {
    const old = before.graph.indexOf.get(graph.ids[index] ?? "");
    if (old === undefined || callOf(before, old) !== callOf(after, index)) continue;
    if (!areInputsSame && readsInputs(after, index)) continue;
    const needs = graph.dependencies[index] ?? [];
    const needed = before.graph.dependencies[old] ?? [];
    const isSame = needs.every((need) =>
      needed.some(({ index: one, on }) => one === unchanged[need.index] && on === need.on),
    );
    if (isSame && needs.length === needed.length) unchanged[index] = old;
  }
  return unchanged;
}

/**
 * Whether a revision would do the same: the same subtasks, and the same output. What is said about
 * subtasks, and their order, change nothing.
 */
export function isSameRevision(before: CompiledPlan, after: CompiledPlan): boolean {
  return (
    before.plan.subtasks.length === after.plan.subtasks.length &&
    !unchangedSubtasks(before, after).includes(-1) &&
    outputOf(before) === outputOf(after)
  );
}

/** In a list, because no output is another one than null. */
function outputOf({ plan: { output } }: CompiledPlan): string {
  return canonicalJson(output === undefined ? [] : [output as Json]);
}

/** What decides about a subtask's result, beside its dependencies, in a form to compare. */
function callOf({ plan }: CompiledPlan, index: number): string {
  const { tool, input, when = true, ...more } = plan.subtasks[index] as Subtask;
  const { forEach, refine, route, join, accept } = more;
  const flow = { forEach, refine, route, join, accept };
  // A planner that writes the same object twice may order its keys differently.
  return canonicalJson([tool, input, when, flow] as Json);
}

function readsInputs({ graph, subtasks }: CompiledPlan, index: number): boolean {
  return referencesOf(subtasks[index]).some((name) => !graph.indexOf.has(name));
}
