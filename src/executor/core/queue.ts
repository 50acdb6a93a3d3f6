/** Who may wait for a turn: see `ready.ts` for the order of turns. */

import { isPlanned, policyOf, programOf } from "./program.ts";
import { addReady } from "./ready.ts";
import type { RunState, SubtaskState } from "./state.ts";

/** Queue a subtask whose dependencies are final, unless it must wait for the plan to be certain. */
export function queueSubtask(state: RunState, index: number): void {
  const subtask = state.subtasks[index];
  if (subtask?.status !== "pending") return;
  if (!awaitsPlan(state, index)) addReady(state, index);
}

/** Queue a subtask whose waiting is over, unless it must wait for the plan to be certain. */
export function queueAgain(state: RunState, index: number): void {
  const subtask = state.subtasks[index];
  if (subtask?.status === "waiting" && !awaitsPlan(state, index)) addReady(state, index);
}

/** Nothing changes the world for a plan that is about to become another. */
export function awaitsPlan(state: RunState, index: number): boolean {
  if (isPlanned(state) && state.review.replanning === null) return false;
  const subtask = state.subtasks[index] as SubtaskState;
  return policyOf(programOf(state), subtask, index).effects === "write";
}
