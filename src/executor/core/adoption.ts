/**
 * Adoption: a plan takes the place of none, of its own draft, or of the one before it.
 *
 * A1. A subtask that the new plan has unchanged keeps its state: same id, tool, input and
 *     condition, and the same of all that it depends on.
 * A2. Work that the new plan does not want is cancelled before the plan is adopted.
 * A3. No attempt has the number of another that had its subtask's name: an answer that
 *     comes late is told apart.
 * A4. While the planner writes, only subtasks start that cannot change the world.
 */

import { referencesOf } from "../../plan/compile.ts";
import type { Dependency } from "../../plan/graph.ts";
import type { Subtask } from "../../plan/schema.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import { carryItems, recountItems } from "./items.ts";
import { recountJoin } from "./join.ts";
import { type Program, programFor, programOf } from "./program.ts";
import { queueAgain, queueSubtask } from "./queue.ts";
import { initialSubtask, type RunState, type SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";

/**
 * For every subtask of the new plan the index of the same one in the run's present plan,
 * or -1.
 */
export function keptSubtasks(state: RunState, next: AcceptedPlan): readonly number[] {
  const program = programFor(next);
  const { graph } = program.compiled;
  if (state.accepted === null) return graph.ids.map(() => -1);
  const present = programOf(state);
  const kept = graph.ids.map(() => -1);
  for (const index of graph.batches.flat()) {
    const old = present.compiled.graph.indexOf.get(graph.ids[index] ?? "");
    if (old === undefined || callOf(present, old) !== callOf(program, index)) continue;
    const needs = graph.dependencies[index] ?? [];
    const needed = present.compiled.graph.dependencies[old] ?? [];
    const isSame = needs.every((need) =>
      needed.some(({ index: one, on }) => one === kept[need.index] && on === need.on),
    );
    if (isSame && needs.length === needed.length) kept[index] = old;
  }
  return kept;
}

/** Let the plan be the run's plan. The part of `evolve` that belongs here. */
export function adoptPlan(state: RunState, next: AcceptedPlan): void {
  const kept = keptSubtasks(state, next);
  const before = state.subtasks;
  const present = state.accepted && programFor(state.accepted).compiled.graph;
  state.accepted = next;
  const { graph } = programOf(state).compiled;
  const subtasks = kept.map((old, index) => {
    const namesake = before[present?.indexOf.get(graph.ids[index] ?? "") ?? -1];
    return before[old] ?? initialSubtask(attemptsOf(before, namesake));
  });
  carryItems(before, subtasks);
  state.subtasks = subtasks;
  recount(state);
}

/** The number of its newest attempt, or of its items'. */
export function attemptsOf(
  subtasks: readonly SubtaskState[],
  subtask: SubtaskState | undefined,
): number {
  const { attempts = 0, items = null } = subtask ?? {};
  if (items === null) return attempts;
  const those = subtasks.slice(items.first, items.first + items.count);
  return those.reduce((most, item) => Math.max(most, attemptsOf(subtasks, item)), attempts);
}

/** What follows from the subtasks' statuses: who waits for how many, who is ready. */
export function recount(state: RunState): void {
  const { graph } = programOf(state).compiled;
  state.unsettled = 0;
  state.openDeadLetters = state.subtasks.filter(({ isDeadLetter }) => isDeadLetter).length;
  state.ready = [];
  const isOpen = ({ index }: Dependency) => !isFinal(state.subtasks[index]?.status ?? "pending");
  const again: number[] = [];
  for (const [index, subtask] of state.subtasks.entries()) {
    if (!isFinal(subtask.status)) state.unsettled += 1;
    subtask.blockedBy = (graph.dependencies[index] ?? []).filter(isOpen).length;
    recountJoin(state, index);
    if (subtask.readyAt !== -1 || isHeldBack(subtask)) again.push(index);
    subtask.readyAt = -1;
  }
  for (const index of again) queueAgain(state, index);
  for (const [index, { item, items, join, blockedBy }] of state.subtasks.entries()) {
    if (items !== null) recountItems(state, index);
    else if (item !== null) continue;
    else if (join === null ? blockedBy === 0 : join.missing !== null) queueSubtask(state, index);
  }
}

/** Its fallback, or its check, may change the world, and its turn came while the planner wrote. */
function isHeldBack({ status, items, retryAt, admission, approval }: SubtaskState): boolean {
  const isAsked = admission !== null || (approval !== null && !approval.isApproved);
  return status === "waiting" && items === null && retryAt === null && !isAsked;
}

/** What decides about a subtask's result, beside its dependencies, in a form to compare. */
function callOf({ accepted, compiled }: Program, index: number): string {
  const { tool, input, when = true, ...more } = accepted.plan.subtasks[index] as Subtask;
  const { forEach, refine, route, join } = more;
  const readsInputs = referencesOf(compiled.subtasks[index]).some(
    (name) => !compiled.graph.indexOf.has(name),
  );
  const flow = sortKeys([forEach, refine, route, join]);
  return JSON.stringify([tool, sortKeys(input), when, flow, readsInputs ? accepted.inputs : null]);
}

/** A planner that writes the same object twice may order its keys differently. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
