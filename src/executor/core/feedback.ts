/** How a run has gone, for who plans it anew, taken from the state. */

import { renderBytes } from "../../base/bytes.ts";
import type { Json } from "../../base/json.ts";
import type { Feedback, ReplanTrigger, SubtaskReport } from "../../plan/evaluation.ts";
import { withItems } from "./items.ts";
import type { KeptOutput } from "./large-value.ts";
import { type Program, policyOf, programOf } from "./program.ts";
import { isReviewed } from "./review.ts";
import type { RunState, SubtaskState } from "./state.ts";

/** Characters of an output that a planner is shown. */
const EXCERPT = 1_000;

export function feedbackFor(state: RunState, trigger: ReplanTrigger): Feedback {
  const program = programOf(state);
  const { accepted } = program;
  const { replanning, candidate } = state.review;
  return {
    plan: accepted.plan,
    revision: accepted.revision,
    trigger,
    causes: replanning?.causes ?? [],
    blame: replanning?.blame ?? [],
    subtasks: accepted.plan.subtasks.map(({ id }, index) => reportOn(state, program, id, index)),
    ...(candidate !== null && { output: excerptOf(candidate.kept) }),
  };
}

function reportOn(state: RunState, program: Program, id: string, index: number): SubtaskReport {
  const subtask = state.subtasks[index] as SubtaskState;
  const { status, error, review } = subtask;
  const given = status === "succeeded" ? subtask : review?.candidate;
  return {
    id,
    status: isReviewed(subtask) ? "succeeded" : status,
    isFixed: withItems(state, index).some((one) => isFixed(state, program, one)),
    ...(given && { output: excerptOf(given) }),
    ...(error !== null && { error: error.message }),
  };
}

/** Whether it has changed the world, or may have. */
function isFixed(state: RunState, program: Program, index: number): boolean {
  const subtask = state.subtasks[index] as SubtaskState;
  if (subtask.items !== null || !mayWrite(program, subtask, index)) return false;
  const { status, reason, startedAt, error, refine } = subtask;
  // One that waits and did not fail was cut off, and its effect may have happened.
  const isCutOff = status === "waiting" && startedAt !== null && error === null;
  const isUnderWay = status === "running" || isCutOff || refine !== null;
  return status === "succeeded" || isUnderWay || reason === "interrupted";
}

/** With its fallback or its check, whichever it was that has run. */
function mayWrite(program: Program, subtask: SubtaskState, index: number): boolean {
  const at = subtask.item?.root ?? index;
  const policies = [
    policyOf(program, subtask, index),
    program.policies[at],
    subtask.usesFallback ? program.fallbackPolicies.get(at) : undefined,
    subtask.refine === null ? undefined : program.checkPolicies.get(at),
  ];
  return policies.some((policy) => policy?.effects === "write");
}

function excerptOf({ output, largeOutput }: KeptOutput): string {
  if (largeOutput) return `${renderBytes(largeOutput.bytes)} of JSON`;
  const text = JSON.stringify(output as Json);
  if (text.length <= EXCERPT) return text;
  return `${text.slice(0, EXCERPT)}… (${text.length} characters)`;
}
