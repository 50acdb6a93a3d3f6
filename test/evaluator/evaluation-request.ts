import type { Json } from "../../src/base/json.ts";
import { createEvaluator } from "../../src/evaluator/create-evaluator.ts";
import type {
  Evaluated,
  EvaluationRequest,
  EvaluatorOptions,
} from "../../src/evaluator/evaluator.ts";
import type { Model, ModelRequest, ModelResult } from "../../src/models/model.ts";
import type { CriterionRule } from "../../src/plan/accept-schema.ts";
import type { Evaluation, Evidence } from "../../src/plan/evaluation.ts";

/** A request to judge this output by these rules. */
export function requestFor(
  output: Json,
  rules: readonly CriterionRule[],
  more: Partial<EvaluationRequest> = {},
): EvaluationRequest {
  return {
    goal: "Compare the two cities",
    subtask: null,
    output,
    criteria: rules.map((rule) => ({ rule })),
    threshold: 0.7,
    judgesGoal: false,
    evidence: [],
    signal: new AbortController().signal,
    ...more,
  };
}

export function evidenceOf(outputs: Readonly<Record<string, Json>>): Evidence[] {
  return Object.entries(outputs).map(([subtask, output]) => {
    return { subtask, tool: "look_up", description: "", output };
  });
}

export function evaluate(
  request: EvaluationRequest,
  options: Partial<EvaluatorOptions> = {},
): Promise<Evaluated> {
  return createEvaluator({ judges: [], ...options }).evaluate(request);
}

/** The evaluation of an output by one rule, without a judge. */
export async function judged(
  output: Json,
  rule: CriterionRule,
  more: Partial<EvaluationRequest> = {},
): Promise<Evaluation> {
  return (await evaluate(requestFor(output, [rule], more))).evaluation;
}

export type Said = string | Partial<ModelResult> | Error;

/** What a judge says of criteria, in the form that is asked for. */
export function scores(
  given: readonly number[],
  more: { confidence?: number; blame?: string[]; suspectedInjection?: boolean } = {},
): string {
  const criteria = given.map((score, index) => {
    return { criterion: index + 1, reason: `Reason ${index + 1}.`, score };
  });
  return JSON.stringify({
    criteria,
    confidence: 0.9,
    blame: [],
    suspectedInjection: false,
    ...more,
  });
}

export const USAGE = { inputTokens: 100, outputTokens: 10, cachedTokens: 0, usd: 0.01 };

/** A judge that says these things in turn, the last one for ever, and keeps what it was asked. */
export function judgeSaying(...said: readonly Said[]) {
  return judgeNamed("test:judge", ...said);
}

export function judgeNamed(name: string, ...said: readonly Said[]) {
  const requests: ModelRequest[] = [];
  const model: Model = {
    name,
    generate(request) {
      const next = said[Math.min(requests.length, said.length - 1)] ?? "";
      requests.push(request);
      const answer = typeof next === "string" ? { text: next } : next;
      const whole = { text: "", usage: USAGE, finish: "stop", model: name, ...answer } as const;
      const result = next instanceof Error ? Promise.reject(next) : Promise.resolve(whole);
      result.catch(() => {});
      return {
        result,
        async *[Symbol.asyncIterator]() {
          yield (await result).text;
        },
      };
    },
  };
  return { model, requests };
}
