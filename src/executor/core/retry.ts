/**
 * Retry: a failed attempt is followed by another after a wait, then by the fallback tool,
 * then by the subtask's failure.
 *
 * T1. An error that says that trying again is useless is believed, and so is one that says
 *     when. One that says nothing is tried again only where plan or tool ask for it.
 * T2. An effect that may have happened is not repeated: a write that timed out, or whose
 *     answer makes no sense, is tried again only if the tool is idempotent; no fallback does it
 *     either, for it is a person's to say whether it happened.
 * T3. The wait is state: it survives a restart.
 */

import type { ErrorData } from "../../base/errors.ts";
import { DEFAULT_RETRY, retryDelay } from "../../base/retry-policy.ts";
import { mayHaveHappened } from "./answer-lost.ts";
import type { Timer } from "./input.ts";
import {
  findSubtask,
  idOfSubtask,
  isChecking,
  type Program,
  planned,
  policyOf,
  programOf,
} from "./program.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/** When the failed attempt is followed by another; undefined if by none of the same tool. */
export function retryTime(
  state: RunState,
  program: Program,
  index: number,
  error: ErrorData,
  at: number,
): number | undefined {
  const subtask = state.subtasks[index];
  if (subtask === undefined || state.accepted === null || error.retryable === false)
    return undefined;
  const policy = policyOf(program, subtask, index);
  if (policy.retry === null && error.retryable !== true) return undefined;
  if (mayHaveHappened(policy, error)) return undefined;
  const retry = policy.retry ?? DEFAULT_RETRY;
  const failures = subtask.failures + 1;
  if (failures >= retry.attempts) return undefined;
  const chance = fractionOf(`${state.runId}/${idOfSubtask(state, index)}/${subtask.attempts}`);
  return at + Math.max(error.retryAfterMs ?? 0, retryDelay(retry, failures, chance));
}

/** Let the fallback tool take over, if there is one that was not tried yet. */
export function chooseFallback(turn: Turn, index: number): boolean {
  const { state } = turn;
  const subtask = state.subtasks[index] as SubtaskState;
  const { fallback: tool } = planned(programOf(state), subtask, index);
  if (tool === undefined || subtask.usesFallback || isChecking(subtask)) return false;
  emit(turn, { type: "fallback.chosen", subtask: idOfSubtask(state, index), tool });
  return true;
}

/** The wait is over; a ring for another attempt than the newest is stale. */
export function endWait(turn: Turn, timer: Extract<Timer, { kind: "retry" }>): void {
  const { state } = turn;
  const index = findSubtask(state, timer.subtask);
  const subtask = state.subtasks[index];
  if (subtask?.retryAt == null || subtask.attempts !== timer.attempt) return;
  emit(turn, { type: "retry.due", subtask: timer.subtask, attempt: timer.attempt });
}

/**
 * A fraction that depends on nothing but the text: chance that can be replayed.
 * FNV-1a, 32 bits, then an avalanche, for texts that differ in their last letter only.
 */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
