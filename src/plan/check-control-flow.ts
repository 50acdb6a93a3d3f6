/** What can be wrong with `refine`, `route` and `join`, beside names and syntax. */

import type { Issue } from "../base/errors.ts";
import { formatPath, type Json, type JsonObject, type PathStep } from "../base/json.ts";
import type { JsonType } from "./cel.ts";
import { checkInput, typesOfUse } from "./check-inputs.ts";
import type { Names } from "./check-names.ts";
import { closest } from "./closest.ts";
import { type CompiledSubtask, referencesOf } from "./compile.ts";
import { CHECK_NAME, OUTPUT_NAME } from "./compile-control-flow.ts";
import type { Template } from "./expressions.ts";
import type { Plan, Subtask } from "./schema.ts";
import { isNoSuchField, schemaAt } from "./schema-fields.ts";
import { callSchema, type ToolLookup } from "./tool-lookup.ts";

/** A subtask whose control flow is checked, its own names being in scope. */
export type CheckedFlow = {
  readonly subtask: Subtask;
  readonly compiled: CompiledSubtask;
  /** Of the subtask in the plan. */
  readonly path: readonly PathStep[];
  readonly names: Names;
  readonly tools: ToolLookup;
};

/** What the expressions of an input that is refined may name. */
export const ITERATION_SCHEMAS: ReadonlyMap<string, JsonObject | undefined> = new Map([
  ["iteration", { type: "integer" }],
  ["feedback", undefined],
]);

export function checkRefine(checked: CheckedFlow): Issue[] {
  const { subtask, compiled, path, names, tools } = checked;
  const { refine } = compiled;
  const check = subtask.refine?.check;
  if (refine === undefined) return [];
  const issues =
    subtask.idempotencyKey === undefined
      ? []
      : [
          flowIssue(
            [...path, "idempotencyKey"],
            "With one key all iterations would have one and the same effect.",
            "Leave the key out: each iteration has one of its own.",
          ),
        ];
  const ofOutput = new Map([...ITERATION_SCHEMAS, outputOf(checked)]);
  for (const { as } of compiled.fanOuts ?? []) {
    if (as !== CHECK_NAME && !ofOutput.has(as)) continue;
    const hint = "Call the element something else.";
    issues.push(flowIssue([...path, "forEach", "as"], `\`refine\` has its own ${as}.`, hint));
  }
  const at = [...path, "refine"];
  issues.push(
    ...names.within(ofOutput, () => {
      if (!refine.check || check === undefined) return [];
      const inputPath = [...at, "check", "input"];
      const found = names.check(refine.check.input, inputPath);
      const tool = tools.get(check.tool);
      if (tool === undefined) return found;
      const input = check.input as JsonObject;
      const { tool: toolName } = check;
      const template = refine.check.input;
      return [...found, ...checkInput({ input, template, toolName, tool, names, path: inputPath })];
    }),
  );
  const ofCheck = new Map(ofOutput);
  if (check !== undefined) {
    ofCheck.set(CHECK_NAME, callSchema(tools, check.tool, check.input as JsonObject));
  }
  return names.within(ofCheck, () => [
    ...issues,
    ...checkOne(refine.until, [...at, "until"], names, "boolean", "`until` must be true or false"),
    ...checkOne(refine.score, [...at, "score"], names, "number", "A score must be a number"),
    ...(refine.feedback ? names.check(refine.feedback, [...at, "feedback"]) : []),
  ]);
}

export function checkRoute(checked: CheckedFlow): Issue[] {
  const { subtask, compiled, path, names } = checked;
  const { route } = compiled;
  if (route === undefined) return [];
  const at = [...path, "route"];
  const issues: Issue[] = [];
  for (const other of ["forEach", "refine"] as const) {
    if (subtask[other] === undefined) continue;
    const hint = "Route by a subtask of its own that reads what this one gives.";
    issues.push(flowIssue(at, `A subtask with \`${other}\` cannot route.`, hint));
  }
  const branches = [...route.branches];
  if (branches.length === 0) {
    const hint = "Name at least one, with the subtasks that run if it is taken.";
    issues.push(flowIssue([...at, "branches"], "A route needs a branch to take.", hint));
  }
  if (route.threshold !== null && route.default === null) {
    const hint = "Name one of the branches in `default`.";
    issues.push(flowIssue([...at, "threshold"], "A threshold needs a default branch.", hint));
  }
  if (route.default !== null && !route.branches.has(route.default)) {
    issues.push(unknownBranch([...at, "default"], route.default, branches));
  }
  const own = new Map([outputOf(checked)]);
  return names.within(own, () => [
    ...issues,
    ...checkOne(route.by, [...at, "by"], names, "string", "What a route goes by must be a text"),
    ...checkOne(
      route.confidence,
      [...at, "confidence"],
      names,
      "number",
      "A confidence must be a number",
    ),
    ...(route.default === null && branches.length > 0
      ? checkLabels(route.by, [...at, "branches"], branches, subtask.id, names)
      : []),
  ]);
}

/** Labels that the tool may certainly give, and for which there is no branch. */
function checkLabels(
  by: Template,
  path: readonly PathStep[],
  branches: readonly string[],
  id: string,
  names: Names,
): Issue[] {
  if (by.isLiteral) {
    const name = String(by.evaluate({}));
    return branches.includes(name)
      ? []
      : [unknownBranch([...path.slice(0, -1), "by"], name, branches)];
  }
  const [use] = by.uses;
  const place = use?.isWhole ? use.expression.place : undefined;
  const schema = place && names.schemaOf(place.name);
  if (place === undefined || schema === undefined) return [];
  const found = schemaAt(schema, place.steps);
  if (found === null || isNoSuchField(found)) return [];
  const labels = found.flatMap(({ enum: values }) => (Array.isArray(values) ? values : []));
  const open = (labels as readonly Json[]).filter((label) => !branches.includes(label as string));
  if (open.length === 0) return [];
  const message = `${id} may give ${open.map(String).join(", ")}, for which there is no branch.`;
  const hint = open.every((label) => typeof label === "string")
    ? "Add a branch for each ([] where nothing is to be done), or a default."
    : "Name a default branch: what is no text is the name of none.";
  return [{ code: "plan.unknown_branch", path: formatPath(path), message, hint }];
}

function unknownBranch(
  path: readonly PathStep[],
  name: string,
  branches: readonly string[],
): Issue {
  const near = closest(name, branches);
  const list = branches.length === 0 ? "There are none." : `They are ${branches.join(", ")}.`;
  return {
    code: "plan.unknown_branch",
    path: formatPath(path),
    message: `The route has no branch ${name}.`,
    hint: near === undefined ? list : `Did you mean ${near}?`,
  };
}

export function checkJoin({ subtask, compiled, path, names }: CheckedFlow): Issue[] {
  const { join } = compiled;
  if (join === undefined) return [];
  const at = [...path, "join"];
  const stated = subtask.dependsOn.map((one) => (typeof one === "string" ? one : one.id));
  const needs = new Set([...stated, ...referencesOf(compiled)].filter((id) => names.isSubtask(id)));
  const issues: Issue[] = [];
  if (needs.size === 0) {
    const hint = "Name in `dependsOn` what it waits for, or leave `join` out.";
    issues.push(flowIssue(at, "There is nothing to join: it depends on no subtask.", hint));
  }
  const required = join.require === "all" ? needs.size : join.require === "any" ? 1 : join.require;
  if (required > needs.size && needs.size > 0) {
    const message = `It requires ${required} of the ${needs.size} subtasks that it depends on.`;
    issues.push(flowIssue([...at, "require"], message, `Write all, any, or 1 to ${needs.size}.`));
  }
  const { atLeast, within } = subtask.join ?? {};
  if (atLeast !== undefined && within === undefined) {
    const message = "`atLeast` is for when the time is up, and there is no limit of time.";
    issues.push(flowIssue([...at, "atLeast"], message, "Write `within`, or use `require`."));
  } else if (atLeast !== undefined && atLeast > required) {
    const message = `At the end ${atLeast} must be there, and before only ${required}.`;
    issues.push(flowIssue([...at, "atLeast"], message, "Let it be at most what is required."));
  }
  return issues;
}

/** What a route chooses waits for the route, whatever it says itself, and does not join. */
export function checkBranches(plan: Plan): Issue[] {
  const members = new Map(plan.subtasks.map((subtask, index) => [subtask.id, { subtask, index }]));
  return plan.subtasks.flatMap(({ id: route, route: { branches = {} } = {} }, index) =>
    Object.entries(branches).flatMap(([branch, ids]) =>
      [ids].flat().flatMap((id) => {
        const member = members.get(id);
        if (member === undefined) return [];
        const { join, dependsOn } = member.subtask;
        const settled = dependsOn.findIndex(
          (one) => typeof one === "object" && one.id === route && one.on === "settled",
        );
        if (join !== undefined) {
          const message = `${id} joins, and cannot stand in a branch.`;
          const hint = "Put a subtask between: one in the branch, that the join depends on.";
          const path = ["subtasks", index, "route", "branches", branch];
          return [flowIssue(path, message, hint)];
        }
        if (settled === -1) return [];
        const message = `${id} stands in a branch of ${route}, and runs only if that has succeeded.`;
        const path = ["subtasks", member.index, "dependsOn", settled, "on"];
        return [flowIssue(path, message, "Leave this dependency out: the branch says it.")];
      }),
    ),
  );
}

function outputOf({ subtask, tools }: CheckedFlow): [string, JsonObject | undefined] {
  return [OUTPUT_NAME, callSchema(tools, subtask.tool, subtask.input as JsonObject)];
}

/** One expression of a type. */
export function checkOne(
  template: Template | null,
  path: readonly PathStep[],
  names: Names,
  type: JsonType,
  wanted: string,
): Issue[] {
  if (template === null) return [];
  const issues = names.check(template, path);
  const [use] = template.uses;
  const types = use === undefined ? undefined : typesOfUse(use, names);
  if (use?.isWhole && (types === undefined || types.has(type))) return issues;
  // What is mixed with other text is a text.
  if (!use?.isWhole && type === "string") return issues;
  const what = use?.isWhole ? `gives ${[...(types ?? [])].join(" or ")}` : "is a text";
  return [
    ...issues,
    {
      code: "plan.invalid_input",
      path: formatPath(path),
      message: `${wanted}, and this one ${what}.`,
      hint: `Write one \${expression} and nothing else, e.g. ${EXAMPLES[type]}.`,
    },
  ];
}

const EXAMPLES: Readonly<Partial<Record<JsonType, string>>> = {
  boolean: "${size(a.rows) > 0}",
  number: "${check.score}",
  string: "${output.label}",
};

function flowIssue(path: readonly PathStep[], message: string, hint: string): Issue {
  return { code: "plan.invalid_control_flow", path: formatPath(path), message, hint };
}
