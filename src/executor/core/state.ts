/**
 * The state of a run: plain JSON, owned by `step` and updated in place by `evolve` alone.
 *
 * S1. The state equals the fold of the run's events: nothing else may be kept in it.
 * S2. It survives `JSON.parse(JSON.stringify(state))` unchanged.
 * S3. Every subtask is in exactly one status; final ones never change again, unless a person
 *     wants them done again or says what they came to.
 */

import type { ErrorData } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import type { Usage } from "./consumption.ts";
import type { KeptOutput, LargeValue } from "./large-value.ts";
import { initialLifecycle, type LifecycleState } from "./lifecycle.ts";
import { initialNotifications, type NotificationsState } from "./notifications.ts";
import type { QualityFlag } from "./quality-flag.ts";
import { initialQuestions, type QuestionsState } from "./questions.ts";
import { initialReview, type ReviewState, type SubtaskReview } from "./review.ts";
import { DEFAULT_SETTINGS, type RunSettings } from "./settings.ts";
import { initialSlots, type SlotsState } from "./slots.ts";
import type { RunReason, RunStatus, SubtaskReason, SubtaskStatus } from "./status.ts";
import { initialUsage } from "./usage.ts";

/** What a person was asked about a subtask, see `approval.ts`. */
export type ApprovalState = {
  /** `seq` of the event that asked. */
  readonly request: number;
  readonly revision: number;
  /** What the tool would be, or will be, given. */
  readonly input: JsonObject;
  readonly isApproved: boolean;
  /** Null where the question stands for ever. */
  readonly expiry: { readonly at: number; readonly decision: "approved" | "denied" } | null;
  /** Whether who decided, about this or about the tool before, gave another input. */
  readonly isEdited: boolean;
  /** Whether it is the fallback tool that was asked about. */
  readonly isOfFallback: boolean;
};

/** Which element of which fan-out a subtask is for. */
export type ItemState = {
  /** Index of the subtask that fans out. */
  readonly of: number;
  /** Index of the plan's subtask. */
  readonly root: number;
  /** Its place among the items. */
  readonly at: number;
  /** Whether a person wanted it again, so that it goes although others have failed. */
  readonly isRetried: boolean;
};

/** The items of a subtask that fans out, see `items.ts`. */
export type ItemsState = {
  /** Index of the first; the others follow. */
  first: number;
  count: number;
  /** How many were let go, in order. */
  begun: number;
  /** How many of these are not final. */
  active: number;
  /** How many have failed for good. */
  failed: number;
  /** What others gave when the loop began and do not give any more: its items still see it. */
  saw: Readonly<Record<string, KeptOutput>>;
};

/** What has come of what a subtask waits for that need not wait for all of it, see `join.ts`. */
export type JoinState = {
  /** How many of its dependencies are there. */
  arrived: number;
  /** When the first of them began; null before, and where there is no deadline. */
  since: number | null;
  /** Ids of those that were not there when it went on; null while it waits. */
  missing: readonly string[] | null;
  /** Whether some were given up that were not rightly skipped: at the deadline, or because they failed. */
  isShort: boolean;
};

/** A subtask that is done again until it is good enough, see `refine.ts`. */
export type RefineState = {
  /** From 1. */
  readonly iteration: number;
  /** What its next attempt, or the one that runs, does. */
  readonly phase: "produce" | "check" | "ended";
  /** What waits for its check. */
  readonly candidate: KeptOutput | null;
  /** What the iteration before was told. */
  readonly feedback: Json;
  readonly best: Iteration | null;
  readonly isAccepted: boolean;
  /** Why it has ended before the last iteration; null where it has not. */
  readonly error: ErrorData | null;
};

/** What one iteration gave, and how good that was. */
export type Iteration = {
  readonly iteration: number;
  readonly score: number;
  readonly kept: KeptOutput;
};

export type SubtaskState = {
  status: SubtaskStatus;
  /** Null for a subtask of the plan itself. */
  item: ItemState | null;
  /** Null unless it has fanned out. */
  items: ItemsState | null;
  /** Null unless it joins. */
  join: JoinState | null;
  /** Null unless it is refined and has produced something. */
  refine: RefineState | null;
  /** Null unless its output is judged and there is one. */
  review: SubtaskReview | null;
  /** The branch that it has chosen. */
  branch: string | null;
  /** Attempts started so far. */
  attempts: number;
  /** Attempts of the present tool that failed. */
  failures: number;
  /** When the next attempt may start; null unless it waits for that. */
  retryAt: number | null;
  /** Whether a tool was called for it that may change the world. */
  hasWritten: boolean;
  /** Whether the fallback tool has taken over. */
  usesFallback: boolean;
  /** How often it had succeeded and was wanted again. */
  timesRedone: number;
  /** The same for items that it had before, by what stands behind its id: `[3]`, `[3][0]`; empty for all others. */
  itemsRedone: Readonly<Record<string, number>>;
  /** What its effect is known by in all runs, once an attempt has begun. */
  effectKey: string | null;
  /** What a person was asked about it. */
  approval: ApprovalState | null;
  /** Where it stands with the limits that all runs share; null where it has not asked. */
  admission: "requested" | "delayed" | "granted" | null;
  /** `seq` of the event that asked for it last; null before any. */
  admissionRequest: number | null;
  /** Whether it waits among the dead letters for somebody to decide. */
  isDeadLetter: boolean;
  /** Whether somebody said what it came to after it had failed. */
  isResolved: boolean;
  /** Dependencies that are not final yet. */
  blockedBy: number;
  /** Place in the ready queue, -1 outside. */
  readyAt: number;
  startedAt: number | null;
  /** Since when its total timeout counts: its first attempt, or the newest resume. */
  begunAt: number | null;
  finishedAt: number | null;
  /** Null where it is large. */
  output: Json;
  largeOutput: LargeValue | null;
  /** Of a fan-out: what its items gave that is large each. */
  largeFields: Readonly<Record<string, LargeValue>> | null;
  reason: SubtaskReason | null;
  /** The subtask because of which this one was skipped. */
  cause: string | null;
  error: ErrorData | null;
};

/** What is known of a name that a subtask had. */
export type Predecessor = Pick<SubtaskState, "attempts" | "timesRedone" | "itemsRedone">;

export type RunState = {
  runId: string;
  /** `seq` of the newest event. */
  seq: number;
  status: RunStatus;
  reason: RunReason | null;
  goal: string;
  settings: RunSettings;
  /** Who plans; null when the plan was given. */
  planner: string | null;
  accepted: AcceptedPlan | null;
  /** In plan order, then the items of those that fan out. */
  subtasks: SubtaskState[];
  /** By id, those that the present plan does not have any more: a revision may have them again. */
  predecessors: Readonly<Record<string, Predecessor>>;
  /** Subtasks that are not final. */
  unsettled: number;
  /** Subtasks that are dead letters. */
  openDeadLetters: number;
  notifications: NotificationsState;
  /** Indices of the subtasks that wait for nothing but their turn: a heap, see `ready.ts`. */
  ready: number[];
  slots: SlotsState;
  lifecycle: LifecycleState;
  questions: QuestionsState;
  review: ReviewState;
  usage: Usage;
  /**
   * Whose budget was too small for what a subtask wanted, if it was; then nothing starts: until
   * the run has more, or until somebody resumes it on another day.
   */
  overBudget: "run" | "day" | null;
  /** Whether most of the money or tokens of the present budget is used. */
  isBudgetLow: boolean;
  flags: QualityFlag[];
  /** Null where it is large; so are the fields that are large each. */
  output: Json;
  largeOutput: LargeValue | null;
  largeFields: Readonly<Record<string, LargeValue>> | null;
  error: ErrorData | null;
  startedAt: number | null;
  finishedAt: number | null;
};

/** The state before the first event. */
export function initialState(runId: string): RunState {
  return {
    runId,
    seq: 0,
    status: "planning",
    reason: null,
    goal: "",
    settings: DEFAULT_SETTINGS,
    planner: null,
    accepted: null,
    subtasks: [],
    predecessors: {},
    unsettled: 0,
    openDeadLetters: 0,
    notifications: initialNotifications(),
    ready: [],
    slots: initialSlots(DEFAULT_SETTINGS.concurrency),
    lifecycle: initialLifecycle(),
    questions: initialQuestions(),
    review: initialReview(),
    usage: initialUsage(),
    overBudget: null,
    isBudgetLow: false,
    flags: [],
    output: null,
    largeOutput: null,
    largeFields: null,
    error: null,
    startedAt: null,
    finishedAt: null,
  };
}

export function initialSubtask(attempts = 0): SubtaskState {
  return {
    status: "pending",
    item: null,
    items: null,
    join: null,
    refine: null,
    review: null,
    branch: null,
    attempts,
    failures: 0,
    retryAt: null,
    hasWritten: false,
    usesFallback: false,
    timesRedone: 0,
    itemsRedone: {},
    effectKey: null,
    approval: null,
    admission: null,
    admissionRequest: null,
    isDeadLetter: false,
    isResolved: false,
    blockedBy: 0,
    readyAt: -1,
    startedAt: null,
    begunAt: null,
    finishedAt: null,
    output: null,
    largeOutput: null,
    largeFields: null,
    reason: null,
    cause: null,
    error: null,
  };
}
