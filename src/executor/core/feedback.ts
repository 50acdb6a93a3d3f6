/** How a run has gone, for who plans it anew, taken from the state. */

import { renderBytes } from "../../base/bytes.ts";
import { cutText, cutTextEnd } from "../../base/excerpt.ts";
import type { Json } from "../../base/json.ts";
import type { Feedback, ReplanTrigger, SubtaskReport } from "../../plan/evaluation.ts";
import { isAnswerLost } from "./answer-lost.ts";
import { withItems } from "./items.ts";
import type { KeptOutput } from "./large-value.ts";
import { idOfSubtask, type Program, policyOf, programOf, type SubtaskPolicy } from "./program.ts";
import { isReviewed } from "./review.ts";
import type { RunState, SubtaskState } from "./state.ts";

/** Characters of an output that a planner is shown: of one that is to blame, and of any other. */
const EXCERPT = { long: 1_000, short: 200 } as const;

export function feedbackFor(state: RunState, trigger: ReplanTrigger): Feedback {
  const program = programOf(state);
  const { accepted } = program;
  const { replanning, candidate } = state.review;
  const blamed = new Set((replanning?.blame ?? []).map((id) => id.replace(/\[.*/, "")));
  return {
    plan: accepted.plan,
    revision: accepted.revision,
    trigger,
    causes: replanning?.causes ?? [],
    blame: replanning?.blame ?? [],
    subtasks: accepted.plan.subtasks.map(({ id }, index) =>
      reportOn(state, program, index, blamed.has(id) ? EXCERPT.long : EXCERPT.short),
    ),
    ...(candidate !== null && { output: excerptOf(candidate.kept, EXCERPT.long) }),
  };
}

/** The present plan, and how its subtasks stand, without what they gave. */
export function standingOf(state: RunState): Pick<Feedback, "plan" | "subtasks"> {
  const program = programOf(state);
  const { plan } = program.accepted;
  return { plan, subtasks: plan.subtasks.map((_, index) => standingAt(state, program, index)) };
}

function standingAt(state: RunState, program: Program, index: number): SubtaskReport {
  const subtask = state.subtasks[index] as SubtaskState;
  return {
    id: idOfSubtask(state, index),
    status: isReviewed(subtask) ? "succeeded" : subtask.status,
    isFixed: withItems(state, index).some((one) => isFixed(state, program, one)),
  };
}

function reportOn(state: RunState, program: Program, index: number, most: number): SubtaskReport {
  const { status, error, review, ...subtask } = state.subtasks[index] as SubtaskState;
  const given = status === "succeeded" ? subtask : review?.candidate;
  return {
    ...standingAt(state, program, index),
    ...(given && { output: excerptOf(given, most) }),
    ...(error !== null && { error: error.message }),
  };
}

/** Whether it has changed the world, or may have. */
export function isFixed(state: RunState, program: Program, index: number): boolean {
  const subtask = state.subtasks[index] as SubtaskState;
  if (subtask.items !== null || !mayWrite(program, subtask, index)) return false;
  const { status, reason, startedAt, error, refine } = subtask;
  // Where it did not say that it has failed its effect may have happened, however it may be repeated.
  const isUnsaid = startedAt !== null && (error === null || isAnswerLost(error));
  const isUnderWay = status === "running" || refine !== null || isUnsaid;
  return status === "succeeded" || isUnderWay || reason === "interrupted";
}

/** With its own tool, or with whichever has run: its fallback or its check. */
function mayWrite(program: Program, subtask: SubtaskState, index: number): boolean {
  const own = program.policies[subtask.item?.root ?? index];
  return subtask.hasWritten || [own, policyOf(program, subtask, index)].some(isWriting);
}

function isWriting(policy: SubtaskPolicy | undefined): boolean {
  return policy?.effects === "write";
}

/** What is wrong may stand at the end as well. */
function excerptOf({ output, largeOutput }: KeptOutput, most: number): string {
  if (largeOutput) return `${renderBytes(largeOutput.bytes)} of JSON`;
  const text = JSON.stringify(output as Json);
  if (text.length <= most) return text;
  const tail = Math.floor(most / 4);
  const left = text.length - most;
  return `${cutText(text, most - tail)} … (${left} characters left out) … ${cutTextEnd(text, tail)}`;
}
