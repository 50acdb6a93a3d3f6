/**
 * Admission: what all runs of a process share (breakers, rates, places at a tool, pools) is
 * not this run's to decide about. A subtask whose tool has such limits asks before it starts.
 *
 * M1. Who waits for admission holds no slot and has used no attempt.
 * M2. An admission is for one attempt, and for the process that gave it: after a resume it is
 *     asked for again.
 * M3. Who does not need it any more gives it back.
 */

import type { EventBody } from "./event.ts";
import { findSubtask, idOfSubtask, policyOf, programOf } from "./program.ts";
import { addReady } from "./ready.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";

/** The subtasks that still hold, or wait for, what this event makes useless. */
export function givesBackAdmissions(state: RunState, event: EventBody): readonly string[] {
  switch (event.type) {
    case "replan.requested":
      return state.subtasks.flatMap(({ admission }, index) =>
        admission !== null && mayWrite(state, index) ? [idOfSubtask(state, index)] : [],
      );
    case "approval.requested":
    case "fallback.chosen":
    case "iterations.ended":
    case "subtask.failed":
    case "subtask.skipped":
    case "subtask.cancelled": {
      const index = findSubtask(state, event.subtask);
      return (state.subtasks[index]?.admission ?? null) === null ? NOBODY : [event.subtask];
    }
    default:
      return NOBODY;
  }
}

/** One list for all: every event asks. */
const NOBODY: readonly string[] = [];

function mayWrite(state: RunState, index: number): boolean {
  const subtask = state.subtasks[index] as SubtaskState;
  return policyOf(programOf(state), subtask, index).effects === "write";
}

/** Nobody is left who would answer: all that waits asks again. The part of `evolve` that belongs here. */
export function forgetAdmissions(state: RunState): void {
  if (state.accepted === null) return;
  for (const [index, subtask] of state.subtasks.entries()) {
    if (subtask.admission === null || isFinal(subtask.status)) continue;
    subtask.admission = null;
    if (subtask.readyAt === -1) addReady(state, index);
  }
}
