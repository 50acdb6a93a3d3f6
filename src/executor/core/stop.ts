/** Stopping a run on purpose, for a while (pause) or for good (cancel, timeout). */

import { effectKeyOf } from "./effect-key.ts";
import { idOfSubtask, planIndexOf } from "./program.ts";
import { recoverAttempt } from "./recovery.ts";
import { isFinal, type SubtaskReason } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

export function requestPause(turn: Turn, by: string): void {
  const { lifecycle } = turn.state;
  if (!lifecycle.pausing && lifecycle.stopping === null)
    emit(turn, { type: "pause.requested", by });
}

/** A pause is complete when no attempt runs any more. A planner is not waited for, but asked again. */
export function completePause(turn: Turn): void {
  const { lifecycle, status, slots } = turn.state;
  const isUnderWay = status === "running" || status === "planning";
  if (lifecycle.pausing && isUnderWay && slots.used === 0) emit(turn, { type: "run.paused" });
}

/** Cancel what has not started; what runs is aborted by the effects of `run.cancelled`. */
export function stopRun(turn: Turn, reason: "requested" | "timeout", by: string): void {
  const { state } = turn;
  if (state.lifecycle.stopping !== null) return;
  emit(turn, { type: "run.cancelled", reason, by });
  for (const [index, subtask] of state.subtasks.entries()) {
    if (subtask.status === "pending" || subtask.status === "waiting") cancelSubtask(turn, index);
  }
}

/** The grace period is over: nobody knows what the attempts that still run have done; see `recovery.ts`. */
export function abandonRunning(turn: Turn): void {
  const { state } = turn;
  if (state.lifecycle.stopping === null) return;
  for (const [index, subtask] of state.subtasks.entries()) {
    if (subtask.status !== "running") continue;
    recoverAttempt(turn, index);
    cancelSubtask(turn, index);
  }
}

/**
 * Cancel what a new plan does not want.
 * @param kept indices of the subtasks that it keeps, with their items
 */
export function replaceUnwanted(turn: Turn, kept: readonly number[]): void {
  const { state } = turn;
  const wanted = new Set(kept);
  for (const [index, one] of state.subtasks.entries()) {
    const { status, attempts, isDeadLetter } = one;
    if (wanted.has(planIndexOf(one, index))) continue;
    const subtask = idOfSubtask(state, index);
    if (isDeadLetter) {
      const decision = { resolution: "discarded", by: "planwright", note: "replaced" } as const;
      emit(turn, {
        type: "dead_letter.resolved",
        subtask,
        ...decision,
        ...effectKeyOf(state, index),
      });
    }
    if (isFinal(status)) continue;
    if (status === "running") {
      emit(turn, { type: "attempt.cancelled", subtask, attempt: attempts });
    }
    emit(turn, { type: "subtask.cancelled", subtask, reason: "replaced" });
  }
  // What depends on them is unwanted too.
  turn.settled.length = 0;
}

export function cancelSubtask(turn: Turn, index: number): void {
  const { state } = turn;
  const subtask = state.subtasks[index];
  if (subtask === undefined || isFinal(subtask.status)) return;
  const reason: SubtaskReason = state.lifecycle.stopping === "timeout" ? "timeout" : "cancelled";
  emit(turn, { type: "subtask.cancelled", subtask: idOfSubtask(state, index), reason });
}
