/**
 * Everything that is wrong with a plan, all at once.
 *
 * Schema, names, expressions, graph, and each subtask's input against its tool. A part
 * that cannot be read hides no mistake elsewhere, and causes none.
 */

import { InputError, type Issue } from "../base/errors.ts";
import { formatPath, isPlainObject, type JsonObject, type PathStep } from "../base/json.ts";
import { checkAccept, checkPlanAccept } from "./check-accept.ts";
import {
  type CheckedFlow,
  checkBranches,
  checkJoin,
  checkOne,
  checkRefine,
  checkRoute,
  ITERATION_SCHEMAS,
} from "./check-control-flow.ts";
import { checkInput, typesOfUse } from "./check-inputs.ts";
import { checkDependencies, checkIds, checkTools, Names } from "./check-names.ts";
import {
  assemblePlan,
  type CompiledPlan,
  type CompiledSubtask,
  compileTemplates,
  isOfType,
  type PlanTemplates,
} from "./compile.ts";
import { pathOfFanOut } from "./compile-control-flow.ts";
import type { Template } from "./expressions.ts";
import { isTooMuch, salvagePlan } from "./salvage.ts";
import { type Plan, planSchema, type Subtask } from "./schema.ts";
import { isNoSuchField, schemaAt } from "./schema-fields.ts";
import { schemaIssues } from "./schema-issues.ts";
import type { ToolLookup } from "./tool-lookup.ts";

export type CheckOptions = {
  readonly tools: ToolLookup;
  /** More subtasks than these are refused. */
  readonly maxSubtasks: number;
};

/** A plan that can run, or at least one issue. */
export type CheckedPlan =
  | { readonly plan: Plan; readonly compiled: CompiledPlan; readonly issues: readonly [] }
  | {
      readonly plan?: undefined;
      readonly compiled?: undefined;
      readonly issues: readonly [Issue, ...Issue[]];
    };

/**
 * Check a value that may be anything.
 * @returns the plan with its defaults, compiled; or every issue, each with path and cure
 */
export function checkPlan(value: unknown, { tools, maxSubtasks }: CheckOptions): CheckedPlan {
  const refusal = checkSize(value, maxSubtasks);
  if (refusal !== undefined) return { issues: [refusal] };

  const parsed = planSchema.safeParse(value);
  const plan = parsed.success ? parsed.data : salvagePlan(value);
  const { issues: syntax, ...templates } = compileTemplates(plan);
  const ofUses = checkUses(plan, templates, tools);
  // A text that is no expression may have meant to be anything.
  const unreadable = new Set(syntax.map(({ path }) => path));
  const duplicates = checkIds(plan);
  const issues = [
    ...(parsed.success ? [] : schemaIssues(parsed.error, value)),
    ...checkDefaults(plan),
    ...duplicates,
    ...checkTools(plan, tools),
    ...checkDependencies(plan),
    ...checkBranches(plan),
    ...checkLostNames(value),
    ...syntax,
    ...[...ofUses, ...checkFallbacks(plan, templates, tools, ofUses)].filter(
      ({ path }) => !unreadable.has(path),
    ),
  ];

  // With two subtasks of one name nobody can say what depends on what.
  if (duplicates.length > 0) return failed(issues);
  try {
    const compiled = assemblePlan(plan, templates);
    return issues.length > 0 ? failed(issues) : { plan, compiled, issues: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return failed([...issues, ...error.issues]);
  }
}

/** What expressions read, and what tools are given. */
function checkUses(
  plan: Plan,
  { subtasks, output, accept }: PlanTemplates,
  tools: ToolLookup,
): Issue[] {
  const names = new Names(plan, tools);
  return [
    ...subtasks.flatMap((subtask, index) => checkSubtask(plan, index, subtask, names, tools)),
    ...(output === undefined ? [] : names.check(output, ["output"])),
    ...checkPlanAccept(plan.accept, accept, names),
  ];
}

/** A fallback takes the same input as the tool, and its output is read in the same way. */
function checkFallbacks(
  plan: Plan,
  templates: PlanTemplates,
  tools: ToolLookup,
  known: readonly Issue[],
): Issue[] {
  if (!plan.subtasks.some(({ fallback }) => fallback !== undefined)) return [];
  const withFallbacks = plan.subtasks.map((subtask) => ({
    ...subtask,
    tool: subtask.fallback ?? subtask.tool,
  }));
  const isKnown = ({ path, message }: Issue) =>
    known.some((issue) => issue.path === path && issue.message === message);
  return checkUses({ ...plan, subtasks: withFallbacks }, templates, tools)
    .filter((issue) => !isKnown(issue))
    .map((issue) => ({ ...issue, message: `When a fallback takes over: ${issue.message}` }));
}

function failed(issues: readonly Issue[]): CheckedPlan {
  return { issues: issues as readonly [Issue, ...Issue[]] };
}

/** What would make the rest of the checks pointless, or too much work. */
function checkSize(value: unknown, maxSubtasks: number): Issue | undefined {
  if (isTooMuch(value)) {
    return {
      code: "plan.schema",
      path: "",
      message: "The plan is nested too deep, is too large, or holds itself.",
      hint: "Keep inputs small and flat; let tools read large values.",
    };
  }
  const subtasks = isPlainObject(value) ? value["subtasks"] : undefined;
  if (!Array.isArray(subtasks) || subtasks.length <= maxSubtasks) return undefined;
  return {
    code: "plan.too_large",
    path: "subtasks",
    message: `The plan has ${subtasks.length} subtasks; the limit is ${maxSubtasks}.`,
    hint: "Make it smaller, or split it into several plans.",
  };
}

/** Names that the schema's library leaves out without a word. */
function checkLostNames(value: unknown): Issue[] {
  const { inputs, subtasks } = isPlainObject(value) ? value : {};
  const at = (names: unknown, path: readonly PathStep[]): Issue[] => {
    if (!isPlainObject(names) || !Object.hasOwn(names, LOST_NAME)) return [];
    const message = `Nothing can be called ${LOST_NAME}.`;
    const hint = "Give it another name.";
    return [{ code: "plan.schema", path: formatPath([...path, LOST_NAME]), message, hint }];
  };
  const list: readonly unknown[] = Array.isArray(subtasks) ? subtasks : [];
  return [
    ...at(inputs, ["inputs"]),
    ...list.flatMap((subtask, index) => {
      const { route } = isPlainObject(subtask) ? subtask : {};
      const { branches } = isPlainObject(route) ? route : {};
      return at(branches, ["subtasks", index, "route", "branches"]);
    }),
  ];
}

const LOST_NAME = "__proto__";

function checkDefaults(plan: Plan): Issue[] {
  return Object.entries(plan.inputs).flatMap(([name, input]): Issue[] => {
    if (input.default === undefined || isOfType(input.default, input.type)) return [];
    return [
      {
        code: "plan.schema",
        path: formatPath(["inputs", name, "default"]),
        message: `The default of ${name} is not of the type ${input.type}.`,
        hint: "Give a default of the type, or change the type.",
      },
    ];
  });
}

function checkSubtask(
  plan: Plan,
  index: number,
  compiled: CompiledSubtask,
  names: Names,
  tools: ToolLookup,
): Issue[] {
  const { when, idempotencyKey, fanOuts = [] } = compiled;
  const issues: Issue[] = [];
  const own = new Map<string, JsonObject | undefined>();
  for (const [depth, { in: list, as }] of fanOuts.entries()) {
    const at = ["subtasks", index, ...pathOfFanOut(plan.subtasks[index]?.forEach, depth)];
    const outer = new Map(own);
    issues.push(
      ...names.within(outer, () => [...names.check(list, at), ...checkList(list, at, names)]),
    );
    own.set(
      as,
      names.within(outer, () => elementSchema(list, names)),
    );
    own.set("index", { type: "integer" });
  }
  const subtask = plan.subtasks[index] as Subtask;
  const checked = { subtask, compiled, path: ["subtasks", index], names, tools };
  return names.within(own, () => {
    if (typeof when === "object") {
      const whenPath = ["subtasks", index, "when"];
      const wanted = "A condition must be true or false";
      issues.push(...checkOne(when, whenPath, names, "boolean", wanted));
    }
    if (idempotencyKey !== undefined) {
      issues.push(...names.check(idempotencyKey, ["subtasks", index, "idempotencyKey"]));
    }
    const ofInput = compiled.refine ? ITERATION_SCHEMAS : new Map();
    issues.push(...names.within(ofInput, () => checkCall(checked, [...checked.path, "input"])));
    issues.push(...checkRefine(checked), ...checkRoute(checked), ...checkJoin(checked));
    issues.push(...checkAccept(checked));
    return issues;
  });
}

/** What the tool is given. */
function checkCall({ subtask, compiled, names, tools }: CheckedFlow, path: PathStep[]): Issue[] {
  const { input: template } = compiled;
  const issues = names.check(template, path);
  const { tool: toolName, input } = subtask;
  const tool = tools.get(toolName);
  if (tool === undefined) return issues;
  const checked = { input: input as JsonObject, template, toolName, tool, names, path };
  return [...issues, ...checkInput(checked)];
}

/** What fans out needs a list. */
function checkList(list: Template, path: readonly PathStep[], names: Names): Issue[] {
  const [use] = list.uses;
  // A list that is written down may have expressions in it.
  if (use === undefined || use.steps.length > 0)
    return list.isLiteral && !isListOf(list) ? [noList(path, "is a text")] : [];
  const types = typesOfUse(use, names);
  if (use.isWhole && (types === undefined || types.has("array"))) return [];
  return [noList(path, use.isWhole ? `gives ${[...(types ?? [])].join(" or ")}` : "is a text")];
}

function isListOf(list: Template): boolean {
  return Array.isArray(list.evaluate({}));
}

function noList(path: readonly PathStep[], what: string): Issue {
  return {
    code: "plan.invalid_input",
    path: formatPath(path),
    message: `What it is done for each element of must be a list, and this ${what}.`,
    hint: "Write one ${expression} that gives a list and nothing else, e.g. ${a.rows}.",
  };
}

/** What an element of the list is, where that is certain. */
function elementSchema(list: Template, names: Names): JsonObject | undefined {
  const [use] = list.uses;
  const place = use?.steps.length === 0 && use.isWhole ? use.expression.place : undefined;
  const schema = place && names.schemaOf(place.name);
  if (place === undefined || schema === undefined) return undefined;
  const found = schemaAt(schema, [...place.steps, null]);
  if (found === null || isNoSuchField(found)) return undefined;
  const [only] = found;
  return found.length === 1 ? only : { anyOf: found };
}
