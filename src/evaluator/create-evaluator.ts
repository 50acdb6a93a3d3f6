/** The evaluator: stages of checks, cheapest first, until one fails. */

import type { EvaluationFlag } from "../plan/evaluation.ts";
import { throwIfAborted } from "./abort.ts";
import { Spending } from "./ask-judge.ts";
import { conclude, isFatal } from "./conclude.ts";
import type { Evaluated, EvaluationRequest, Evaluator, EvaluatorOptions } from "./evaluator.ts";
import { checkGrounding } from "./grounding.ts";
import { InjectionSearch } from "./injection.ts";
import { askJudges, type JudgeContext } from "./judge-stage.ts";
import { askOwnEvaluators } from "./own-evaluators.ts";
import {
  type Finding,
  type PlannedCheck,
  plannedChecks,
  STAGES,
  type Stage,
  type StageOutcome,
} from "./planned-check.ts";
import { checkRules } from "./rules.ts";
import { checkSimilarity } from "./similarity.ts";

/** An evaluator with these judges and evaluators of the user's own. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const search = new InjectionSearch();
  return { evaluate: (request) => evaluate(request, options, search) };
}

async function evaluate(
  request: EvaluationRequest,
  options: EvaluatorOptions,
  search: InjectionSearch,
): Promise<Evaluated> {
  const planned = plannedChecks(request, options.judges.length > 0);
  const spending = new Spending();
  const findings: Finding[] = [];
  const flags: EvaluationFlag[] = search.inOutput(request.output);
  let isEvidenceRead = false;
  const blame: string[] = [];
  let confidence: number | null = null;
  for (const stage of STAGES) {
    throwIfAborted(request.signal);
    const checks = planned.filter((one) => one.stage === stage);
    if (checks.length === 0) continue;
    // Only who reads the evidence can be misled by it.
    if (!isEvidenceRead && readsEvidence(stage, options)) {
      flags.push(...search.inEvidence(request.evidence));
      isEvidenceRead = true;
    }
    const context = { request, options, spending, before: findings };
    const outcome = await LOOK[stage](checks, context);
    findings.push(...outcome.findings);
    flags.push(...(outcome.flags ?? []));
    blame.push(...(outcome.blame ?? []));
    confidence = outcome.confidence ?? confidence;
    // Whoever is dearer could not save it.
    if (findings.some(isFatal)) break;
  }
  const asked = new Set(findings.map((finding) => finding.planned));
  const left = planned.filter((one) => !asked.has(one));
  const found = { findings, left, flags, blame, confidence };
  const { usage, modelCalls } = spending;
  return { evaluation: conclude(planned, found, request), usage, modelCalls };
}

function readsEvidence(stage: Stage, { judges }: EvaluatorOptions): boolean {
  return stage === "grounding" || (stage === "judge" && judges.length > 0);
}

type Context = Omit<JudgeContext, "options"> & { readonly options: EvaluatorOptions };
type Look = (
  checks: readonly PlannedCheck[],
  context: Context,
) => StageOutcome | Promise<StageOutcome>;

const LOOK: Readonly<Record<Stage, Look>> = {
  rules: (checks, { request }) => checkRules(checks, request),
  similarity: (checks, { request }) => checkSimilarity(checks, request),
  grounding: (checks, { request }) => checkGrounding(checks, request),
  own: (checks, { request, options }) => askOwnEvaluators(checks, request, options),
  judge: askJudges,
};
