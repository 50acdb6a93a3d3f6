/**
 * Approval: a subtask that needs it starts only when a person has seen what it is about to do
 * and said yes.
 *
 * P1. A decision is about one subtask of the plan, one tool and one exact input: if a revision has
 *     another in its place, or any is another when the subtask starts, it is asked again.
 * P2. The first decision stands. One that is not about an open question changes nothing.
 * P3. A question may have an end, at which a decision stands that was made beforehand; a run
 *     whose process is gone meanwhile makes it when it is resumed.
 * P4. An input that was given with a decision takes the place of what the plan says, for the
 *     fallback too.
 * P5. What nobody has decided about holds up what follows from it, and nothing else.
 */

import type { JsonObject } from "../../base/json.ts";
import type { ToolPolicy } from "./accepted-plan.ts";
import { failSubtask } from "./failure.ts";
import type { RunInput, Timer } from "./input.ts";
import { awaitsApproval, openApprovals } from "./open-approvals.ts";
import { findSubtask, idOfSubtask, policyOf, programOf, toolOf } from "./program.ts";
import type { ApprovalPolicy } from "./settings.ts";
import type { ApprovalState, SubtaskState } from "./state.ts";
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
  const policy = policyOf(program, subtask, index);
  const { revision } = program.accepted;
  const wanted = editedInput(subtask, revision) ?? input;
  if (!needsApproval(policy, state.settings.approvals)) return wanted;
  if (subtask.approval?.isApproved && isAbout(subtask, revision, wanted)) return wanted;
  const { approvalExpiry: limit } = policy;
  const expiry = limit && { at: turn.at + limit.timeoutMs, decision: limit.decision };
  const id = idOfSubtask(state, index);
  const tool = toolOf(program, subtask, index);
  const asked = { type: "approval.requested", subtask: id, revision, tool, input: wanted } as const;
  emit(turn, { ...asked, ...(expiry && { expiry }) });
  const { approver } = state.settings;
  if (approver !== null) settle(turn, index, { decision: "approved", by: approver, note: "" });
  return undefined;
}

/** What a person wanted its tool to be given in the place of what the plan says, if one did. */
export function editedInput({ approval }: SubtaskState, revision: number): JsonObject | undefined {
  return approval?.isEdited && approval.revision === revision ? approval.input : undefined;
}

/** Whether the newest question was about just this. */
function isAbout({ approval, usesFallback }: SubtaskState, revision: number, input: JsonObject) {
  return (
    approval?.revision === revision &&
    approval.isOfFallback === usesFallback &&
    JSON.stringify(approval.input) === JSON.stringify(input)
  );
}

/** Whether a person must say yes to it in a run of this policy. */
function needsApproval({ approval, effects }: ToolPolicy, policy: ApprovalPolicy): boolean {
  return approval || policy === "all" || (policy === "writes" && effects === "write");
}

export function decideApproval(
  turn: Turn,
  { subtask: id, ...answer }: Extract<RunInput, { type: "approval_decided" }>,
): void {
  const { state } = turn;
  if (state.accepted === null) return;
  const index = findSubtask(state, id);
  const subtask = state.subtasks[index];
  if (subtask === undefined || !awaitsApproval(subtask)) return;
  // Its time was up before this came, and only nobody was there to say so.
  if (!expireApproval(turn, index)) settle(turn, index, answer);
}

/** Nobody has decided in time; a ring for another question than the open one is stale. */
export function endApproval(turn: Turn, timer: Extract<Timer, { kind: "approval" }>): void {
  for (const index of openApprovals(turn.state)) {
    const { request } = turn.state.subtasks[index]?.approval ?? {};
    if (request === timer.request) expireApproval(turn, index);
  }
}

/** A driver took over: what has expired meanwhile, and what somebody has said yes to beforehand. */
export function settleApprovals(turn: Turn): void {
  const { approver } = turn.state.settings;
  for (const index of openApprovals(turn.state)) {
    if (expireApproval(turn, index) || approver === null) continue;
    settle(turn, index, { decision: "approved", by: approver, note: "" });
  }
}

function expireApproval(turn: Turn, index: number): boolean {
  const { expiry = null } = turn.state.subtasks[index]?.approval ?? {};
  if (expiry === null || expiry.at > turn.at) return false;
  settle(turn, index, {
    decision: expiry.decision,
    by: "planwright",
    note: "nobody decided in time",
  });
  return true;
}

type Answer = Pick<
  Extract<RunInput, { type: "approval_decided" }>,
  "decision" | "by" | "note" | "input" | "id"
>;

function settle(turn: Turn, index: number, answer: Answer): void {
  const { state } = turn;
  const { decision, by, note, input } = answer;
  const id = idOfSubtask(state, index);
  const { request } = (state.subtasks[index] as SubtaskState).approval as ApprovalState;
  const decided = { type: "approval.decided", subtask: id, request, decision, by, note } as const;
  emit(turn, {
    ...decided,
    ...(input !== undefined && { input }),
    ...(answer.id !== undefined && { id: answer.id }),
  });
  if (decision === "approved") return;
  failSubtask(turn, index, "denied", {
    code: "approval.denied",
    message: note === "" ? `${by} denied ${id}.` : `${by} denied ${id}: ${note}`,
    hint: "Change the plan, or restart the run from this subtask to be asked again.",
    retryable: false,
  });
}
