/**
 * Recovery: what becomes of attempts that started and have no end, because the process
 * that ran them is gone.
 *
 * V1. An attempt is run again only if that cannot repeat an effect: its tool has none,
 *     only reads, or is idempotent and gets the same key again.
 * V2. Any other is a dead letter with the reason `interrupted`, for a person to decide.
 */

import { failSubtask } from "./failure.ts";
import { idOfSubtask, policyOf, programOf } from "./program.ts";
import type { SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/** Decide about every attempt that a crash left behind. */
export function recoverAttempts(turn: Turn): void {
  for (const [index, subtask] of turn.state.subtasks.entries()) {
    if (subtask.status === "running") recoverAttempt(turn, index);
  }
}

/** Decide about one attempt of which nobody knows how it ended. */
export function recoverAttempt(turn: Turn, index: number): void {
  const { state } = turn;
  const program = programOf(state);
  const subtask = state.subtasks[index] as SubtaskState;
  const policy = policyOf(program, subtask, index);
  const id = idOfSubtask(state, index);
  const attempt = subtask.attempts;
  const rerun = policy.effects !== "write" || policy.idempotent;
  emit(turn, { type: "attempt.uncertain", subtask: id, attempt, rerun });
  if (rerun) return;
  failSubtask(turn, index, "interrupted", {
    code: "tool.interrupted",
    message: `Attempt ${attempt} of ${id} was interrupted; its effect may have happened.`,
    hint: "Look whether it did: the tool writes and is not idempotent, so it is not run again by itself.",
  });
}
