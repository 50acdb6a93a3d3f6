/**
 * Timeouts: of an attempt, and of the whole run. A timer is an effect; a ring that comes
 * late, or for an attempt that has ended, changes nothing.
 */

import { renderDuration } from "../../base/duration.ts";
import type { ErrorData } from "../../base/errors.ts";
import type { Timer } from "./input.ts";
import { type Program, policyOf, programOf, toolOf } from "./program.ts";
import type { RunState, SubtaskState } from "./state.ts";

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
  const index = programOf(state).compiled.graph.indexOf.get(timer.subtask) ?? -1;
  const subtask = state.subtasks[index];
  return subtask?.status === "running" && subtask.attempts === timer.attempt ? index : -1;
}

export function timeoutError(state: RunState, index: number): ErrorData {
  const program = programOf(state);
  const limit = renderDuration(attemptTimeoutMs(state, program, index));
  return {
    code: "tool.timeout",
    path: `subtasks[${index}].timeout`,
    message: `${toolOf(program, state.subtasks[index] as SubtaskState, index)} did not finish within ${limit}.`,
    hint: "Give the subtask a longer `timeout`, or its tool less to do.",
  };
}
