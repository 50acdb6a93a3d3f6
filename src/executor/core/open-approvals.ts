/** What a person was asked and has not answered, see `approval.ts`. */

import type { RunState, SubtaskState } from "./state.ts";

/** Whether a person has been asked and has not answered. */
export function awaitsApproval({ status, approval }: SubtaskState): boolean {
  return status === "waiting" && approval !== null && !approval.isApproved;
}

/** The subtasks that wait for a person, by index. */
export function openApprovals(state: RunState): number[] {
  return state.subtasks.flatMap((subtask, index) => (awaitsApproval(subtask) ? [index] : []));
}
