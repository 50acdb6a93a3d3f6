/**
 * Restart: a run that has ended, or stands still, does some of its work again: all of it,
 * from one subtask on, or what has failed.
 *
 * N1. What is done again is done with all that follows from it; the rest keeps its results.
 * N2. A subtask that had succeeded gets a key of its own for the new time: its effect is
 *     wanted again. Any other keeps its key: its effect may have happened. So it is with every
 *     item of a subtask, whatever became of the others.
 * N3. What was produced and only not checked is not produced again by a retry.
 */

import { attemptsOf, recount } from "./adoption.ts";
import { carryItems, keepForLoops, redoneItems, reopenParents } from "./items.ts";
import { findSubtask, idOfSubtask, planIndexOf, programOf } from "./program.ts";
import { initialSubtask, type RunState, type SubtaskState } from "./state.ts";

/**
 * The subtasks and all that depends on them, in plan order.
 * @param follows whether a subtask follows from one that it depends on
 */
export function withDependents(
  state: RunState,
  roots: readonly number[],
  follows: (dependent: number, dependency: number) => boolean = () => true,
): number[] {
  const { graph } = programOf(state).compiled;
  const found = new Set(roots);
  for (const root of found) {
    // What depends on an item depends on all that it is part of.
    const index = planIndexOf(state.subtasks[root] as SubtaskState, root);
    for (const dependent of graph.dependents[index] ?? []) {
      if (follows(dependent, index)) found.add(dependent);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Indices of the subtasks with these ids; of all for null. Unknown ids are left out. */
export function indicesOf(state: RunState, ids: readonly string[] | null): number[] {
  const { graph } = programOf(state).compiled;
  if (ids === null) return graph.ids.map((_, index) => index);
  return ids.map((id) => findSubtask(state, id)).filter((index) => index !== -1);
}

/** Let the subtasks be as they were before they began. The part of `evolve` that belongs here. */
export function resetSubtasks(
  state: RunState,
  ids: readonly string[],
  keeping: readonly string[] = [],
): void {
  const before = [...state.subtasks];
  const indices = indicesOf(state, ids);
  const kept = new Set(indicesOf(state, keeping));
  for (const index of indices) {
    keepForLoops(state, index);
    noteRedone(state, index);
  }
  for (const index of indices) {
    const subtask = before[index] as SubtaskState;
    state.subtasks[index] = {
      ...initialSubtask(attemptsOf(before, subtask)),
      item: subtask.item && { ...subtask.item, isRetried: true },
      timesRedone: subtask.timesRedone + (subtask.status === "succeeded" ? 1 : 0),
      itemsRedone: subtask.itemsRedone,
      refine: kept.has(index) ? subtask.refine : null,
    };
  }
  for (const index of indices) reopenParents(state, index);
  // The items of what begins anew are none any more.
  const present = [...state.subtasks];
  state.subtasks.length = programOf(state).compiled.graph.ids.length;
  carryItems(present, state.subtasks);
  recount(state);
}

/** Its items will be others, and their effects are wanted again where they had succeeded. */
function noteRedone(state: RunState, index: number): void {
  const subtask = state.subtasks[index] as SubtaskState;
  if (subtask.items === null) return;
  const root = state.subtasks[planIndexOf(subtask, index)] as SubtaskState;
  root.itemsRedone = { ...root.itemsRedone, ...redoneItems(state, index) };
}

/** The same for every attempt of a subtask, or of its iteration, until its effect is wanted again. */
export function idempotencyKey(state: RunState, index: number): string {
  const id = idOfSubtask(state, index);
  const { timesRedone: times = 0, refine = null } = state.subtasks[index] ?? {};
  const key = times === 0 ? `${state.runId}/${id}` : `${state.runId}/${id}/${times + 1}`;
  if (refine === null || (refine.iteration === 1 && refine.phase === "produce")) return key;
  return `${key}/${refine.phase}-${refine.iteration}`;
}
