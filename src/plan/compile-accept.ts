/** The compiled form of `accept`, and its expressions worked out. */

import { toErrorData } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import { type Accept, acceptOf, type CriterionRule } from "./accept-schema.ts";
import type { ResolvedCriterion } from "./evaluation.ts";
import type { Scope, Template } from "./expressions.ts";

/** What an output must be like. */
export type CompiledAccept = {
  /** As they are written, one to each template. */
  readonly rules: readonly CriterionRule[];
  readonly criteria: readonly Template[];
  /** Undefined leaves it to the run. */
  readonly threshold: number | undefined;
};

type Compile = (value: Json, place: readonly (string | number)[]) => Template;

export function compileAccept(written: Accept, compile: Compile): CompiledAccept {
  const { criteria, threshold } = acceptOf(written);
  const templates = criteria.map((rule, index) => compile(rule as Json, placeOf(written, index)));
  return { rules: criteria, criteria: templates, threshold };
}

/** Where a criterion stands in what holds `accept`. */
export function placeOf(written: Accept, index: number): (string | number)[] {
  return Array.isArray(written) ? ["accept", index] : ["accept", "criteria", index];
}

/**
 * The criteria with their expressions worked out; of one that cannot be, why.
 * @param scopeOf what the expressions of a template see
 */
export function resolveCriteria(
  { rules, criteria }: CompiledAccept,
  scopeOf: (template: Template) => Scope,
): ResolvedCriterion[] {
  return criteria.map((template, index) => {
    const rule = rules[index] as CriterionRule;
    const written = typeof rule.expression === "string" ? { written: rule.expression } : {};
    try {
      return { rule: template.evaluate(scopeOf(template)) as CriterionRule, ...written };
    } catch (error) {
      return { rule, error: toErrorData(error, "expression.failed").message, ...written };
    }
  });
}
