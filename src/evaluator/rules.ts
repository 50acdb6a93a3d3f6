/**
 * Checks that a rule can answer, without any doubt and at no cost.
 *
 * `contains` and `cites` have partial scores, the share of what they want; they hold when all of
 * it is there, or as much as `atLeast` says. The others score 1 or 0.
 */

import { RE2JS } from "re2js";
import type { Json } from "../base/json.ts";
import { listProblems } from "../base/json-schema-validator.ts";
import type { CheckName, CriterionRule } from "../plan/accept-schema.ts";
import { citedShare } from "./cites.ts";
import { firstDifference } from "./difference.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import { compileJsonSchema } from "./json-schema-validator.ts";
import { excerpt, lengthOf, listFew, textOf, viewsOf } from "./output-text.ts";
import { placeholdersIn } from "./placeholders.ts";
import { type Finding, isBroken, type PlannedCheck, type StageOutcome } from "./planned-check.ts";

type Verdict = { readonly score: number; readonly reason: string };

/** Look at all rules; none is left out because another does not hold. */
export async function checkRules(
  checks: readonly PlannedCheck[],
  request: EvaluationRequest,
): Promise<StageOutcome> {
  const findings: Finding[] = [];
  for (const planned of checks) {
    const broken = brokenFinding(planned);
    if (broken !== undefined) {
      findings.push(broken);
      continue;
    }
    const { score, reason } = await verdictOf(planned, request);
    findings.push({ planned, score, holds: score >= planned.atLeast, reason, by: "rule" });
  }
  return { findings };
}

/** What nobody can look at, because the plan reads what is not there. It is told of once. */
function brokenFinding(planned: PlannedCheck): Finding | undefined {
  const { check, criterion } = planned;
  const { broken } = criterion;
  if (broken === undefined || !isBroken(check, criterion)) return undefined;
  const of = { planned, score: 0, by: "rule" };
  if (broken.check !== check) {
    const reason = `not asked: an expression of the same criterion, in ${broken.check}, could not be worked out`;
    return { ...of, holds: null, reason };
  }
  const reason = `The criterion ${check} could not be worked out. ${broken.message} Unless the output must have what it reads, the plan's author has to mend it.`;
  return { ...of, holds: false, reason };
}

function verdictOf(
  { check, criterion }: PlannedCheck,
  request: EvaluationRequest,
): Verdict | Promise<Verdict> {
  const { rule } = criterion;
  if (check === "expression") return expressionHolds(criterion);
  return RULES[check]?.(rule, request) ?? failed(`There is no rule ${check}.`);
}

type Rule = (rule: CriterionRule, request: EvaluationRequest) => Verdict | Promise<Verdict>;

const RULES: Readonly<Partial<Record<CheckName | "goal", Rule>>> = {
  schema: ({ schema = {} }, { output }) => fits(schema as Parameters<typeof fits>[0], output),
  contains: ({ contains = [] }, { output }) => containsAll([contains].flat(), output),
  matches: ({ matches = "" }, { output }) => matchesPattern(matches, output),
  minLength: ({ minLength = 0 }, { output }) => {
    const { length, unit } = lengthOf(output);
    const reason = `The output has ${length} ${unit}, and at least ${minLength} are wanted.`;
    return { score: length >= minLength ? 1 : 0, reason };
  },
  maxLength: ({ maxLength = 0 }, { output }) => {
    const { length, unit } = lengthOf(output);
    const reason = `The output has ${length} ${unit}, and at most ${maxLength} are wanted.`;
    return { score: length <= maxLength ? 1 : 0, reason };
  },
  equals: ({ equals = null, tolerance = 0 }, { output }) => {
    const difference = firstDifference(output, equals, tolerance);
    if (difference === undefined) return passed("The output is what was wanted.");
    return failed(`The output is not what was wanted: ${difference}.`);
  },
  cites: ({ cites = [] }, request) => citedShare([cites].flat(), request),
  noPlaceholders: (_rule, { output }) => {
    const found = placeholdersIn(textOf(output));
    if (found.length === 0) return passed("Nothing is left to be filled in.");
    return failed(`Something is left to be filled in: ${listFew(found, 5)}.`);
  },
};

function passed(reason: string): Verdict {
  return { score: 1, reason };
}

function failed(reason: string): Verdict {
  return { score: 0, reason };
}

function expressionHolds({ rule, written }: PlannedCheck["criterion"]): Verdict {
  const shown = excerpt(written ?? String(rule.expression));
  const isTrue = rule.expression === true;
  return {
    score: isTrue ? 1 : 0,
    reason: `The expression ${shown} is ${isTrue ? "" : "not "}true.`,
  };
}

async function fits(
  schema: Parameters<typeof compileJsonSchema>[0],
  output: Json,
): Promise<Verdict> {
  const validator = await compileJsonSchema(schema);
  if (typeof validator !== "function") {
    return failed(`The schema is no JSON Schema: ${listProblems(validator.problems)}.`);
  }
  const problems = validator(output);
  if (problems.length === 0) return passed("The output fits the schema.");
  const few = problems.slice(0, 5);
  const more = problems.length > few.length ? `; and ${problems.length - few.length} more` : "";
  return failed(`The output does not fit the schema: ${listProblems(few)}${more}.`);
}

function containsAll(texts: readonly string[], output: Json): Verdict {
  const views = viewsOf(output);
  const missing = texts.filter((text) => !views.some((view) => view.includes(text)));
  if (missing.length === 0) return passed("The output contains what it should.");
  const shown = listFew(
    missing.map((text) => JSON.stringify(excerpt(text, 60))),
    5,
  );
  const score = (texts.length - missing.length) / texts.length;
  return { score, reason: `The output does not contain ${shown}.` };
}

function matchesPattern(pattern: string, output: Json): Verdict {
  const shown = excerpt(pattern);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    const why = (error as Error).message;
    return failed(`The pattern ${shown} is no regular expression of the RE2 kind: ${why}.`);
  }
  const isFound = viewsOf(output).some((view) => compiled.matcher(view).find());
  const what = isFound ? "is" : "is not";
  return { score: isFound ? 1 : 0, reason: `The pattern ${shown} ${what} found in the output.` };
}
