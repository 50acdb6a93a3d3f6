/**
 * Effects: orders to the driver. Each is plain JSON and could be carried out on another
 * machine. They may be performed only when the events of the same step are durable.
 */

import type { JsonObject } from "../../base/json.ts";
import type { EvaluationOrder, Feedback } from "../../plan/evaluation.ts";
import type { Clarification } from "../../plan/question.ts";
import type { ToolPolicy } from "./accepted-plan.ts";
import type { Timer } from "./input.ts";

/** What somebody outside is told. */
export type Notification = {
  readonly type: "dead_letters.threshold_reached";
  readonly runId: string;
  readonly goal: string;
  readonly count: number;
  readonly threshold: number;
  /** The dead letters that are open. */
  readonly subtasks: readonly string[];
};

/** What is known of a route before its tool is called. */
export type Deciding = {
  /** Whether equal inputs reuse the decision; null where a model has decided. */
  readonly cache: boolean | null;
  /** What its output may mean: between other branches it is another decision. */
  readonly between: {
    readonly by: string;
    readonly branches: readonly string[];
    readonly default: string | null;
  };
};

export type Effect =
  /** Ask the planner; answered by `plan_made`, `plan_questioned` or `plan_failed`. */
  | {
      readonly type: "request_plan";
      readonly goal: string;
      readonly clarifications: readonly Clarification[];
    }
  | { readonly type: "abort_planning" }
  /** Let it be judged; answered by `evaluated`. `request`: `seq` of the event that asks. */
  | ({ readonly type: "evaluate"; readonly request: number } & EvaluationOrder)
  /** Ask the planner for another revision; answered by `plan_revised` or `revision_failed`. */
  | {
      readonly type: "request_revision";
      readonly request: number;
      readonly goal: string;
      readonly feedback: Feedback;
      readonly inputs: JsonObject;
      /** Policies of the tools of the present plan: some may be gone. */
      readonly tools: { readonly [name: string]: ToolPolicy };
      /** Whether a stronger model shall plan. */
      readonly isStronger: boolean;
      /** Whether somebody gave the first plan, who may do more than a planner. */
      readonly isGiven: boolean;
    }
  /** Nobody waits for what is being judged or planned anew; no answer is needed. */
  | { readonly type: "abort_review" }
  /** Ask the process; answered by `admission_granted`, and by `admission_delayed` while it waits. */
  | {
      readonly type: "request_admission";
      readonly subtask: string;
      /** `seq` of the event that asks. */
      readonly request: number;
      readonly tool: string;
      readonly input: JsonObject;
    }
  /** It is not needed any more, granted or not. */
  | { readonly type: "withdraw_admission"; readonly subtask: string }
  /** Call the tool; answered by `attempt_ended`. */
  | {
      readonly type: "start_attempt";
      readonly subtask: string;
      readonly attempt: number;
      readonly tool: string;
      /** Resolved, not yet validated by the tool's schema. */
      readonly input: JsonObject;
      /** The same for every attempt of the subtask. */
      readonly idempotencyKey: string;
      /** What is known of the effect in all runs: the key, and what tool the plan names for it. */
      readonly effect?: { readonly key: string; readonly tool: string };
      /** Its output decides a route. */
      readonly decides?: Deciding;
    }
  /** Abort its signal; whether it ends or not, its answer no longer counts. */
  | {
      readonly type: "abort_attempt";
      readonly subtask: string;
      readonly attempt: number;
      readonly reason: "timeout" | "cancelled";
    }
  /** Tell somebody outside; answered by `notification_delivered` or `notification_failed`. */
  | {
      readonly type: "notify";
      /** `seq` of the event that is told of. */
      readonly notification: number;
      readonly message: Notification;
      /** The same whenever it is sent. */
      readonly idempotencyKey: string;
    }
  /** Ring not before `at`; answered by `timer_rang`. A ring may be stale. */
  | { readonly type: "set_timer"; readonly timer: Timer; readonly at: number };
