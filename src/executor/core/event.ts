/**
 * Events: the facts of a run, in the past tense. They are the journal's vocabulary:
 * new types and new optional fields may come, none is ever reinterpreted.
 */

import type { Counts } from "../../base/distribution-shift.ts";
import type { ErrorData, Issue } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { Clarification, Question } from "../../plan/question.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import type { ModelCallUsage } from "./consumption.ts";
import type { EffectOwner } from "./effect-owner.ts";
import type { LargeValue } from "./large-value.ts";
import type { QualityFlag } from "./quality-flag.ts";
import type { ReviewEvent } from "./review-event.ts";
import type { RunSettings, SettingChanges } from "./settings.ts";
import type { RunReason, RunStatus, SubtaskReason } from "./status.ts";

/** What a run was driven by. */
export type Versions = {
  /** Of this package. */
  readonly planwright: string;
  readonly node: string;
  /** The format of journals that it writes. */
  readonly journal: number;
};

export type EventBody =
  | ReviewEvent
  | {
      readonly type: "run.started";
      readonly goal: string;
      readonly settings: RunSettings;
      /** Null when the plan was given. */
      readonly planner: string | null;
      /** Inside which subtask of another run it is. */
      readonly parent?: EffectOwner;
      readonly by?: string;
      readonly versions?: Versions;
    }
  | {
      /** The planner still writes; this much of the plan may begin. */
      readonly type: "plan.drafted";
      /** What came since the draft before. */
      readonly added: AcceptedPlan;
    }
  | {
      readonly type: "plan.accepted";
      readonly accepted: AcceptedPlan;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "plan.rejected";
      readonly error: ErrorData;
      readonly issues: readonly Issue[];
      /** The planner's newest proposal, for the user to mend. */
      readonly lastPlan: Json;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "questions.asked";
      readonly questions: readonly Question[];
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "questions.answered";
      readonly answers: readonly Clarification[];
      readonly by: string;
    }
  /** It does its work once for each of so many elements; the items are named `id[0]`, `id[1]`, … */
  | { readonly type: "items.expanded"; readonly subtask: string; readonly count: number }
  /** All items have ended, and their outputs in order are its output. */
  | { readonly type: "items.collected"; readonly subtask: string }
  /** It goes on with what is there of what it depends on. */
  | {
      readonly type: "join.closed";
      readonly subtask: string;
      /** `enough` has succeeded; the `deadline` is over; all are `settled`, and no more will come. */
      readonly reason: "enough" | "deadline" | "settled";
      /** Of its dependencies those that are not there: it sees nothing of them, also later. */
      readonly missing: readonly string[];
    }
  /** Its attempt gave something that is now looked at. */
  | {
      readonly type: "iteration.produced";
      readonly subtask: string;
      readonly attempt: number;
      readonly iteration: number;
      /** Null where it is large. */
      readonly output: Json;
      readonly largeOutput?: LargeValue;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "iteration.checked";
      readonly subtask: string;
      readonly iteration: number;
      /** That has checked it; left out where no tool did. */
      readonly attempt?: number;
      readonly isAccepted: boolean;
      readonly score: number;
      /** For the next iteration. */
      readonly feedback: Json;
      readonly usage?: ModelCallUsage;
    }
  /** There is no further iteration: what the best one gave is its output. */
  | {
      readonly type: "iterations.ended";
      readonly subtask: string;
      /** The best one, from 1. */
      readonly best: number;
      readonly score: number;
      readonly isAccepted: boolean;
      /** Why it ended before the last one. */
      readonly error?: ErrorData;
    }
  /** What it gave chooses what runs of that which depends on it. */
  | {
      readonly type: "route.decided";
      readonly subtask: string;
      readonly branch: string;
      /** What was to be taken; null where that is no text. */
      readonly label: string | null;
      /** From 0 to 1; null where it is not known. */
      readonly confidence: number | null;
      /** Why it is the default branch, where something else spoke against the label. */
      readonly instead?: "low_confidence" | "unknown_branch";
    }
  | {
      /** Lately the branches are taken so otherwise than before that chance hardly explains it. */
      readonly type: "route.shifted";
      readonly subtask: string;
      /** How often each branch was taken. */
      readonly past: Counts;
      readonly recent: Counts;
    }
  | {
      readonly type: "attempt.started";
      readonly subtask: string;
      readonly attempt: number;
      readonly tool: string;
      /** What its tool says a call costs. */
      readonly costUsd?: number;
      /** What the plan says its effect is known by, in all runs. */
      readonly effectKey?: string;
    }
  | {
      readonly type: "attempt.failed";
      readonly subtask: string;
      readonly attempt: number;
      readonly error: ErrorData;
      /** Where in the tool it was thrown. */
      readonly stack?: string;
      readonly usage?: ModelCallUsage;
      /** What its tool would have cost, where it was not called because it could not be paid. */
      readonly unpaidUsd?: number;
      /** When another attempt follows, in milliseconds since the epoch. */
      readonly retryAt?: number;
    }
  /** The wait before the next attempt is over. */
  | { readonly type: "retry.due"; readonly subtask: string; readonly attempt: number }
  /** All attempts have failed; another tool takes over. */
  | { readonly type: "fallback.chosen"; readonly subtask: string; readonly tool: string }
  | {
      readonly type: "approval.requested";
      readonly subtask: string;
      readonly revision: number;
      /** What it would call; the fallback of the one that the plan names, perhaps. */
      readonly tool?: string;
      /** Exactly what its tool would be given. */
      readonly input: JsonObject;
      /** What is decided then, if nobody has decided before. */
      readonly expiry?: {
        /** Milliseconds since the epoch. */
        readonly at: number;
        readonly decision: "approved" | "denied";
      };
    }
  | {
      readonly type: "approval.decided";
      readonly subtask: string;
      /** `seq` of the event that asked. */
      readonly request: number;
      readonly decision: "approved" | "denied";
      readonly by: string;
      readonly note: string;
      /** In the place of the one that was asked about. */
      readonly input?: JsonObject;
      /** Tells it from another decision that says the same. */
      readonly id?: string;
    }
  /** Its tool has limits that all runs of the process share. */
  | { readonly type: "admission.requested"; readonly subtask: string; readonly tool: string }
  | {
      readonly type: "admission.delayed";
      readonly subtask: string;
      readonly reason: "breaker_open";
      /** When somebody may try again, in milliseconds since the epoch. */
      readonly until: number;
    }
  | { readonly type: "admission.granted"; readonly subtask: string }
  | {
      readonly type: "attempt.uncertain";
      readonly subtask: string;
      readonly attempt: number;
      /** Whether running it again is safe, so that it goes back among the ready ones. */
      readonly rerun: boolean;
    }
  | { readonly type: "attempt.cancelled"; readonly subtask: string; readonly attempt: number }
  | {
      readonly type: "subtask.succeeded";
      readonly subtask: string;
      readonly attempt: number;
      /** Null where it is large. */
      readonly output: Json;
      readonly largeOutput?: LargeValue;
      /** Who had its effect before, under the same key: the output is that one's, and no tool was called. */
      readonly reused?: EffectOwner;
      /** What the effect that this ends is known by; the subtask may have another one later. */
      readonly effectKey?: string;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "subtask.failed";
      readonly subtask: string;
      readonly reason: SubtaskReason;
      readonly error: ErrorData;
    }
  | {
      readonly type: "subtask.skipped";
      readonly subtask: string;
      readonly reason: SubtaskReason;
      /** The subtask because of which this one cannot run. */
      readonly cause?: string;
      readonly error?: ErrorData;
    }
  | { readonly type: "subtask.cancelled"; readonly subtask: string; readonly reason: SubtaskReason }
  | {
      readonly type: "dead_letter.added";
      readonly subtask: string;
      readonly reason: SubtaskReason;
      readonly attempts: number;
      readonly error: ErrorData;
    }
  | {
      /** Somebody has decided about a dead letter. */
      readonly type: "dead_letter.resolved";
      readonly subtask: string;
      readonly resolution: "retried" | "discarded" | "resolved";
      readonly by: string;
      /** In the words of who decided. */
      readonly note: string;
      readonly effectKey?: string;
    }
  /** Somebody says what a subtask that failed came to; what was skipped because of it can run. */
  | {
      readonly type: "subtask.resolved";
      readonly subtask: string;
      readonly output: Json;
      readonly effectKey?: string;
    }
  | {
      /** So many dead letters are open as somebody wants to hear of. */
      readonly type: "dead_letters.threshold_reached";
      readonly count: number;
      readonly threshold: number;
      readonly subtasks: readonly string[];
    }
  /** `notification`: `seq` of the event that is told of. */
  | { readonly type: "notification.delivered"; readonly notification: number }
  | {
      readonly type: "notification.failed";
      readonly notification: number;
      readonly error: ErrorData;
    }
  /** Most of the money or tokens of the budget is used; cheaper models take over where there are any. */
  | { readonly type: "budget.low"; readonly share: number }
  /** A tool that the plan names, or one thing behind it, is taken to be down. */
  | {
      readonly type: "breaker.opened";
      readonly tool: string;
      /** What shares the breaker: the tool's name, or the part of it that is down. */
      readonly circuit: string;
      /** When the next probe may pass. */
      readonly until: number;
    }
  | { readonly type: "breaker.closed"; readonly tool: string; readonly circuit: string }
  /** A run that had ended goes on. */
  | ({
      readonly type: "run.reopened";
      readonly by: string;
      readonly versions?: Versions;
    } & SettingChanges)
  /** These are done again. */
  | {
      readonly type: "subtasks.reset";
      readonly subtasks: readonly string[];
      /** Of these, what goes on with the check of what it has produced. */
      readonly keeping?: readonly string[];
    }
  | { readonly type: "pause.requested"; readonly by: string }
  | { readonly type: "run.paused" }
  /** Nothing more can start before somebody gives more. */
  | { readonly type: "run.waiting"; readonly reason: "budget_exceeded" | "approval" | "evaluation" }
  | ({
      readonly type: "run.resumed";
      readonly by?: string;
      readonly versions?: Versions;
    } & SettingChanges)
  | {
      readonly type: "run.cancelled";
      readonly reason: "requested" | "timeout";
      readonly by: string;
    }
  | {
      readonly type: "run.completed";
      readonly status: RunStatus;
      readonly reason: RunReason | null;
      /** Null where it is large. */
      readonly output: Json;
      readonly largeOutput?: LargeValue;
      /** Fields of the output that are large each; null in it. */
      readonly largeFields?: Readonly<Record<string, LargeValue>>;
      readonly flags: readonly QualityFlag[];
      readonly error: ErrorData | null;
    };

/** An event as the journal holds it; `at` in milliseconds since the epoch, `seq` from 1. */
export type RunEvent = EventBody & {
  readonly runId: string;
  readonly seq: number;
  readonly at: number;
};

export type EventType = RunEvent["type"];
