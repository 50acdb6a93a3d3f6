/**
 * Planners: goal in, plan out.
 *
 * A planner proposes; the caller's `check` disposes. What a planner returns as a plan has
 * passed `check`. The embedded planner and the model planner answer the same interface.
 *
 * P1. A planner never runs a tool.
 * P2. A plan only uses tools of the request.
 * P3. A revision keeps what is not to blame, with all that people have said about it.
 * P4. What it cannot plan ends in `failed` with what was wrong, never in an invented step.
 */

import type { Issue } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { Model, ModelRequest, ModelUsage } from "../models/model.ts";
import type { Feedback } from "../plan/evaluation.ts";
import type { Clarification, Question } from "../plan/question.ts";
import type { Plan } from "../plan/schema.ts";
import type { ToolDescription } from "../tools/tool.ts";

export interface PlanRequest {
  readonly goal: string;
  /** What the plan may call. */
  readonly tools: readonly ToolDescription[];
  /** What a planner asked before about this goal, and the user said. */
  readonly clarifications?: readonly Clarification[];
  /** Milliseconds since the epoch: what "today" means. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** The planner's model as it may be used for this request. @default as it is */
  meter?(model: Model): Model;
  /** Every issue of a proposed plan, empty when it can run. The value is untrusted JSON. */
  check(plan: Json): readonly Issue[];
  /**
   * Told of the plan so far, which passes `check`, while the rest is being written. The plan
   * in the end may differ.
   */
  onDraft?(plan: Plan): void;
  /** Told when a round ends and another begins, with what was wrong. */
  onRepair?(round: number, issues: readonly Issue[]): void;
}

export type PlanOutcome =
  | {
      readonly status: "planned";
      readonly plan: Plan;
      readonly usage: ModelUsage;
      readonly modelCalls: number;
    }
  | {
      /** It cannot plan before the user has answered. */
      readonly status: "asks";
      readonly questions: readonly Question[];
      readonly usage: ModelUsage;
      readonly modelCalls: number;
    }
  | {
      readonly status: "failed";
      /** What the user reads first, with its cure in each issue's `hint`. */
      readonly issues: readonly Issue[];
      /** The newest proposal, valid JSON but not a valid plan, for the user to mend. */
      readonly lastPlan?: Json;
      readonly usage: ModelUsage;
      readonly modelCalls: number;
    };

/** A plan that is under way, or has ended, shall be planned anew. */
export interface RevisionRequest
  extends Pick<PlanRequest, "goal" | "tools" | "now" | "signal" | "meter" | "check" | "onRepair"> {
  /** How it has gone. */
  readonly feedback: Feedback;
  /** Another model than the planner's own, for this revision. @default the planner's */
  readonly model?: Model | undefined;
}

/** What goes to a model; keys are not part of it. */
export type PlannerPrompt = Pick<ModelRequest, "system" | "messages" | "schema">;

export interface Planner {
  /** `embedded`, or the model's name. */
  readonly name: string;
  /** What a model would be asked first. */
  prompt?(request: Pick<PlanRequest, "goal" | "tools" | "now">): PlannerPrompt;
  /** @throws {ModelError} when the provider fails for good or the signal aborts */
  plan(request: PlanRequest): Promise<PlanOutcome>;
  /**
   * Plan anew, with what is known by now. The plan that comes back is whole, and has passed
   * `check`, which also refuses a revision that drops what has changed the world already.
   * @throws {ModelError} when the provider fails for good or the signal aborts
   */
  revise(request: RevisionRequest): Promise<PlanOutcome>;
}
