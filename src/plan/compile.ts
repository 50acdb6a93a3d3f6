import { InputError, type Issue } from "../base/errors.ts";
import { formatPath, isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { closest } from "./closest.ts";
import { type CompiledAccept, compileAccept } from "./compile-accept.ts";
import {
  CHECK_NAME,
  type CompiledFanOut,
  type CompiledJoin,
  type CompiledRefine,
  type CompiledRoute,
  compileFanOuts,
  compileJoin,
  compileRefine,
  compileRoute,
  ITERATION_NAMES,
  itemNames,
  OUTPUT_NAME,
} from "./compile-control-flow.ts";
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
  readonly refine?: CompiledRefine;
  readonly route?: CompiledRoute;
  readonly join?: CompiledJoin;
  readonly accept?: CompiledAccept;
};

/** A valid plan with its graph and its expressions ready to run. */
export type CompiledPlan = {
  readonly plan: Plan;
  readonly graph: PlanGraph;
  /** In plan order. */
  readonly subtasks: readonly CompiledSubtask[];
  readonly output: Template | undefined;
  /** Undefined where nothing is wanted of the output. */
  readonly accept: CompiledAccept | undefined;
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
    const { issues, ...templates } = compileTemplates(plan);
    if (issues.length > 0) throw new InputError(issues);
    compiled = assemblePlan(plan, templates);
  }
  return compiled;
}

/** All that a plan writes with expressions. */
export type PlanTemplates = Pick<CompiledPlan, "subtasks" | "output" | "accept">;

/** The expressions of a plan, and what is wrong with them. */
export function compileTemplates(plan: Plan): PlanTemplates & { issues: Issue[] } {
  const issues: Issue[] = [];
  const compile = (value: Json, path: readonly (string | number)[]) => {
    const compiled = compileTemplate(value);
    for (const issue of compiled.issues) issues.push(issueAt(path, issue));
    return compiled.template;
  };
  const subtasks = plan.subtasks.map((subtask, index) =>
    compileSubtask(subtask, (value, place) => compile(value, ["subtasks", index, ...place])),
  );
  const output = plan.output === undefined ? undefined : compile(plan.output as Json, ["output"]);
  const accept = plan.accept && compileAccept(plan.accept, compile);
  return { subtasks, output, accept, issues };
}

function compileSubtask(
  { id, input, when, idempotencyKey, forEach, refine, route, join, accept }: Subtask,
  compile: (value: Json, place: readonly (string | number)[]) => Template,
): CompiledSubtask {
  const fanOuts = compileFanOuts(forEach, compile);
  const own = itemNames(fanOuts);
  const condition = typeof when === "string" ? compile(when, ["when"]) : when;
  return {
    id,
    input: compile(input as JsonObject, ["input"]),
    ...(condition !== undefined && { when: condition }),
    ...(idempotencyKey !== undefined && {
      idempotencyKey: compile(idempotencyKey, ["idempotencyKey"]),
    }),
    ...(fanOuts.length > 0 && {
      fanOuts,
      isWhenOfItems:
        typeof condition === "object" && condition.references.some((name) => own.has(name)),
    }),
    ...(refine && { refine: compileRefine(refine, compile) }),
    ...(route && { route: compileRoute(route, compile) }),
    ...(join && { join: compileJoin(join) }),
    ...(accept && { accept: compileAccept(accept, compile) }),
  };
}

/**
 * Put a plan together with its compiled expressions.
 * @throws {InputError} `plan.cycle`
 */
export function assemblePlan(plan: Plan, templates: PlanTemplates): CompiledPlan {
  const { subtasks } = templates;
  const routesTo = routesOf(subtasks);
  const graph = buildGraph(
    plan.subtasks.map(({ id, dependsOn }, index) => ({
      id,
      dependsOn: [
        ...dependsOn.map((item) =>
          typeof item === "string" ? { id: item, on: "success" as const } : item,
        ),
        ...(routesTo.get(id) ?? []).map((route) => ({ id: route, on: "success" as const })),
      ],
      references: referencesOf(subtasks[index]),
    })),
  );
  const compiled: CompiledPlan = { plan, graph, ...templates };
  compiledPlans.set(plan, compiled);
  return compiled;
}

/** By subtask, the routes that choose whether it runs. */
function routesOf(subtasks: readonly CompiledSubtask[]): ReadonlyMap<string, readonly string[]> {
  const routes = new Map<string, string[]>();
  for (const { id, route } of subtasks) {
    for (const member of route?.members.keys() ?? []) {
      routes.set(member, [...(routes.get(member) ?? []), id]);
    }
  }
  return routes;
}

/** Names that the expressions of a subtask read, but for those that mean something of its own. */
export function referencesOf(subtask: CompiledSubtask | undefined): readonly string[] {
  if (subtask === undefined) return [];
  const { input, when, idempotencyKey, fanOuts = [], refine, route, accept } = subtask;
  const condition = typeof when === "object" ? when : undefined;
  if (!condition && !idempotencyKey && fanOuts.length === 0 && !refine && !route && !accept) {
    return input.references;
  }
  const item = itemNames(fanOuts);
  const iteration = refine ? [...item, ...ITERATION_NAMES] : item;
  const ofOutput = [...iteration, OUTPUT_NAME];
  const ofCheck = refine?.check ? [...ofOutput, CHECK_NAME] : ofOutput;
  return [
    ...free([input], iteration),
    ...free([condition, idempotencyKey], item),
    ...free([route?.by, route?.confidence, refine?.check?.input], ofOutput),
    ...free(accept?.criteria ?? [], ofOutput),
    ...(accept?.rules ?? []).flatMap(({ cites = [] }) => cites),
    ...free([refine?.until, refine?.score, refine?.feedback], ofCheck),
    ...fanOuts.flatMap((level, depth) => free([level.in], itemNames(fanOuts.slice(0, depth)))),
  ];
}

function free(
  templates: readonly (Template | null | undefined)[],
  own: Iterable<string>,
): readonly string[] {
  const hidden = new Set(own);
  return templates.flatMap((template) =>
    (template?.references ?? []).filter((name) => !hidden.has(name)),
  );
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
