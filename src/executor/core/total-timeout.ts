/** The end of a subtask's time for all its attempts together, see `timeout.ts`. */

import { renderDuration } from "../../base/duration.ts";
import type { ErrorData } from "../../base/errors.ts";
import { mayHaveHappened } from "./answer-lost.ts";
import { failSubtask } from "./failure.ts";
import type { Timer } from "./input.ts";
import { findSubtask, planIndexOf, policyOf, programOf } from "./program.ts";
import { isReviewed } from "./review.ts";
import { isFinal } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

/** The subtask's time is up, whatever it is at: no further attempt, and no fallback. */
export function endTotal(turn: Turn, timer: Extract<Timer, { kind: "total_timeout" }>): void {
  const { state } = turn;
  if (state.accepted === null || state.lifecycle.stopping !== null) return;
  const program = programOf(state);
  const index = findSubtask(state, timer.subtask);
  const subtask = state.subtasks[index];
  if (subtask === undefined || subtask.begunAt !== timer.since || isFinal(subtask.status)) return;
  // What took its time is done.
  if (isReviewed(subtask)) return;
  const limit = renderDuration(policyOf(program, subtask, index).totalTimeoutMs ?? 0);
  const error: ErrorData = {
    code: "subtask.timeout",
    path: `subtasks[${planIndexOf(subtask, index)}].totalTimeout`,
    message: `${timer.subtask} did not succeed within ${limit}, with all its attempts.`,
    hint: "Give it a longer `totalTimeout`, or fewer and shorter attempts.",
    retryable: false,
  };
  const isUncertain =
    subtask.status === "running" && mayHaveHappened(policyOf(program, subtask, index), error);
  if (subtask.status === "running") {
    const { attempts: attempt } = subtask;
    emit(turn, { type: "attempt.failed", subtask: timer.subtask, attempt, error });
  }
  failSubtask(turn, index, isUncertain ? "interrupted" : "failed", error);
}
