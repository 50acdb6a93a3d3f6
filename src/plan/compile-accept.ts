/** The compiled form of `accept`, and its expressions worked out. */

import { toErrorData } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import {
  type Accept,
  acceptOf,
  CHECKS,
  type CheckName,
  type CriterionRule,
} from "./accept-schema.ts";
import type { BrokenCriterion, CriterionWords, ResolvedCriterion } from "./evaluation.ts";
import { type ExpressionUse, partsOfText, type Scope, type Template } from "./expressions.ts";

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
    const scope = scopeOf(template);
    try {
      const resolved = template.evaluate(scope) as CriterionRule;
      const words = wordsOf(rule, template, scope);
      return { rule: resolved, ...written, ...(words && { words }) };
    } catch (error) {
      return { rule, broken: brokenBy(error, template, scope), ...written };
    }
  });
}

/** Undefined where the words are all the author's. */
function wordsOf(
  { criterion }: CriterionRule,
  { uses }: Template,
  scope: Scope,
): CriterionWords | undefined {
  const own = uses.filter((use) => checkOf(use) === "criterion");
  if (criterion === undefined || own.length === 0) return undefined;
  const values = own.map(({ expression }) => expression.evaluate(scope)).values();
  return partsOfText(criterion).map((part) =>
    typeof part === "string"
      ? part
      : { expression: part.expression.trim(), value: values.next().value ?? null },
  );
}

/** The first check whose expression fails is the one that is told of. */
function brokenBy(error: unknown, { uses }: Template, scope: Scope): BrokenCriterion {
  const failing = uses.find(({ expression }) => fails(() => expression.evaluate(scope)));
  const checks = [...new Set(uses.map(checkOf))];
  const check = failing === undefined ? "expression" : checkOf(failing);
  return {
    check,
    others: checks.filter((one) => one !== check),
    message: toErrorData(error, "expression.failed").message,
  };
}

function fails(evaluate: () => Json): boolean {
  try {
    evaluate();
    return false;
  } catch {
    return true;
  }
}

/** Only checks hold texts, and so expressions. */
function checkOf({ steps: [key] }: ExpressionUse): CheckName {
  return CHECKS.find((name) => name === key) ?? "expression";
}
