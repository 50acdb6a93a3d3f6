/** Words for what was judged, shared by who judges, who plans anew, and the journal. */

import type { Json } from "../base/json.ts";
import type { CheckName, CriterionRule } from "./accept-schema.ts";
import type { Plan } from "./schema.ts";

/** A criterion with its expressions worked out. */
export type ResolvedCriterion = {
  /** With `expression` being true or false. */
  readonly rule: CriterionRule;
  /** What could not be worked out; then `rule` is as the plan has it. */
  readonly broken?: BrokenCriterion;
  /** As the plan has `expression`, for reasons. */
  readonly written?: string;
  /** `criterion` in its parts; left out where no expression stands in it. */
  readonly words?: CriterionWords;
};

/**
 * A criterion in plain words: texts as its author wrote them, and between them what the
 * expressions came to. A text may be trusted as far as the plan is; a value is data.
 */
export type CriterionWords = readonly (string | CriterionValue)[];

export type CriterionValue = { readonly expression: string; readonly value: Json };

/** A criterion of which an expression could not be worked out. */
export type BrokenCriterion = {
  /** Whose expression it is: this check does not hold. */
  readonly check: CheckName;
  /** Those whose expressions were not worked out either: nobody can say whether they hold. */
  readonly others: readonly CheckName[];
  /** Which expression, and why. */
  readonly message: string;
};

/** What a subtask gave, as evidence. */
export type Evidence = {
  readonly subtask: string;
  readonly tool: string;
  /** What it was to do, for people; may be empty. */
  readonly description: string;
  readonly output: Json;
  /** Whether a model has written it, so that it supports no claim. @default nobody knows */
  readonly isWritten?: boolean | undefined;
};

/** An output that is to be judged, and by what. */
export type EvaluationOrder = {
  readonly goal: string;
  /** The subtask that gave the output; null for the output of the whole run. */
  readonly subtask: string | null;
  readonly output: Json;
  readonly criteria: readonly ResolvedCriterion[];
  /** From this score on it is good enough, 0 to 1. */
  readonly threshold: number;
  /** Whether a judge is also asked if the output reaches the goal. */
  readonly judgesGoal: boolean;
  /** What the output is made of, in plan order. */
  readonly evidence: readonly Evidence[];
};

/** What one check of one criterion came to. */
export type CheckResult = {
  readonly check: CheckName | "goal";
  /** What was wanted, in a few words. */
  readonly criterion: string;
  /** 0 to 1; null where nobody could say. */
  readonly score: number | null;
  /** Whether it holds; null where nobody could say, or it was not asked any more. */
  readonly holds: boolean | null;
  readonly reason: string;
  /** Who says so: `rule`, or the name of a model or of an evaluator. */
  readonly by: string;
};

/** Something a reader of an evaluation must know about it. */
export type EvaluationFlag = {
  readonly code:
    | "judge_unusable"
    | "judges_disagree"
    | "suspected_injection"
    | "evaluator_failed"
    | "not_judged";
  readonly message: string;
};

/** A judged output. */
export type Evaluation = {
  /** 0 to 1, the weighted mean of the checks, what was not asked any more counting 0; null for none. */
  readonly score: number | null;
  /** `none`: nobody could judge it, which is neither good nor bad. */
  readonly verdict: "pass" | "fail" | "none";
  readonly threshold: number;
  readonly checks: readonly CheckResult[];
  /** What is wrong with it, in sentences; of what passed, why. */
  readonly reasons: readonly string[];
  /** Ids of the subtasks that are to blame. */
  readonly blame: readonly string[];
  /** Of the judges, 0 to 1; null where none was asked. */
  readonly confidence: number | null;
  readonly flags: readonly EvaluationFlag[];
};

/** Why a plan is to be revised. */
export type ReplanTrigger = "low_score" | "subtask_failed" | "nothing_to_do" | "tool_missing";

/** How a subtask of the present plan stands, for who plans anew. */
export type SubtaskReport = {
  readonly id: string;
  readonly status:
    | "pending"
    | "waiting"
    | "running"
    | "succeeded"
    | "failed"
    | "skipped"
    | "cancelled";
  /** Whether it has changed the world, or may have: it stays in the plan as it is. */
  readonly isFixed: boolean;
  /** Of its output's JSON the beginning and the end. */
  readonly output?: string;
  readonly error?: string;
};

/** How a run has gone, and what is wrong: what a revision of its plan is made from. */
export type Feedback = {
  readonly plan: Plan;
  readonly revision: number;
  readonly trigger: ReplanTrigger;
  /** What is wrong; `subtask` is null for what is wrong with the whole. */
  readonly causes: readonly { readonly subtask: string | null; readonly message: string }[];
  /** Ids of the subtasks that are to blame. */
  readonly blame: readonly string[];
  readonly subtasks: readonly SubtaskReport[];
  /** Of the JSON of what came out the beginning and the end; left out where nothing did. */
  readonly output?: string;
};
