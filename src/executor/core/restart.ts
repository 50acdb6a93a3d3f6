/**
 * Restart: a run that has ended, or stands still, does some of its work again: all of it,
 * from one subtask on, or what has failed.
 *
 * N1. What is done again is done with all that follows from it; the rest keeps its results.
 * N2. A subtask that had succeeded gets a key of its own for the new time: its effect is
 *     wanted again. Any other keeps its key: its effect may have happened.
 */

import { recount } from "./adoption.ts";
import { idOfSubtask, type Program, programOf } from "./program.ts";
import { initialSubtask, type RunState } from "./state.ts";

/**
 * The subtasks and all that depends on them, in plan order.
 * @param follows whether a subtask follows from one that it depends on
 */
export function withDependents(
  program: Program,
  roots: readonly number[],
  follows: (dependent: number, dependency: number) => boolean = () => true,
): number[] {
  const { graph } = program.compiled;
  const found = new Set(roots);
  for (const index of found) {
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
  return ids.flatMap((id) => graph.indexOf.get(id) ?? []);
}

/** Let the subtasks be as they were before they began. The part of `evolve` that belongs here. */
export function resetSubtasks(state: RunState, ids: readonly string[]): void {
  for (const index of indicesOf(state, ids)) {
    const before = state.subtasks[index];
    if (before === undefined) continue;
    state.subtasks[index] = {
      ...initialSubtask(before.attempts),
      timesRedone: before.timesRedone + (before.status === "succeeded" ? 1 : 0),
    };
  }
  recount(state);
}

/** The same for every attempt of a subtask, until its effect is wanted again. */
export function idempotencyKey(state: RunState, index: number): string {
  const id = idOfSubtask(programOf(state), index);
  const times = state.subtasks[index]?.timesRedone ?? 0;
  return times === 0 ? `${state.runId}/${id}` : `${state.runId}/${id}/${times + 1}`;
}
