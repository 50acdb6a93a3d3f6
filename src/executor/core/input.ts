/** Inputs: what the world tells the core. Each carries when; stale ones are ignored. */

import type { Counts } from "../../base/distribution-shift.ts";
import type { ErrorData, Issue } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { Evaluation } from "../../plan/evaluation.ts";
import type { Question } from "../../plan/question.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import type { ModelCallUsage } from "./consumption.ts";
import type { EffectOwner } from "./effect-owner.ts";
import type { Versions } from "./event.ts";
import type { RunSettings, SettingChanges } from "./settings.ts";

export type Timer =
  | { readonly kind: "attempt_timeout"; readonly subtask: string; readonly attempt: number }
  | { readonly kind: "retry"; readonly subtask: string; readonly attempt: number }
  /** `since`: when what is limited began. */
  | { readonly kind: "total_timeout"; readonly subtask: string; readonly since: number }
  /** `since`: when what it waits for began. */
  | { readonly kind: "join"; readonly subtask: string; readonly since: number }
  /** `request`: `seq` of the event that asked. */
  | { readonly kind: "approval"; readonly subtask: string; readonly request: number }
  | { readonly kind: "run_timeout" }
  | { readonly kind: "cancel_grace" };

/** How often which branch of a route was taken: in the present window, and before it. */
export type BranchHistory = { readonly past: Counts; readonly recent: Counts };

/** The four ways an attempt ends. `uncertain`: nobody knows whether its effect happened. */
export type AttemptOutcome =
  | {
      readonly status: "ok";
      readonly output: Json;
      readonly usage?: ModelCallUsage;
      /** Whose output it is, where no tool was called because the effect had happened. */
      readonly reused?: EffectOwner;
      /** Of a route: how often which branch was taken before. */
      readonly branches?: BranchHistory;
    }
  | {
      readonly status: "failed";
      readonly error: ErrorData;
      /** Where in the tool it was thrown. */
      readonly stack?: string;
      readonly usage?: ModelCallUsage;
      /** Its tool was not called, for it could not be paid. */
      readonly isUnpaid?: true;
    }
  | { readonly status: "uncertain" }
  | { readonly status: "cancelled" };

export type RunInput = { readonly at: number } & (
  | {
      readonly type: "start_requested";
      readonly goal: string;
      readonly settings: RunSettings;
      /** The plan, or who makes it. */
      readonly plan: AcceptedPlan | { readonly planner: string };
      readonly parent?: EffectOwner;
      readonly by?: string;
      readonly versions?: Versions;
    }
  /** The plan as far as the planner has written it. */
  | { readonly type: "plan_drafted"; readonly draft: AcceptedPlan }
  | { readonly type: "plan_made"; readonly accepted: AcceptedPlan; readonly usage?: ModelCallUsage }
  | {
      readonly type: "plan_failed";
      readonly error: ErrorData;
      readonly issues: readonly Issue[];
      readonly lastPlan: Json;
      readonly usage?: ModelCallUsage;
    }
  /** The planner needs to know something first. */
  | {
      readonly type: "plan_questioned";
      readonly questions: readonly Question[];
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "questions_answered";
      /** By the id of the question; one to each. */
      readonly answers: Readonly<Record<string, string>>;
      readonly by: string;
    }
  /** `request`: `seq` of the event that asked; `subtask`: null for the whole run. */
  | {
      readonly type: "evaluated";
      readonly request: number;
      readonly subtask: string | null;
      readonly evaluation: Evaluation;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "plan_revised";
      readonly request: number;
      readonly accepted: AcceptedPlan;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "revision_failed";
      readonly request: number;
      readonly error: ErrorData;
      readonly usage?: ModelCallUsage;
    }
  /** An answer that nobody waits for any more. */
  | { readonly type: "answer_ignored"; readonly usage?: ModelCallUsage }
  /** What a person says of an output that was judged too poor. */
  | {
      readonly type: "evaluation_decided";
      readonly decision: "accepted" | "rejected";
      readonly by: string;
      readonly note: string;
    }
  | {
      readonly type: "attempt_ended";
      readonly subtask: string;
      readonly attempt: number;
      readonly outcome: AttemptOutcome;
    }
  /** All runs of the process together let the subtask start; `request`: `seq` of who asked. */
  | { readonly type: "admission_granted"; readonly subtask: string; readonly request: number }
  /** What is behind its tool is down, until a probe says otherwise. */
  | {
      readonly type: "admission_delayed";
      readonly subtask: string;
      readonly request: number;
      readonly until: number;
    }
  | {
      readonly type: "breaker_opened";
      readonly tool: string;
      readonly circuit: string;
      readonly until: number;
    }
  | { readonly type: "breaker_closed"; readonly tool: string; readonly circuit: string }
  | { readonly type: "timer_rang"; readonly timer: Timer }
  /** A driver took over: the first one after a crash, or the next one after a pause. */
  | ({
      readonly type: "resume_requested";
      readonly by?: string;
      readonly versions?: Versions;
    } & SettingChanges)
  /** The process that drove the run is gone, and nobody wants to go on with it now. */
  | { readonly type: "interruption_found" }
  /** What a person says to a subtask that waits for it. */
  | {
      readonly type: "approval_decided";
      readonly subtask: string;
      readonly decision: "approved" | "denied";
      readonly by: string;
      readonly note: string;
      readonly input?: JsonObject;
      /** Tells it from another that says the same. */
      readonly id?: string;
    }
  /** Do these again, and all that follows from them; null for everything. */
  | ({
      readonly type: "restart_requested";
      readonly subtasks: readonly string[] | null;
      readonly by: string;
      readonly versions?: Versions;
    } & SettingChanges)
  /** Do these dead letters again, and what follows from them. */
  | ({
      readonly type: "dead_letters_retried";
      readonly subtasks: readonly string[];
      readonly by: string;
      readonly versions?: Versions;
    } & SettingChanges)
  /** Somebody has looked, and says what it came to. */
  | ({
      readonly type: "dead_letter_resolved";
      readonly subtask: string;
      readonly output: Json;
      readonly by: string;
      readonly note: string;
      readonly versions?: Versions;
    } & SettingChanges)
  | {
      readonly type: "dead_letter_discarded";
      readonly subtask: string;
      readonly by: string;
      readonly note: string;
    }
  /** `notification` as in the effect `notify`. */
  | { readonly type: "notification_delivered"; readonly notification: number }
  | {
      readonly type: "notification_failed";
      readonly notification: number;
      readonly error: ErrorData;
    }
  | { readonly type: "pause_requested"; readonly by: string }
  | { readonly type: "cancel_requested"; readonly by: string }
);
