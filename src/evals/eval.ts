/**
 * Evals: how good what judges and plans is, measured against examples whose answer is known.
 *
 * E1. A suite is checked as a whole before anybody is asked: all that is wrong is told at once.
 * E2. What comes out follows from the verdicts alone: not from their order, nor from dice.
 * E3. An example that nobody could judge is no agreement, and is counted for itself.
 * E4. A measure that is not defined is null, never 0 or 1.
 */

import type { Json } from "../base/json.ts";
import type { Evaluated } from "../evaluator/evaluator.ts";
import type { ModelUsage } from "../models/model.ts";
import type { Accept } from "../plan/accept-schema.ts";
import type { Evaluation } from "../plan/evaluation.ts";

/** What people say of an output. */
export type Label = "pass" | "fail";

/** Outputs that people have judged, for a judge to be held against. */
export type JudgeSuite = {
  readonly kind: "judge";
  /** The file's name where it has no other. */
  readonly name: string;
  readonly accept: Accept;
  /** From this score on an output is good enough, 0 to 1. */
  readonly threshold: number;
  /** Of all examples, those that nobody could judge included; 0 to 1. Null for any. */
  readonly minAgreement: number | null;
  /** -1 to 1; null for any. */
  readonly minKappa: number | null;
  /** At least one, in the order of the file. */
  readonly examples: readonly JudgeExample[];
};

export type JudgeExample = {
  /** As it is written, or `#3` for the third. */
  readonly id: string;
  readonly goal: string;
  readonly output: Json;
  /** What subtasks gave, by their ids. */
  readonly evidence: Readonly<Record<string, Json>>;
  readonly label: Label;
  /** What people gave it, 0 to 1; null where they said only pass or fail. */
  readonly score: number | null;
  /** For people. */
  readonly note: string | null;
};

/** What is measured. @throws only what ends the whole: an abort, a budget that is used up */
export type Judge = (example: JudgeExample, signal: AbortSignal) => Promise<Evaluated>;

/** Who judges outputs, as Planwright does. */
export interface Judging {
  evaluate(
    request: {
      readonly goal: string;
      readonly output: Json;
      readonly accept: Accept;
      /** 0 to 1. */
      readonly threshold?: number;
      readonly evidence?: Readonly<Record<string, Json>>;
    },
    options?: { readonly signal?: AbortSignal },
  ): Promise<Evaluated>;
}

/** An example, and what the judge said of it. */
export type JudgedExample = { readonly example: JudgeExample; readonly evaluation: Evaluation };

/** From and to, both included. */
export type Interval = readonly [low: number, high: number];

/** How many of a label had which verdict. */
export type VerdictCounts = Readonly<Record<Evaluation["verdict"], number>>;

/** The words of Landis & Koch for a kappa. */
export type Strength = "poor" | "slight" | "fair" | "moderate" | "substantial" | "almost perfect";

/** How well verdicts agree with labels. All shares are 0 to 1; intervals are at 95 %. */
export type Agreement = {
  /** Of those that were judged. */
  readonly share: number | null;
  readonly interval: Interval | null;
  /** Of all: what nobody could judge agrees with nothing. */
  readonly overall: number;
  /** Beyond chance, -1 to 1, of those that were judged; null where chance alone agrees always. */
  readonly kappa: number | null;
  readonly kappaInterval: Interval | null;
  readonly strength: Strength | null;
};

/** How well the judge finds what is poor: `fail` is what is looked for. All 0 to 1. */
export type Detection = {
  /** Of what it failed, how much is poor. */
  readonly precision: number | null;
  /** Of what is poor and was judged, how much it failed. */
  readonly recall: number | null;
  readonly f1: number | null;
  /** Of all that is poor, judged or not, how much it let pass. */
  readonly falsePassRate: number | null;
};

/** How well scores agree, of the examples that have one and were judged. */
export type ScoreAgreement = {
  readonly examples: number;
  readonly meanAbsoluteError: number;
  /** Rank correlation, -1 to 1; null where one side is always the same. */
  readonly spearman: number | null;
};

/** A verdict that is not the label. */
export type Disagreement = {
  readonly id: string;
  readonly label: Label;
  readonly verdict: Evaluation["verdict"];
  /** The judge's; null where it gave no verdict. */
  readonly score: number | null;
  /** What the judge said first; empty where it said nothing. */
  readonly reason: string;
  readonly note: string | null;
};

export type Measures = {
  readonly examples: number;
  readonly judged: number;
  readonly unjudged: number;
  readonly agreement: Agreement;
  /** By label. */
  readonly confusion: Readonly<Record<Label, VerdictCounts>>;
  readonly detection: Detection;
  /** Null where no example that was judged has a score. */
  readonly scores: ScoreAgreement | null;
  /** The worst first; those that nobody could judge last. */
  readonly disagreements: readonly Disagreement[];
};

/** What it took. */
export type EvalUsage = ModelUsage & {
  readonly modelCalls: number;
  /** From the first question to the last answer. */
  readonly seconds: number;
};

/** A minimum of the suite that was not reached. */
export type Missed = {
  readonly measure: "agreement" | "kappa";
  readonly value: number | null;
  readonly atLeast: number;
};

/** What measuring a judge came to. */
export type Calibration = Measures & {
  readonly kind: "judge";
  readonly name: string;
  readonly threshold: number;
  /** Whoever judged: `rule`, models and evaluators by name. */
  readonly judgedBy: readonly string[];
  /** Whether something was judged, and no minimum was missed. */
  readonly passed: boolean;
  readonly missed: readonly Missed[];
  readonly usage: EvalUsage;
  /** Every example in the suite's order. */
  readonly results: readonly (Pick<JudgeExample, "id" | "label" | "note"> & {
    /** What people gave it. */
    readonly labelScore: number | null;
    readonly evaluation: Evaluation;
  })[];
};
