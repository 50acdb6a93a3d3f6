/**
 * Timeouts: of an attempt, of all attempts of a subtask together, and of the whole run. A
 * timer is an effect; a ring that comes late, or for what has ended, changes nothing.
 */

import { renderDuration } from "../../base/duration.ts";
import type { ErrorData } from "../../base/errors.ts";
import type { Timer } from "./input.ts";
import { findSubtask, type Program, planIndexOf, policyOf, programOf, toolOf } from "./program.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";

/** Limit of one attempt of the subtask, in milliseconds. */
export function attemptTimeoutMs(state: RunState, program: Program, index: number): number {
  const subtask = state.subtasks[index] as SubtaskState;
  return policyOf(program, subtask, index).timeoutMs ?? state.settings.attemptTimeoutMs;
}

/** The subtask whose current attempt the timer is about, or -1 for a stale ring. */
export function timedOutSubtask(
  state: RunState,
  timer: Extract<Timer, { kind: "attempt_timeout" }>,
): number {
  if (state.accepted === null) return -1;
  const index = findSubtask(state, timer.subtask);
  const subtask = state.subtasks[index];
  return subtask?.status === "running" && subtask.attempts === timer.attempt ? index : -1;
}

export function timeoutError(state: RunState, index: number): ErrorData {
  const program = programOf(state);
  const limit = renderDuration(attemptTimeoutMs(state, program, index));
  return {
    code: "tool.timeout",
    path: `subtasks[${planIndexOf(state.subtasks[index] as SubtaskState, index)}].timeout`,
    message: `${toolOf(program, state.subtasks[index] as SubtaskState, index)} did not finish within ${limit}.`,
    hint: "Give the subtask a longer `timeout`, or its tool less to do.",
  };
}

/** When the subtask must have ended; undefined for whenever it does. */
export function totalDeadline(state: RunState, index: number): number | undefined {
  const subtask = state.subtasks[index] as SubtaskState;
  if (subtask.begunAt === null || isFinal(subtask.status)) return undefined;
  const { totalTimeoutMs } = policyOf(programOf(state), subtask, index);
  return totalTimeoutMs === undefined ? undefined : subtask.begunAt + totalTimeoutMs;
}

/** Time in which nobody drove the run does not count. The part of `evolve` that belongs here. */
export function restartTotals({ subtasks }: RunState, at: number): void {
  for (const subtask of subtasks) {
    if (subtask.begunAt !== null && !isFinal(subtask.status)) subtask.begunAt = at;
  }
}
