import { z } from "zod";
import type { Issue } from "../base/errors.ts";
import { formatPath, isPlainObject, type PathStep } from "../base/json.ts";
import { closest } from "./closest.ts";
import { planSchema } from "./schema.ts";

type ZodIssue = z.core.$ZodIssue;

/** How to write each field; the issue itself says what is wrong. */
const HINTS: Readonly<Record<string, string>> = {
  budget:
    "Write usd, tokens, toolCalls, modelCalls or seconds, each a number greater than 0, or replans, 0 to 20.",
  budgetShare: "Write a number greater than 0 and at most 1, e.g. 0.5.",
  default: "Give a value of the input's type.",
  defaults: "Write timeout, totalTimeout, retry, approval or optional, as in a subtask.",
  dependsOn:
    "Write a list of ids, e.g. [read_report]; { id: read_report, on: settled } also after a failure.",
  description: "Say in a sentence what it is for, or leave it out.",
  approval: "Write true or false, or { timeout: 1h, default: deny }.",
  attempts: "Write how often it is tried in all, 1 to 100.",
  factor: "Write a number from 1 to 100.",
  forEach: "Write an ${expression} that gives a list, or { in, as, concurrency, onItemError }.",
  in: "Write an ${expression} that gives a list, or a list.",
  as: "Use a name such as file.",
  atLeast: "Write a whole number from 1.",
  branches: "Write each branch by name with its subtasks, e.g. billing: [answer_billing].",
  by: "Write one ${expression} that gives the name of a branch, e.g. ${output.label}.",
  cache: "Write true or false.",
  check: "Write { tool, input }; in input ${output} is what is checked.",
  confidence: "Write one ${expression} from 0 to 1, e.g. ${output.confidence}.",
  iterations: "Write how often it is produced at most, 2 to 100.",
  join: "Write { require: all, within: 30s }; require may also be any, or a number.",
  refine: "Write { iterations: 3, until: ${…} }, and check, score and feedback where needed.",
  require: "Write all, any, or how many must have succeeded.",
  route: "Write { branches: { name: [id] } }, and by, default and threshold where needed.",
  score: "Write one ${expression} that is a number, e.g. ${check.score}.",
  threshold: "Write a number from 0 to 1.",
  until: "Write one ${expression} that is true or false, e.g. ${check.score > 0.8}.",
  within: "Write a number and a unit: 500ms, 1.5s, 10m, 2h or 30d.",
  concurrency: "Write a whole number from 1.",
  onItemError: "Write fail, skip or collect.",
  fallback: "Name one of the tools.",
  handler: "Name a module with a default export, e.g. validators/structure.ts.",
  initial: "Write a number and a unit: 500ms, 1.5s, 10m, 2h or 30d.",
  max: "Write a number and a unit: 500ms, 1.5s, 10m, 2h or 30d.",
  prompt: "Write what to ask; ${expressions} in it are filled in.",
  promptTemplate: "Name a file with a Liquid template, e.g. prompts/classify.j2.",
  retry: "Write { attempts: 3 }, and initial, factor and max where the defaults do not fit.",
  goal: "Say what the plan is for.",
  idempotencyKey: "Write a text that names the effect, e.g. invoice-${inputs.number}.",
  id: "Use a name such as read_report.",
  input: "Give the tool's arguments as an object.",
  inputs: "Write each input as a name with its type, e.g. year: { type: integer }.",
  maxTokens: "Write a whole number greater than 0.",
  model: "Write provider:model, e.g. anthropic:claude-sonnet-5-5.",
  on: "Write success or settled.",
  optional: "Write true or false.",
  outputSchema: "Name a file with a JSON Schema, or write the schema itself.",
  output: "Give a value; strings in it may hold ${expressions}.",
  subtasks: "List at least one subtask, with id, tool and input.",
  timeout: "Write a number and a unit: 500ms, 1.5s, 10m, 2h or 30d; or adaptive.",
  tool: "Name one of the tools.",
  totalTimeout: "Write a number and a unit: 500ms, 1.5s, 10m, 2h or 30d.",
  type: "Write string, integer, number, boolean, array or object.",
  variables: "Write values by name; strings may hold ${expressions}.",
  version: "Write version: 1.",
  workflow: "Write { id: support_triage, version: 1.2.0, description: … }.",
  when: "Write one ${expression} that is true or false, e.g. ${size(a.rows) > 0}.",
};

const ACCEPT_HINT =
  "Write a list of criteria, e.g. [names its sources, { minLength: 100 }], or { criteria, threshold }.";
const TEXTS_HINT = "Write a text, or a list of texts.";

/** How to write what an output must be like. */
const ACCEPT_HINTS: Readonly<Record<string, string>> = {
  atLeast: "Write a number from 0 to 1.",
  cites: "Write the id of a subtask, or a list of ids.",
  contains: TEXTS_HINT,
  criterion: "Say in plain words what it must be, e.g. names its sources.",
  evaluator: "Name one of your evaluators.",
  expression: "Write one ${expression} that is true or false, e.g. ${size(output.rows) > 0}.",
  grounded: "Write true, or the share of its claims that must be supported, e.g. 0.9.",
  matches: "Write a regular expression.",
  maxLength: "Write a whole number from 0.",
  minLength: "Write a whole number from 1.",
  noPlaceholders: "Write true, or leave it out.",
  schema: "Write a JSON Schema as an object.",
  similarTo: "Write the text that it must resemble.",
  threshold: "Write a number from 0 to 1.",
  tolerance: "Write a number from 0, e.g. 0.01.",
  weight: "Write a number greater than 0 and at most 100.",
};

/** What was checked, and where in the plan it stands. */
export type CheckedPart = { readonly schema: z.ZodType; readonly at: readonly PathStep[] };

const WHOLE: CheckedPart = { schema: planSchema, at: [] };

/**
 * What the schema says against a plan, in our words.
 * @param value the plan as it was given
 * @param part of it that was checked
 */
export function schemaIssues(error: z.ZodError, value: unknown, part = WHOLE): Issue[] {
  return error.issues.flatMap((issue) => toIssues(issue, part.at, value, part));
}

function toIssues(
  issue: ZodIssue,
  base: readonly PathStep[],
  root: unknown,
  part: CheckedPart,
): Issue[] {
  const steps = [...base, ...(issue.path as PathStep[])];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(part.schema, steps.slice(part.at.length));
    return issue.keys.map((key) => unknownKey(steps, key, known));
  }
  const value = valueAt(root, steps);
  if (issue.code === "invalid_union") {
    const branch = issue.errors.find((issues) => isAboutInside(issues, value));
    if (branch !== undefined) return branch.flatMap((inner) => toIssues(inner, steps, root, part));
  }
  const path = formatPath(steps);
  return [
    { code: "plan.schema", path, message: messageOf(issue, steps, value), hint: hintOf(steps) },
  ];
}

/** Of a union, the branch that is of the value's kind and only wrong inside. */
function isAboutInside(issues: readonly ZodIssue[], value: unknown): boolean {
  if (isPlainObject(value)) {
    return issues.every(({ code, path }) => path.length > 0 || code === "unrecognized_keys");
  }
  return issues.every(({ code }) => code === "invalid_format");
}

function unknownKey(steps: readonly PathStep[], key: string, known: readonly string[]): Issue {
  const near = closest(key.replaceAll(/[_-]/g, ""), known);
  const owner = steps.length === 0 ? "The plan" : formatPath(steps);
  const list = `Its keys are ${known.join(", ")}.`;
  return {
    code: "plan.unknown_key",
    path: formatPath([...steps, key]),
    message: `${owner} has no key ${key}.`,
    hint: unknownHint(steps, key) ?? (near === undefined ? list : `Did you mean ${near}?`),
  };
}

/** Keys of subtasks that call no tool. */
const OTHER_KINDS: readonly string[] = ["prompt", "promptTemplate", "handler", "workflow", "tool"];

/** Keys that stand elsewhere in this format. */
function unknownHint(steps: readonly PathStep[], key: string): string | undefined {
  if (steps.length === 0 && key === "id") return "Write workflow: { id: …, version: … }.";
  if (steps.length === 2 && OTHER_KINDS.includes(key)) {
    return "A subtask is a tool call, a prompt, a function or a workflow: keep one of them.";
  }
  return undefined;
}

/** The keys of the objects that the schema has at this place. */
export function keysAt(schema: unknown, steps: readonly PathStep[]): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap(), steps);
  }
  if (schema instanceof z.ZodUnion) {
    return [...new Set(schema.options.flatMap((option) => keysAt(option, steps)))];
  }
  const [step, ...rest] = steps;
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, unknown>> = schema.shape;
    return step === undefined ? Object.keys(shape) : keysAt(shape[step], rest);
  }
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : [];
}

function messageOf(issue: ZodIssue, steps: readonly PathStep[], value: unknown): string {
  const name = formatPath(steps) || "The plan";
  if (value === undefined) return `${name} is missing.`;
  switch (issue.code) {
    case "invalid_type":
      return `${name} must be ${nounOf(issue.expected)}, not ${describe(value)}.`;
    case "too_small":
      if (typeof value !== "number") return `${name} must not be empty.`;
      return `${name} must be ${issue.inclusive ? "at least" : "greater than"} ${issue.minimum}, not ${value}.`;
    case "too_big":
      return `${name} must be at most ${issue.maximum}, not ${describe(value)}.`;
    case "invalid_value":
      return `${name} must be ${issue.values.join(" or ")}, not ${describe(value)}.`;
    case "invalid_format":
    case "custom":
      return `${name} ${issue.message}, and is ${describe(value)}.`;
    case "invalid_key": {
      const [first] = issue.issues;
      if (steps.at(-1) === "") return `A name in ${formatPath(steps.slice(0, -1))} is empty.`;
      return `The name ${String(steps.at(-1))} ${first?.message ?? "is not allowed"}.`;
    }
    default:
      return steps.includes("input") || steps[0] === "output"
        ? `${name} must be JSON, not ${describe(value)}.`
        : `${name} cannot be ${describe(value)}.`;
  }
}

function nounOf(expected: string): string {
  if (expected === "record") return "an object";
  return /^[aeio]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function hintOf(steps: readonly PathStep[]): string {
  if (steps[0] === "subtasks" && steps[2] === "type") return KIND_HINT;
  const key = fieldOf(steps);
  if (key === "accept") return acceptHint(steps);
  return (key !== undefined && Object.hasOwn(HINTS, key) ? HINTS[key] : undefined) ?? PLAN_HINT;
}

function acceptHint(steps: readonly PathStep[]): string {
  const found = steps.find((step) => Object.hasOwn(ACCEPT_HINTS, step));
  return ACCEPT_HINTS[found ?? ""] ?? ACCEPT_HINT;
}

const KIND_HINT = "Write tool, model, function or workflow, or leave it out.";
const PLAN_HINT = "Give an object with goal and subtasks.";

/** The field of the plan format that a path leads to or into. */
function fieldOf(steps: readonly PathStep[]): string | undefined {
  const [first, second, third, , fifth] = steps;
  if (first === "defaults") return second === undefined ? first : String(second);
  const inner = third === "dependsOn" && typeof fifth === "string" ? fifth : third;
  const field = first === "subtasks" || first === "inputs" ? (inner ?? first) : first;
  return field === undefined ? undefined : String(field);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isPlainObject(value)) return "an object";
  if (typeof value !== "string") return `the ${typeof value} ${String(value)}`;
  return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value);
}

function valueAt(root: unknown, steps: readonly PathStep[]): unknown {
  let value = root;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<PathStep, unknown>)[step];
  }
  return value;
}
