import { InputError, type Issue } from "../base/errors.ts";
import { formatPath, isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { closest } from "./closest.ts";
import { compileTemplate, type ExpressionIssue, type Template } from "./expressions.ts";
import { buildGraph, type PlanGraph } from "./graph.ts";
import type { Plan, PlanInput, Subtask } from "./schema.ts";

export type CompiledSubtask = {
  readonly id: string;
  readonly input: Template;
  readonly when?: Template | boolean;
  readonly idempotencyKey?: Template;
  /** Whether its condition is about each item, and not about all of them. */
  readonly isWhenOfItems?: boolean;
  /** From the outermost to the innermost. */
  readonly fanOuts?: readonly CompiledFanOut[];
};

/** How a subtask does its work once for each element of a list. */
export type CompiledFanOut = {
  readonly in: Template;
  /** What expressions call the element. */
  readonly as: string;
  /** Null for as many as the run allows. */
  readonly concurrency: number | null;
  readonly onItemError: "fail" | "skip" | "collect";
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
  const subtasks = plan.subtasks.map(({ id, input, when, idempotencyKey, forEach }, index) => {
    const at = ["subtasks", index] as const;
    const fanOuts = fanOutsOf(forEach).map((level, depth): CompiledFanOut => {
      const { as = "item", concurrency = null, onItemError = "fail" } = level;
      const path = [...at, ...pathOfFanOut(forEach, depth)];
      return { in: compile(level.in as Json, path), as, concurrency, onItemError };
    });
    const own = itemNames(fanOuts);
    const condition = typeof when === "string" ? compile(when, [...at, "when"]) : when;
    const isOfItem = (name: string) => own.has(name);
    return {
      id,
      input: compile(input as JsonObject, [...at, "input"]),
      ...(condition !== undefined && { when: condition }),
      ...(idempotencyKey !== undefined && {
        idempotencyKey: compile(idempotencyKey, [...at, "idempotencyKey"]),
      }),
      ...(fanOuts.length > 0 && {
        fanOuts,
        isWhenOfItems: typeof condition === "object" && condition.references.some(isOfItem),
      }),
    };
  });
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

/** Names that the expressions of a subtask read, but for what it calls its items. */
function referencesOf(subtask: CompiledSubtask | undefined): readonly string[] {
  if (subtask === undefined) return [];
  const { input, when, idempotencyKey, fanOuts = [] } = subtask;
  if (typeof when !== "object" && idempotencyKey === undefined && fanOuts.length === 0) {
    return input.references;
  }
  const condition = typeof when === "object" ? when.references : [];
  const own = itemNames(fanOuts);
  const inside = [...input.references, ...condition, ...(idempotencyKey?.references ?? [])];
  const lists = fanOuts.flatMap((level, depth) => {
    const outer = itemNames(fanOuts.slice(0, depth));
    return level.in.references.filter((name) => !outer.has(name));
  });
  return [...inside.filter((name) => !own.has(name)), ...lists];
}

/** What the expressions of an item may call it and its place. */
function itemNames(fanOuts: readonly Pick<CompiledFanOut, "as">[]): ReadonlySet<string> {
  if (fanOuts.length === 0) return new Set();
  return new Set(["index", ...fanOuts.map(({ as }) => as)]);
}

type ForEach = NonNullable<Subtask["forEach"]>;
type Level = Extract<ForEach, { readonly in: unknown }>;

/** The fan-outs of a subtask as the plan has them, from the outermost to the innermost. */
function fanOutsOf(forEach: ForEach | undefined): Partial<Level>[] {
  if (forEach === undefined) return [];
  if (typeof forEach === "string" || Array.isArray(forEach)) return [{ in: forEach }];
  const { forEach: inner, ...level } = forEach;
  return [level, ...fanOutsOf(inner)];
}

/** Where in a subtask the list of a fan-out stands. */
export function pathOfFanOut(forEach: ForEach | undefined, depth: number): string[] {
  if (forEach === undefined) return [];
  if (typeof forEach === "string" || Array.isArray(forEach)) return ["forEach"];
  if (depth === 0) return ["forEach", "in"];
  return ["forEach", ...pathOfFanOut(forEach.forEach, depth - 1)];
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
