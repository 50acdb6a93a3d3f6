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
import { findSubtask } from "./program.ts";
import { addReady } from "./ready.ts";
import type { RunState } from "./state.ts";
import { isFinal } from "./status.ts";

/** Whether the subtask still holds, or waits for, what this event makes useless. */
export function givesBackAdmission(state: RunState, event: EventBody): boolean {
  switch (event.type) {
    case "approval.requested":
    case "fallback.chosen":
    case "iterations.ended":
    case "subtask.failed":
    case "subtask.skipped":
    case "subtask.cancelled": {
      const index = findSubtask(state, event.subtask);
      return (state.subtasks[index]?.admission ?? null) !== null;
    }
    default:
      return false;
  }
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
