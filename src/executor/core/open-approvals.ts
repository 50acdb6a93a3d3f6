/** What a person was asked, and what he has answered, see `approval.ts`. */

import type { RunEvent } from "./event.ts";
import type { RunState, SubtaskState } from "./state.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** A person is asked. The part of `evolve` that belongs here. */
export function noteQuestion(subtask: SubtaskState, event: EventOf<"approval.requested">): void {
  const { seq: request, revision, input, expiry = null } = event;
  const isEdited = subtask.approval?.revision === revision && subtask.approval.isEdited;
  const isOfFallback = subtask.usesFallback;
  const asked = { request, revision, input, expiry, isEdited, isOfFallback };
  subtask.approval = { ...asked, isApproved: false };
  subtask.admission = null;
  // A person may take his time.
  subtask.begunAt = null;
}

/** A person has answered. The part of `evolve` that belongs here. */
export function noteDecision(subtask: SubtaskState, event: EventOf<"approval.decided">): void {
  const { approval } = subtask;
  if (approval === null || event.decision === "denied") return;
  const { input = approval.input } = event;
  const isEdited = approval.isEdited || event.input !== undefined;
  subtask.approval = { ...approval, input, isApproved: true, isEdited };
}

/** Whether a person has been asked and has not answered. */
export function awaitsApproval({ status, approval }: SubtaskState): boolean {
  return status === "waiting" && approval !== null && !approval.isApproved;
}

/** The subtasks that wait for a person, by index. */
export function openApprovals(state: RunState): number[] {
  return state.subtasks.flatMap((subtask, index) => (awaitsApproval(subtask) ? [index] : []));
}
