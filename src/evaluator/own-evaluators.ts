/** Evaluators of the user's own. What they throw, or what is no score, is no judgement. */

import type { EvaluationFlag } from "../plan/evaluation.ts";
import { untilAborted } from "./abort.ts";
import type { EvaluationRequest, OwnEvaluator, OwnVerdict } from "./evaluator.ts";
import { excerpt } from "./output-text.ts";
import type { Finding, PlannedCheck, StageOutcome } from "./planned-check.ts";

/** Ask them side by side. */
export async function askOwnEvaluators(
  checks: readonly PlannedCheck[],
  request: EvaluationRequest,
  own: readonly OwnEvaluator[],
): Promise<StageOutcome> {
  const asked = await Promise.all(checks.map((planned) => askOne(planned, request, own)));
  return {
    findings: asked.map(({ finding }) => finding),
    flags: asked.flatMap(({ flag }) => flag ?? []),
    blame: asked.flatMap(({ blame }) => blame ?? []),
  };
}

type Asked = {
  readonly finding: Finding;
  readonly flag?: EvaluationFlag;
  readonly blame?: readonly string[];
};

async function askOne(
  planned: PlannedCheck,
  request: EvaluationRequest,
  own: readonly OwnEvaluator[],
): Promise<Asked> {
  const name = planned.criterion.rule.evaluator ?? "";
  const evaluator = own.find((one) => one.name === name);
  if (evaluator === undefined) return failed(planned, name, `There is no evaluator ${name}.`);
  const { goal, subtask, output, evidence, signal } = request;
  const asked = { goal, subtask, output, evidence, signal };
  let verdict: OwnVerdict;
  try {
    const answer = Promise.try(() => evaluator.evaluate(asked));
    verdict = await untilAborted(answer, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return failed(planned, name, `The evaluator ${name} failed: ${excerpt(why, 300)}`);
  }
  return judged(planned, name, verdict);
}

function judged(planned: PlannedCheck, name: string, verdict: OwnVerdict): Asked {
  const { score, reason, blame } = (verdict ?? {}) as Partial<OwnVerdict>;
  // What is asked for by type comes from JavaScript, too.
  if (typeof score !== "number" || !(score >= 0 && score <= 1)) {
    const said = typeof score === "number" ? String(score) : "none";
    return failed(planned, name, `The evaluator ${name} gave no score from 0 to 1, but ${said}.`);
  }
  const why = typeof reason === "string" && reason.trim() !== "" ? reason.trim() : undefined;
  const finding = {
    planned,
    score,
    holds: score >= planned.atLeast,
    reason: why ?? `The evaluator ${name} gave ${score}, and ${planned.atLeast} is wanted.`,
    by: name,
  };
  return { finding, ...(Array.isArray(blame) && { blame: blame.map(String) }) };
}

function failed(planned: PlannedCheck, name: string, message: string): Asked {
  return {
    finding: { planned, score: null, holds: null, reason: message, by: name },
    flag: { code: "evaluator_failed", message },
  };
}
