/** The dearest stage: judges are asked about plain words, about the goal, and about grounding. */

import type { EvaluationFlag } from "../plan/evaluation.ts";
import { askJudge, type Question, type Spending } from "./ask-judge.ts";
import { combineJudgements, type Judgement } from "./combine-judgements.ts";
import type { EvaluationRequest, EvaluatorOptions } from "./evaluator.ts";
import { extractiveSupport, groundingFinding, type Support, sourcesFor } from "./grounding.ts";
import {
  GROUNDING_SCHEMA,
  type GroundingAnswer,
  RUBRIC_SCHEMA,
  type RubricAnswer,
  readGroundingAnswer,
  readRubricAnswer,
} from "./judge-answer.ts";
import {
  GROUNDING_INSTRUCTIONS,
  groundingQuestion,
  RUBRIC_INSTRUCTIONS,
  type RubricItem,
  rubricQuestion,
} from "./judge-prompt.ts";
import type { Finding, PlannedCheck, StageOutcome } from "./planned-check.ts";

export type JudgeContext = {
  readonly request: EvaluationRequest;
  readonly options: Pick<EvaluatorOptions, "judges" | "combine">;
  readonly spending: Spending;
  /** What cheaper stages have found. */
  readonly before: readonly Finding[];
};

/** @throws {ModelError} when the signal aborts or the budget does not allow it */
export async function askJudges(
  checks: readonly PlannedCheck[],
  context: JudgeContext,
): Promise<StageOutcome> {
  if (context.options.judges.length === 0) return notJudged(checks);
  const [grounded, rubric] = await settled([
    checkGroundingByJudge(
      checks.filter(({ check }) => check === "grounded"),
      context,
    ),
    askRubric(
      checks.filter(({ check }) => check !== "grounded"),
      context,
    ),
  ]);
  const before = [...context.before, ...(grounded?.findings ?? [])];
  const judged = combineJudgements(rubric?.checks ?? [], rubric?.judgements ?? [], {
    before,
    combine: context.options.combine ?? "mean",
    threshold: context.request.threshold,
  });
  return {
    ...judged,
    findings: [...(grounded?.findings ?? []), ...judged.findings],
    flags: [...(grounded?.flags ?? []), ...(rubric?.flags ?? []), ...(judged.flags ?? [])],
  };
}

function notJudged(checks: readonly PlannedCheck[]): StageOutcome {
  const message = "There is no judge model, so what is wanted in plain words was not judged.";
  return {
    findings: checks.map((planned) => ({
      planned,
      score: null,
      holds: null,
      reason: "There is no judge model.",
      by: "judge",
    })),
    flags: [{ code: "not_judged", message }],
  };
}

/** A judge has a new look at the whole of what it knows, so all criteria are one question. */
async function askRubric(checks: readonly PlannedCheck[], context: JudgeContext) {
  const { request, options } = context;
  if (checks.length === 0) return { checks, judgements: [], flags: [] };
  const question: Question<RubricAnswer> = {
    instructions: RUBRIC_INSTRUCTIONS,
    content: rubricQuestion(request, checks.map(rubricItem)),
    schema: { name: "judgement", schema: RUBRIC_SCHEMA },
    read: (text) => readRubricAnswer(text, checks.length),
  };
  const asked = await settled(
    options.judges.map(async (judge) => ({
      judge: judge.name,
      reading: await askJudge(judge, question, context),
    })),
  );
  const judgements: Judgement[] = [];
  const flags: EvaluationFlag[] = [];
  for (const { judge, reading } of asked) {
    if (reading.problem !== undefined) flags.push(unusable(judge, reading.problem));
    else {
      judgements.push({ judge, ...reading.answer });
      if (reading.answer.suspectedInjection) flags.push(suspicion(judge));
    }
  }
  return { checks, judgements, flags };
}

const GOAL =
  "The output reaches the goal: it gives all that the goal asks for, correctly as far as the evidence shows, and nothing that the goal does not want.";

function rubricItem({ check, criterion, weight }: PlannedCheck): RubricItem {
  const { rule, words = [rule.criterion ?? ""] } = criterion;
  return { words: check === "goal" ? [GOAL] : words, weight };
}

/** The first judge that gives a usable answer decides; without one the rule of words does. */
async function checkGroundingByJudge(
  checks: readonly PlannedCheck[],
  context: JudgeContext,
): Promise<StageOutcome> {
  if (checks.length === 0) return { findings: [] };
  const { request, options } = context;
  const extractive = await extractiveSupport(request);
  const sources = sourcesFor(request);
  const findings = (support: Support, by: string) =>
    checks.map((planned) => groundingFinding(planned, support, by));
  // Where nothing is claimed, or nothing could support it, a judge has nothing to add.
  if (extractive.claims.length === 0 || sources.length === 0) {
    return { findings: findings(extractive, "rule") };
  }
  const { claims, left } = extractive;
  const question: Question<GroundingAnswer> = {
    instructions: GROUNDING_INSTRUCTIONS,
    content: groundingQuestion(claims, sources),
    schema: { name: "grounding", schema: GROUNDING_SCHEMA },
    read: (text) => readGroundingAnswer(text, claims.length),
  };
  const flags: EvaluationFlag[] = [];
  for (const judge of options.judges) {
    const reading = await askJudge(judge, question, context);
    if (reading.problem !== undefined) {
      flags.push(unusable(judge.name, reading.problem));
      continue;
    }
    const { supported, suspectedInjection } = reading.answer;
    if (suspectedInjection) flags.push(suspicion(judge.name));
    const isSupported = claims.map((_, index) => supported.has(index + 1));
    return { findings: findings({ claims, left, isSupported }, judge.name), flags };
  }
  return { findings: findings(extractive, "rule"), flags };
}

function unusable(judge: string, problem: string): EvaluationFlag {
  return {
    code: "judge_unusable",
    message: `${judge} gave no usable answer: ${problem}.`,
  };
}

function suspicion(judge: string): EvaluationFlag {
  return {
    code: "suspected_injection",
    message: `${judge} says that there are orders for judges in what it was given.`,
  };
}

/** All of them, once all have ended: nobody is still asked when one has failed. */
async function settled<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
