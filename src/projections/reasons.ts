import type { RunReason, SubtaskReason } from "../executor/core/status.ts";

const SUBTASK: Readonly<Record<SubtaskReason, string>> = {
  failed: "its attempts failed",
  interrupted: "nobody knows whether its effect happened",
  optional_failed: "it failed, and is optional",
  condition_false: "its condition is false",
  route_not_taken: "has taken another branch",
  item_failed: "an item failed",
  dependency_failed: "failed",
  dependency_skipped: "was skipped",
  denied: "a person said no",
  replaced: "the new plan does without it",
  cancelled: "the run was cancelled",
  budget_exceeded: "the budget did not allow it, and there was a result already",
  timeout: "the run's time was up",
};

const RUN: Readonly<Record<RunReason, string>> = {
  approval: "a person must say yes",
  evaluation: "what came out was judged too poor, and a person is to look at it",
  budget_exceeded: "its budget is used up",
  questions: "the planner asks something",
  subtask_failed: "a subtask failed",
  planning_failed: "there is no plan",
  output_failed: "the output could not be computed",
  timeout: "the time was up",
  requested: "as requested",
  interrupted: "its process is gone",
};

/** Why a subtask ended as it did, for people. @param cause the subtask to blame, where one is */
export function subtaskReasonText(reason: SubtaskReason, cause: string | null): string {
  return cause === null ? SUBTASK[reason] : `${cause} ${SUBTASK[reason]}`;
}

/** Why a run has its status, for people. */
export function runReasonText(reason: RunReason): string {
  return RUN[reason];
}
