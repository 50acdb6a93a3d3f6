/** The checks that a request asks for, by what they cost. */

import { excerptOf } from "../base/json.ts";
import { CHECKS, type CheckName } from "../plan/accept-schema.ts";
import type { EvaluationFlag, ResolvedCriterion } from "../plan/evaluation.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import { excerpt, textOf } from "./output-text.ts";

/** Cheapest first. */
export const STAGES = ["rules", "similarity", "grounding", "own", "judge"] as const;
export type Stage = (typeof STAGES)[number];

export type PlannedCheck = {
  readonly check: CheckName | "goal";
  readonly stage: Stage;
  /** With what it is about; the goal's has no rule. */
  readonly criterion: ResolvedCriterion;
  /** What is wanted, in a few words. */
  readonly wanted: string;
  /** Of the criterion; if that has several checks, its share of it. */
  readonly weight: number;
  /** From which score it holds. */
  readonly atLeast: number;
  /** Whether the whole fails with it, whatever the score is. */
  readonly isHard: boolean;
};

/** What was found out about a check. */
export type Finding = {
  readonly planned: PlannedCheck;
  /** 0 to 1; null where nobody could say. */
  readonly score: number | null;
  readonly holds: boolean | null;
  readonly reason: string;
  readonly by: string;
};

/** What a stage gives. */
export type StageOutcome = {
  readonly findings: readonly Finding[];
  readonly flags?: readonly EvaluationFlag[];
  /** Ids of subtasks that somebody blames. */
  readonly blame?: readonly string[];
  /** Of the judges, 0 to 1. */
  readonly confidence?: number | null;
};

/** In the order in which the criteria stand; the goal comes last. */
export function plannedChecks(
  { criteria, threshold, judgesGoal }: EvaluationRequest,
  hasJudges: boolean,
): PlannedCheck[] {
  const planned = criteria.flatMap((criterion) => {
    const checks = CHECKS.filter((check) => criterion.rule[check] !== undefined);
    const weight = (criterion.rule.weight ?? 1) / checks.length;
    return checks.map((check) => planOf(check, criterion, { threshold, hasJudges, weight }));
  });
  if (!judgesGoal) return planned;
  const goal = {
    check: "goal",
    stage: "judge",
    criterion: { rule: {} },
    wanted: "the output reaches the goal",
    weight: 1,
    atLeast: threshold,
    isHard: false,
  } as const;
  return [...planned, goal];
}

const GROUNDED = 0.8;

type Setting = {
  readonly threshold: number;
  readonly hasJudges: boolean;
  readonly weight: number;
};

function planOf(
  check: CheckName,
  criterion: ResolvedCriterion,
  { threshold, hasJudges, weight }: Setting,
): PlannedCheck {
  const { rule, broken } = criterion;
  const stage = stageOf(check, criterion, hasJudges);
  return {
    check,
    stage,
    criterion,
    wanted: wantedOf(check, criterion),
    weight,
    // A rule holds in full, unless less is wanted.
    atLeast: atLeastOf(check, criterion, stage === "rules" ? 1 : threshold),
    isHard: check !== "criterion" || rule.atLeast !== undefined || broken?.check === check,
  };
}

function stageOf(check: CheckName, criterion: ResolvedCriterion, hasJudges: boolean): Stage {
  if (isBroken(check, criterion)) return "rules";
  switch (check) {
    case "similarTo":
      return "similarity";
    case "grounded":
      return hasJudges ? "judge" : "grounding";
    case "evaluator":
      return "own";
    case "criterion":
      return "judge";
    default:
      return "rules";
  }
}

/** Whether it is made of expressions that were not worked out. */
export function isBroken(check: PlannedCheck["check"], { broken }: ResolvedCriterion): boolean {
  return broken?.check === check || broken?.others.some((other) => other === check) === true;
}

function atLeastOf(check: CheckName, { rule }: ResolvedCriterion, otherwise: number): number {
  if (check !== "grounded") return rule.atLeast ?? otherwise;
  return typeof rule.grounded === "number" ? rule.grounded : (rule.atLeast ?? GROUNDED);
}

function wantedOf(check: CheckName, { rule, written, words }: ResolvedCriterion): string {
  switch (check) {
    case "criterion":
      if (words === undefined) return rule.criterion ?? "";
      return words
        .map((part) => (typeof part === "string" ? part : excerpt(textOf(part.value))))
        .join("");
    case "noPlaceholders":
      return "nothing is left to be filled in";
    case "grounded":
      return "what it claims is supported";
    case "evaluator":
      return `the evaluator ${rule.evaluator}`;
    case "expression":
      return `expression ${written ?? String(rule.expression)}`;
    default:
      return `${check} ${excerptOf(rule[check] ?? null)}`;
  }
}
