/** The words for how things stand, and why. Which follows from which is in `transitions.ts`. */

export type RunStatus =
  | "planning"
  | "running"
  | "paused"
  | "waiting"
  | "succeeded"
  | "degraded"
  | "failed"
  | "cancelled";

export type SubtaskStatus =
  | "pending"
  | "waiting"
  | "running"
  | "succeeded"
  | "failed"
  | "skipped"
  | "cancelled";

/** Why a subtask ended as it did, or did not run at all. */
export type SubtaskReason =
  /** Its attempts failed; the error says how. */
  | "failed"
  /** A crash left it unknown whether its effect happened; a person decides. */
  | "interrupted"
  /** A person said no. */
  | "denied"
  /** It was optional and failed. */
  | "optional_failed"
  /** Its `when` was false. */
  | "condition_false"
  /** A route has taken another branch. */
  | "route_not_taken"
  /** An item of a fan-out failed: the fan-out with it, or another item that had not begun. */
  | "item_failed"
  /** What it depends on failed. */
  | "dependency_failed"
  /** What it depends on was skipped. */
  | "dependency_skipped"
  /** The plan that took the place of the one before does not want it. */
  | "replaced"
  /** The run was cancelled. */
  | "cancelled"
  /** The run had a result already, and its budget did not allow more. */
  | "budget_exceeded"
  /** The run's time was up. */
  | "timeout";

/** Why a run has its status, where the status alone does not say. */
export type RunReason =
  /** The planner asked something. */
  | "questions"
  /** A person must say yes to a subtask. */
  | "approval"
  /** What came out was judged too poor, and a person is to look at it. */
  | "evaluation"
  /** What it may use is used up. */
  | "budget_exceeded"
  | "subtask_failed"
  | "planning_failed"
  | "output_failed"
  | "timeout"
  | "requested"
  | "interrupted";

/** Whether nothing of the subtask can change any more. */
export function isFinal(status: SubtaskStatus): boolean {
  return status !== "pending" && status !== "running" && status !== "waiting";
}

/** Whether the run is over. */
export function isFinished(status: RunStatus): boolean {
  return (
    status === "succeeded" || status === "degraded" || status === "failed" || status === "cancelled"
  );
}
