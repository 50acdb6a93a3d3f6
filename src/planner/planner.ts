/**
 * Planners: goal in, plan out.
 *
 * A planner proposes; the caller's `check` disposes. What a planner returns as a plan has
 * passed `check`. The embedded planner and the model planner answer the same interface.
 *
 * P1. A planner never runs a tool.
 * P2. A plan only uses tools of the request.
 * P3. What it cannot plan ends in `failed` with what was wrong, never in an invented step.
 */

import type { Issue } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { Model, ModelRequest, ModelUsage } from "../models/model.ts";
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

/** What goes to a model; keys are not part of it. */
export type PlannerPrompt = Pick<ModelRequest, "system" | "messages" | "schema">;

export interface Planner {
  /** `embedded`, or the model's name. */
  readonly name: string;
  /** What a model would be asked first. */
  prompt?(request: Pick<PlanRequest, "goal" | "tools" | "now">): PlannerPrompt;
  /** @throws {ModelError} when the provider fails for good or the signal aborts */
  plan(request: PlanRequest): Promise<PlanOutcome>;
}
