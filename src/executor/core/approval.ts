/**
 * Approval: a subtask that needs it starts only when a person has seen what it is about to do
 * and said yes.
 *
 * P1. A decision is about one revision of the plan and one exact input: if either is another
 *     when the subtask starts, it is asked again.
 * P2. The first decision stands. One that is not about an open question changes nothing.
 * P3. What nobody has decided about holds up what follows from it, and nothing else.
 */

import type { JsonObject } from "../../base/json.ts";
import { failSubtask } from "./failure.ts";
import type { RunInput } from "./input.ts";
import { idOfSubtask, policyOf, programOf } from "./program.ts";
import type { ApprovalState, RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/**
 * The input that the subtask may start with; undefined when a person must be asked first, and
 * then it has been.
 */
export function approvedInput(
  turn: Turn,
  index: number,
  input: JsonObject,
): JsonObject | undefined {
  const { state } = turn;
  const program = programOf(state);
  const subtask = state.subtasks[index] as SubtaskState;
  if (!policyOf(program, subtask, index).approval) return input;
  const { revision } = program.accepted;
  const { approval } = subtask;
  if (approval?.isApproved && approval.revision === revision) {
    // One that was edited in the decision takes the place of what the plan says.
    const isSame = approval.isEdited || JSON.stringify(approval.input) === JSON.stringify(input);
    if (isSame) return approval.input;
  }
  emit(turn, { type: "approval.requested", subtask: idOfSubtask(program, index), revision, input });
  return undefined;
}

export function decideApproval(
  turn: Turn,
  { subtask: id, decision, by, note, input }: Extract<RunInput, { type: "approval_decided" }>,
): void {
  const { state } = turn;
  const index = programOf(state).compiled.graph.indexOf.get(id) ?? -1;
  const subtask = state.subtasks[index];
  if (subtask === undefined || !awaitsApproval(subtask)) return;
  const { request } = subtask.approval as ApprovalState;
  const decided = { type: "approval.decided", subtask: id, request, decision, by, note } as const;
  emit(turn, { ...decided, ...(input !== undefined && { input }) });
  if (decision === "approved") return;
  failSubtask(turn, index, "denied", {
    code: "approval.denied",
    message: note === "" ? `${by} denied ${id}.` : `${by} denied ${id}: ${note}`,
    hint: "Change the plan, or restart the run from this subtask to be asked again.",
    retryable: false,
  });
}

/** Whether a person has been asked and has not answered. */
function awaitsApproval({ status, approval }: SubtaskState): boolean {
  return status === "waiting" && approval !== null && !approval.isApproved;
}

/** The subtasks that wait for a person, by index. */
export function openApprovals(state: RunState): number[] {
  return state.subtasks.flatMap((subtask, index) => (awaitsApproval(subtask) ? [index] : []));
}
