/** Judged examples that are one line each. */

import type { JudgedExample, JudgeExample } from "../../src/evals/eval.ts";
import type { Evaluated } from "../../src/evaluator/evaluator.ts";
import type { Evaluation } from "../../src/plan/evaluation.ts";

export function evaluation(
  verdict: Evaluation["verdict"],
  more: Partial<Evaluation> = {},
): Evaluation {
  return {
    score: { pass: 1, fail: 0, none: null }[verdict],
    verdict,
    threshold: 0.7,
    checks: [],
    reasons: verdict === "fail" ? ["It is poor."] : [],
    blame: [],
    confidence: null,
    flags: [],
    ...more,
  };
}

export function example(id: string, more: Partial<JudgeExample> = {}): JudgeExample {
  return {
    id,
    goal: "Say it",
    output: "said",
    evidence: {},
    label: "pass",
    score: null,
    note: null,
    ...more,
  };
}

/** `label:verdict` or `label:verdict:score`, the id being the number from 1. */
export function judged(...pairs: readonly string[]): JudgedExample[] {
  return pairs.map((pair, index) => {
    const [label, verdict, score] = pair.split(":");
    return {
      example: example(`e${index + 1}`, { label: label as "pass" }),
      evaluation: evaluation(
        verdict as "pass",
        score === undefined ? {} : { score: Number(score) },
      ),
    };
  });
}

/** So many of one pair. */
export function times(count: number, pair: string): string[] {
  return Array.from({ length: count }, () => pair);
}

export function evaluated(of: Evaluation, more: Partial<Evaluated> = {}): Evaluated {
  const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, usd: 0 };
  return { evaluation: of, usage, modelCalls: 0, ...more };
}
