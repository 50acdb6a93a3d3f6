/** What all findings together come to. */

import type { CheckResult, Evaluation, EvaluationFlag } from "../plan/evaluation.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import type { Finding, PlannedCheck } from "./planned-check.ts";
import { bestScore, meanScore } from "./score.ts";

export type Found = {
  readonly findings: readonly Finding[];
  /** Those that were not asked any more. */
  readonly left: readonly PlannedCheck[];
  readonly flags: readonly EvaluationFlag[];
  readonly blame: readonly string[];
  readonly confidence: number | null;
};

/** @param planned all checks, in the order in which they are told */
export function conclude(
  planned: readonly PlannedCheck[],
  found: Found,
  request: EvaluationRequest,
): Evaluation {
  const findings = [...found.findings, ...found.left.map(notAsked)];
  const verdict = verdictOf(findings, request.threshold);
  const score = meanScore(findings);
  const inOrder = planned.flatMap(
    (one) => findings.find((finding) => finding.planned === one) ?? [],
  );
  return {
    score,
    verdict,
    threshold: request.threshold,
    checks: inOrder.map(resultOf),
    reasons: reasonsFor(verdict, score, inOrder, request.threshold),
    blame: verdict === "fail" ? blameFor(found, request) : [],
    confidence: found.confidence,
    flags: found.flags,
  };
}

/** Whether a finding fails the whole by itself. */
export function isFatal({ planned, holds }: Finding): boolean {
  return planned.isHard && holds === false;
}

function notAsked(planned: PlannedCheck): Finding {
  const reason = "not asked: a cheaper check had failed";
  return { planned, score: 0, holds: null, reason, by: "rule" };
}

function verdictOf(findings: readonly Finding[], threshold: number): Evaluation["verdict"] {
  if (findings.some(isFatal)) return "fail";
  // What nobody could say might still have lifted a low score.
  if (bestScore(findings) < threshold) return "fail";
  const isOpen = findings.length === 0 || findings.some(({ score }) => score === null);
  return isOpen ? "none" : "pass";
}

function resultOf({ planned, score, holds, reason, by }: Finding): CheckResult {
  return { check: planned.check, criterion: planned.wanted, score, holds, reason, by };
}

function reasonsFor(
  verdict: Evaluation["verdict"],
  score: number | null,
  findings: readonly Finding[],
  threshold: number,
): string[] {
  if (verdict === "pass") return findings.map(told);
  if (verdict === "none") {
    if (findings.length === 0) return ["There is nothing to judge it by."];
    return findings.filter((finding) => finding.score === null).map(told);
  }
  const wrong = findings.filter(({ holds }) => holds === false).map(told);
  if (findings.some(isFatal) || score === null) return wrong;
  return [...wrong, `The score of ${score.toFixed(2)} is below ${threshold}.`];
}

/** What judges say is of their criterion; rules say themselves what they are about. */
function told({ planned, reason }: Finding): string {
  if (planned.stage !== "judge" || planned.check === "grounded") return reason;
  return `“${planned.wanted}”: ${reason}`;
}

/** Of subtasks that there are; a subtask whose output fails is to blame itself, unless others are. */
function blameFor(
  { blame, findings }: Found,
  { subtask, evidence }: EvaluationRequest,
): readonly string[] {
  const known = new Set(evidence.map((one) => one.subtask));
  if (subtask !== null) known.add(subtask);
  const blamed = new Set(blame.filter((id) => known.has(id)));
  const isByRule = findings.some(
    (finding) => finding.planned.stage === "rules" && finding.holds === false,
  );
  if (subtask !== null && (isByRule || blamed.size === 0)) blamed.add(subtask);
  return [...blamed];
}
