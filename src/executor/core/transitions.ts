/**
 * Which status follows from which event: the machine as a table. An empty cell means that
 * the event cannot happen there; `evolve` treats one as a bug.
 */

import type { EventType } from "./event.ts";
import type { RunStatus, SubtaskStatus } from "./status.ts";

type SubtaskEventType = Extract<
  EventType,
  | `admission.${string}`
  | `approval.${string}`
  | `attempt.${string}`
  | `items.${string}`
  | `iteration.${string}`
  | `iterations.${string}`
  | `join.${string}`
  | `output.${string}`
  | `retry.${string}`
  | `fallback.${string}`
  | "route.decided"
  | `subtask.${string}`
>;

/** `waiting` between `attempt.…` and `subtask.…` is where retries wait. */
export const SUBTASK_TABLE: {
  readonly [S in SubtaskStatus]: { readonly [E in SubtaskEventType]?: SubtaskStatus };
} = {
  pending: {
    "items.expanded": "waiting",
    "join.closed": "pending",
    "admission.requested": "waiting",
    "approval.requested": "waiting",
    "attempt.started": "running",
    "subtask.failed": "failed",
    "subtask.skipped": "skipped",
    "subtask.cancelled": "cancelled",
  },
  running: {
    "attempt.failed": "waiting",
    "attempt.uncertain": "waiting",
    "attempt.cancelled": "waiting",
    "iteration.produced": "waiting",
    "iteration.checked": "waiting",
    "output.produced": "waiting",
    "route.decided": "running",
    "subtask.succeeded": "succeeded",
  },
  waiting: {
    "items.collected": "succeeded",
    "iteration.checked": "waiting",
    "iterations.ended": "succeeded",
    "output.evaluated": "waiting",
    "output.kept": "succeeded",
    "attempt.started": "running",
    "admission.requested": "waiting",
    "admission.delayed": "waiting",
    "admission.granted": "waiting",
    "approval.requested": "waiting",
    "approval.decided": "waiting",
    "retry.due": "waiting",
    "fallback.chosen": "waiting",
    "subtask.failed": "failed",
    "subtask.skipped": "skipped",
    "subtask.cancelled": "cancelled",
  },
  succeeded: {},
  // A person says what it came to.
  failed: { "route.decided": "failed", "subtask.resolved": "succeeded" },
  skipped: {},
  cancelled: {},
};

type RunEventType = Extract<
  EventType,
  `run.${string}` | `plan.${string}` | `questions.${string}` | "evaluation.decided"
>;
/** `completed`: the status that the event itself names. `resumed`: what it lacks decides. */
type NextRunStatus = RunStatus | "completed" | "resumed";

const REOPENED = { "run.reopened": "running" } as const;
const UNFINISHED = { "run.cancelled": "running", "run.completed": "completed" } as const;

export const RUN_TABLE: {
  readonly [S in RunStatus]: { readonly [E in RunEventType]?: NextRunStatus };
} = {
  planning: {
    "run.started": "planning",
    "run.resumed": "planning",
    "plan.drafted": "planning",
    "plan.accepted": "running",
    "plan.rejected": "planning",
    "questions.asked": "waiting",
    "run.paused": "paused",
    "run.cancelled": "planning",
    "run.completed": "completed",
  },
  running: {
    ...UNFINISHED,
    "plan.revised": "running",
    "run.paused": "paused",
    "run.waiting": "waiting",
    "run.resumed": "running",
  },
  paused: { ...UNFINISHED, "run.resumed": "resumed" },
  waiting: {
    ...UNFINISHED,
    "questions.answered": "planning",
    "evaluation.decided": "running",
    "run.cancelled": "waiting",
    "run.resumed": "resumed",
  },
  succeeded: REOPENED,
  degraded: REOPENED,
  failed: REOPENED,
  cancelled: REOPENED,
};
