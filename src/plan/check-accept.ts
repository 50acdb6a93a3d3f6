/** What can be wrong with `accept`, beside names and syntax. */

import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { Issue } from "../base/errors.ts";
import { formatPath, type JsonObject, type PathStep } from "../base/json.ts";
import { type Accept, CHECKS, type CriterionRule } from "./accept-schema.ts";
import { type CheckedFlow, checkOne } from "./check-control-flow.ts";
import { Names } from "./check-names.ts";
import { closest } from "./closest.ts";
import { compileTemplates } from "./compile.ts";
import { type CompiledAccept, placeOf } from "./compile-accept.ts";
import { OUTPUT_NAME } from "./compile-control-flow.ts";
import type { Template } from "./expressions.ts";
import { jsonSchemaProblems } from "./json-schema.ts";
import { type Plan, planSchema } from "./schema.ts";
import { schemaIssues } from "./schema-issues.ts";
import { callSchema } from "./tool-lookup.ts";

/** What a subtask says of its own output. */
export function checkAccept({ subtask, compiled, path, names, tools }: CheckedFlow): Issue[] {
  const { accept } = subtask;
  if (accept === undefined || compiled.accept === undefined) return [];
  const output = callSchema(tools, subtask.tool, subtask.input as JsonObject);
  return [
    ...checkTogether(subtask, path),
    ...checkCriteria(accept, compiled.accept, { path, names, output }),
  ];
}

/** What the plan says of its answer. */
export function checkPlanAccept(
  accept: Accept | undefined,
  compiled: CompiledAccept | undefined,
  names: Names,
): Issue[] {
  if (accept === undefined || compiled === undefined) return [];
  return checkCriteria(accept, compiled, { path: [], names, output: undefined });
}

/**
 * What is wrong with criteria that are given without a plan.
 * @param ids what they may name beside the output, as if these were subtasks
 */
export function issuesOfAccept(given: unknown, ids: readonly string[] = []): readonly Issue[] {
  const schema = planSchema.pick({ accept: true });
  const parsed = schema.safeParse({ accept: given });
  if (!parsed.success) return schemaIssues(parsed.error, { accept: given }, { schema, at: [] });
  const subtasks = ids.map((id) => ({ id, tool: "", input: {}, dependsOn: [], optional: false }));
  const plan: Plan = { version: 1, goal: "", inputs: {}, subtasks, ...parsed.data };
  const { accept, issues } = compileTemplates(plan);
  const names = new Names(plan, { get: () => undefined, names: () => [] });
  return [...issues, ...checkPlanAccept(plan.accept, accept, names)];
}

/** What decides itself about its output is not judged once more. */
function checkTogether({ refine, route }: CheckedFlow["subtask"], path: readonly PathStep[]) {
  const issues: Issue[] = [];
  const at = [...path, "accept"];
  if (refine !== undefined) {
    const message = "`refine` says already when its output is accepted.";
    issues.push(invalid(at, message, "Write what is wanted in `refine.until`, or leave it out."));
  }
  if (route !== undefined) {
    const message = "What a route gives chooses a branch at once, and is not judged.";
    issues.push(invalid(at, message, "Use `threshold` and `default` of the route."));
  }
  return issues;
}

type Place = {
  readonly path: readonly PathStep[];
  readonly names: Names;
  readonly output: JsonObject | undefined;
};

function checkCriteria(accept: Accept, compiled: CompiledAccept, place: Place): Issue[] {
  const own = new Map([[OUTPUT_NAME, place.output]]);
  return place.names.within(own, () =>
    compiled.rules.flatMap((rule, index) => {
      const at = [...place.path, ...placeOf(accept, index)];
      const template = compiled.criteria[index] as Template;
      return [
        ...place.names.check(template, at),
        ...checkRule(rule, at, place.names),
        ...checkExpression(rule, template, at, place.names),
      ];
    }),
  );
}

function checkRule(rule: CriterionRule, at: readonly PathStep[], names: Names): Issue[] {
  const issues: Issue[] = [];
  if (!CHECKS.some((name) => rule[name] !== undefined)) {
    const message = "This criterion checks nothing.";
    issues.push(invalid(at, message, `Give it one of ${CHECKS.join(", ")}.`));
  }
  if (rule.tolerance !== undefined && rule.equals === undefined) {
    const message = "`tolerance` is for `equals`, and there is none.";
    issues.push(invalid([...at, "tolerance"], message, "Write `equals`, or leave it out."));
  }
  if (rule.matches !== undefined) issues.push(...checkPattern(rule.matches, [...at, "matches"]));
  if (rule.schema !== undefined) {
    issues.push(...checkSchema(rule.schema as JsonObject, [...at, "schema"]));
  }
  for (const id of [rule.cites ?? []].flat()) {
    if (names.isSubtask(id)) continue;
    const near = closest(id, names.subtasks());
    const hint = near === undefined ? "Name subtasks that there are." : `Did you mean ${near}?`;
    issues.push({
      code: "plan.unknown_reference",
      path: formatPath([...at, "cites"]),
      message: `\`cites\` names ${id}, which is no subtask.`,
      hint,
    });
  }
  return issues;
}

function checkPattern(pattern: string, at: readonly PathStep[]): Issue[] {
  try {
    RE2JS.compile(pattern);
    return [];
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const message = `This is no regular expression: ${error.message}.`;
    return [invalid(at, message, "Write it as RE2 has it: no lookaround, no backreferences.")];
  }
}

function checkSchema(schema: JsonObject, at: readonly PathStep[]): Issue[] {
  return jsonSchemaProblems(schema).map(({ steps, message }) => ({
    code: "plan.invalid_output_schema",
    path: formatPath([...at, ...steps]),
    message: `The schema is no JSON Schema: ${formatPath(steps) || "the whole"} ${message}.`,
    hint: "Write it in draft 2020-12, or in 07 with its $schema.",
  }));
}

/** The other checks of the criterion have expressions of their own, or none. */
function checkExpression(
  { expression }: CriterionRule,
  template: Template,
  at: readonly PathStep[],
  names: Names,
): Issue[] {
  if (typeof expression !== "string") return [];
  const uses = template.uses.filter(({ steps }) => steps[0] === "expression");
  const wanted = "What is accepted must be true or false";
  const found = checkOne({ ...template, uses }, [...at, "expression"], names, "boolean", wanted);
  // The names in it are looked at with those of the whole criterion.
  return found.filter(({ code }) => code === "plan.invalid_input");
}

function invalid(path: readonly PathStep[], message: string, hint: string): Issue {
  return { code: "plan.invalid_control_flow", path: formatPath(path), message, hint };
}
