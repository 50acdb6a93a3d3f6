/**
 * Evaluators: an output in, a judgement out.
 *
 * What a plan accepts is checked cheapest first: rules, then likeness and grounding, then
 * evaluators of the user's own, then a judge model. Once a check that can be trusted fails, nobody
 * dearer is asked.
 *
 * V1. What rules say stands: no judge outvotes a rule that does not hold.
 * V2. A judge that gives no usable answer is no evaluation: it neither passes nor fails.
 * V3. An output is data. Whatever it says, the judge's answer is read in one form only.
 * V4. The score is the weighted mean of all checks; one that was not asked any more counts 0.
 */

import type { Clock } from "../base/clock.ts";
import type { Duration } from "../base/duration.ts";
import type { Model, ModelUsage } from "../models/model.ts";
import type { Evaluation, EvaluationOrder } from "../plan/evaluation.ts";

export interface EvaluationRequest extends EvaluationOrder {
  readonly signal: AbortSignal;
  /** A judge model as it may be used for this request. @default as it is */
  meter?(model: Model): Model;
}

/** A judgement, and what it has used. */
export type Evaluated = {
  readonly evaluation: Evaluation;
  readonly usage: ModelUsage;
  readonly modelCalls: number;
};

/** What an evaluator of the user's own is given. */
export type OwnRequest = Pick<EvaluationRequest, "goal" | "subtask" | "output" | "evidence"> & {
  /** Aborts also when its time is up. */
  readonly signal: AbortSignal;
};

/** What it says. */
export type OwnVerdict = {
  /** 0 to 1. */
  readonly score: number;
  readonly reason?: string | undefined;
  /** Ids of subtasks that are to blame. */
  readonly blame?: readonly string[] | undefined;
};

/** An evaluator of the user's own, named by `accept: [{ evaluator: NAME }]`. */
export interface OwnEvaluator {
  /** `snake_case`, at most 64 characters. */
  readonly name: string;
  /** How long it may take; then it has given no judgement. @default "60s" */
  readonly timeout?: Duration | undefined;
  evaluate(request: OwnRequest): OwnVerdict | Promise<OwnVerdict>;
}

export interface EvaluatorOptions {
  /** The judges, asked side by side; none where there is no model. */
  readonly judges: readonly Model[];
  /** How several judges become one score. @default "mean" */
  readonly combine?: "mean" | "majority" | undefined;
  readonly own?: readonly OwnEvaluator[] | undefined;
  /** For the timeouts of these. @default the system's */
  readonly clock?: Clock | undefined;
}

export interface Evaluator {
  /** @throws {ModelError} only when the signal aborts or the budget does not allow it */
  evaluate(request: EvaluationRequest): Promise<Evaluated>;
}
