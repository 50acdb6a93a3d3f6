/** Evaluators of the user's own. What they throw, or what is no score, is no judgement. */

import { type Clock, systemClock } from "../base/clock.ts";
import { parseDuration, renderDuration } from "../base/duration.ts";
import type { EvaluationFlag } from "../plan/evaluation.ts";
import { untilAborted } from "./abort.ts";
import type {
  EvaluationRequest,
  EvaluatorOptions,
  OwnEvaluator,
  OwnRequest,
  OwnVerdict,
} from "./evaluator.ts";
import { excerpt } from "./output-text.ts";
import type { Finding, PlannedCheck, StageOutcome } from "./planned-check.ts";

type Options = Pick<EvaluatorOptions, "own" | "clock">;

/** Ask them side by side. */
export async function askOwnEvaluators(
  checks: readonly PlannedCheck[],
  request: EvaluationRequest,
  options: Options,
): Promise<StageOutcome> {
  const asked = await Promise.all(checks.map((planned) => askOne(planned, request, options)));
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
  { own = [], clock = systemClock }: Options,
): Promise<Asked> {
  const name = planned.criterion.rule.evaluator ?? "";
  const evaluator = own.find((one) => one.name === name);
  if (evaluator === undefined) return failed(planned, name, `There is no evaluator ${name}.`);
  const { goal, subtask, output, evidence, signal } = request;
  let verdict: OwnVerdict;
  try {
    verdict = await inTime(evaluator, { goal, subtask, output, evidence, signal }, clock);
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return failed(planned, name, `The evaluator ${name} failed: ${excerpt(why, 300)}`);
  }
  return judged(planned, name, verdict);
}

const TIMEOUT = "60s";

/** @throws what it throws; an error of ours when its time is up, or the signal aborts */
async function inTime(
  evaluator: OwnEvaluator,
  request: OwnRequest,
  clock: Clock,
): Promise<OwnVerdict> {
  const timeoutMs = parseDuration(evaluator.timeout ?? TIMEOUT);
  const timeout = new AbortController();
  const { promise: isLate, reject } = Promise.withResolvers<never>();
  const cancel = clock.setTimer(timeoutMs, () => {
    reject(new Error(`it has not answered in ${renderDuration(timeoutMs)}.`));
    timeout.abort();
  });
  const signal = AbortSignal.any([request.signal, timeout.signal]);
  try {
    const answer = Promise.try(() => evaluator.evaluate({ ...request, signal }));
    return await untilAborted(Promise.race([answer, isLate]), request.signal);
  } finally {
    cancel();
  }
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
