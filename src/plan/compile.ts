import { InputError, type Issue } from "../base/errors.ts";
import { formatPath, isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { closest } from "./closest.ts";
import { compileTemplate, type ExpressionIssue, type Template } from "./expressions.ts";
import { buildGraph, type PlanGraph } from "./graph.ts";
import type { Plan, PlanInput } from "./schema.ts";

export type CompiledSubtask = {
  readonly id: string;
  readonly input: Template;
  readonly when?: Template | boolean;
  readonly idempotencyKey?: Template;
};

/** A valid plan with its graph and its expressions ready to run. */
export type CompiledPlan = {
  readonly plan: Plan;
  readonly graph: PlanGraph;
  /** In plan order. */
  readonly subtasks: readonly CompiledSubtask[];
  readonly output: Template | undefined;
};

/** A plan is data that nobody changes, so what follows from it is worked out once. */
const compiledPlans = new WeakMap<Plan, CompiledPlan>();

/**
 * Compile a plan that is known to be valid: `checkPlan` said so, or the journal did.
 * @throws {InputError} `expression.syntax` or `plan.cycle`, which then is a bug of the caller
 */
export function compilePlan(plan: Plan): CompiledPlan {
  let compiled = compiledPlans.get(plan);
  if (compiled === undefined) {
    const { subtasks, output, issues } = compileTemplates(plan);
    if (issues.length > 0) throw new InputError(issues);
    compiled = assemblePlan(plan, subtasks, output);
  }
  return compiled;
}

/** The expressions of a plan, and what is wrong with them. */
export function compileTemplates(plan: Plan): {
  subtasks: CompiledSubtask[];
  output: Template | undefined;
  issues: Issue[];
} {
  const issues: Issue[] = [];
  const compile = (value: Json, path: readonly (string | number)[]) => {
    const compiled = compileTemplate(value);
    for (const issue of compiled.issues) issues.push(issueAt(path, issue));
    return compiled.template;
  };
  const subtasks = plan.subtasks.map(({ id, input, when, idempotencyKey }, index) => ({
    id,
    input: compile(input as JsonObject, ["subtasks", index, "input"]),
    ...(when === undefined
      ? {}
      : { when: typeof when === "boolean" ? when : compile(when, ["subtasks", index, "when"]) }),
    ...(idempotencyKey !== undefined && {
      idempotencyKey: compile(idempotencyKey, ["subtasks", index, "idempotencyKey"]),
    }),
  }));
  const output = plan.output === undefined ? undefined : compile(plan.output as Json, ["output"]);
  return { subtasks, output, issues };
}

/**
 * Put a plan together with its compiled expressions.
 * @throws {InputError} `plan.cycle`
 */
export function assemblePlan(
  plan: Plan,
  subtasks: readonly CompiledSubtask[],
  output: Template | undefined,
): CompiledPlan {
  const graph = buildGraph(
    plan.subtasks.map(({ id, dependsOn }, index) => ({
      id,
      dependsOn: dependsOn.map((item) =>
        typeof item === "string" ? { id: item, on: "success" as const } : item,
      ),
      references: referencesOf(subtasks[index]),
    })),
  );
  const compiled: CompiledPlan = { plan, graph, subtasks, output };
  compiledPlans.set(plan, compiled);
  return compiled;
}

/** Names that the expressions of a subtask read: in its input, its condition and its key. */
function referencesOf(subtask: CompiledSubtask | undefined): readonly string[] {
  if (subtask === undefined) return [];
  const { input, when, idempotencyKey } = subtask;
  if (typeof when !== "object" && idempotencyKey === undefined) return input.references;
  const condition = typeof when === "object" ? when.references : [];
  return [...input.references, ...condition, ...(idempotencyKey?.references ?? [])];
}

function issueAt(path: readonly (string | number)[], issue: ExpressionIssue): Issue {
  const { message, hint } = issue;
  return { code: "expression.syntax", path: formatPath([...path, ...issue.steps]), message, hint };
}

/**
 * The values of a plan's inputs: what is given, and the defaults for the rest.
 * @throws {InputError} `input.missing`, `input.unknown`, `input.invalid`; all at once, at `inputs.year`
 */
export function resolveInputs(plan: Plan, given: JsonObject): JsonObject {
  const issues: Issue[] = [];
  const inputs: Record<string, Json> = {};
  const names = Object.keys(plan.inputs);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(plan.inputs, name)) continue;
    const near = closest(name, names);
    issues.push({
      code: "input.unknown",
      path: formatPath(["inputs", name]),
      message: `The plan has no input ${name}.`,
      hint: near !== undefined ? `Did you mean ${near}?` : listOfInputs(names),
    });
  }
  for (const [name, input] of Object.entries(plan.inputs)) {
    const path = formatPath(["inputs", name]);
    const value = Object.hasOwn(given, name) ? given[name] : (input.default as Json | undefined);
    if (value === undefined) {
      const what = input.description === undefined ? "" : ` (${input.description})`;
      const message = `The plan needs the input ${name}${what}.`;
      issues.push({ code: "input.missing", path, message, hint: `Give it as ${nounOf(input)}.` });
    } else if (!isOfType(value, input.type)) {
      const message = `The input ${name} must be ${nounOf(input)}, not ${JSON.stringify(value)}.`;
      issues.push({ code: "input.invalid", path, message, hint: `Give ${nounOf(input)}.` });
    } else inputs[name] = value;
  }
  if (issues.length > 0) throw new InputError(issues);
  return inputs;
}

/** Whether a value is of the type that an input declares. */
export function isOfType(value: unknown, type: PlanInput["type"]): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isPlainObject(value);
    default:
      return typeof value === type;
  }
}

function nounOf({ type }: PlanInput): string {
  return `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;
}

function listOfInputs(names: readonly string[]): string {
  return names.length === 0 ? "It takes no inputs." : `Its inputs are ${names.join(", ")}.`;
}
