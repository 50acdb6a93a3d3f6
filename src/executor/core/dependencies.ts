/**
 * Dependencies: a subtask is ready once all of them are final, and is skipped as soon as
 * one that it needs did not succeed (`settle.ts`).
 *
 * D1. `blockedBy` is the number of dependencies that are not final.
 * D2. A subtask below one that failed, was skipped or cancelled never stays pending: it is
 *     skipped with the cause, or runs because it asked for `on: settled`.
 */

import { settleInParent } from "./items.ts";
import { noteArrival } from "./join.ts";
import { programOf } from "./program.ts";
import { queueSubtask } from "./queue.ts";
import type { RunState } from "./state.ts";

/** A subtask became final: those that depend on it come one step nearer. */
export function evolveDependents(state: RunState, index: number): void {
  state.unsettled -= 1;
  if (state.subtasks[index]?.item != null) return settleInParent(state, index);
  for (const dependent of programOf(state).compiled.graph.dependents[index] ?? []) {
    const subtask = state.subtasks[dependent];
    if (subtask === undefined) continue;
    subtask.blockedBy -= 1;
    // Who joins is let go by an event of its own.
    if (subtask.join !== null) noteArrival(state, dependent, index);
    else if (subtask.blockedBy === 0) queueSubtask(state, dependent);
  }
}
