/**
 * Checks of a subtask's input against its tool's schema, as far as it is known before the
 * run: literal values by the tool's own validation, expressions by the type they give.
 */

import type { Issue } from "../base/errors.ts";
import {
  formatPath,
  isPlainObject,
  type Json,
  type JsonObject,
  type PathStep,
} from "../base/json.ts";
import type { JsonType } from "./cel.ts";
import { type Names, renderPlace } from "./check-names.ts";
import { closest } from "./closest.ts";
import type { ExpressionUse, Template } from "./expressions.ts";
import { inputFields, isNoSuchField, schemaAt, typesOf } from "./schema-fields.ts";
import type { CheckableTool } from "./tool-lookup.ts";

type Problem = { readonly steps: readonly PathStep[]; readonly message: string };

/** Values of each type that a schema which takes some of the type takes: coercion is not refused. */
const SAMPLES: Readonly<Record<JsonType, readonly Json[]>> = {
  string: ["", "text", "1", "true", "2026-01-01", "2026-01-01T00:00:00Z", "https://example.org"],
  number: [0, 1, 0.5],
  boolean: [true, false],
  null: [null],
  array: [[]],
  object: [{}],
};

/** The input of a subtask and what it is checked against. */
export type CheckedInput = {
  /** As the plan has it. */
  readonly input: JsonObject;
  readonly template: Template;
  readonly toolName: string;
  readonly tool: CheckableTool;
  readonly names: Names;
  /** Of the input in the plan. */
  readonly path: readonly PathStep[];
};

/** What is wrong with the input of a subtask. */
export function checkInput(checked: CheckedInput): Issue[] {
  const { input, template } = checked;
  const written = (template.isLiteral ? template.evaluate({}) : input) as JsonObject;
  const unknown: Issue[] = [];
  const known = withoutUnknownKeys(written, checked, [], unknown) as JsonObject;
  return [...unknown, ...checkLiterals(known, checked), ...checkTypes(known, checked)];
}

function issueAt(
  { path }: CheckedInput,
  steps: readonly PathStep[],
  message: string,
  hint: string,
): Issue {
  return { code: "plan.invalid_input", path: formatPath([...path, ...steps]), message, hint };
}

/** The value without the keys that the schema does not know; what is not changed is not copied. */
function withoutUnknownKeys(
  value: Json,
  checked: CheckedInput,
  steps: readonly PathStep[],
  issues: Issue[],
): Json {
  if (typeof value !== "object" || value === null) return value;
  const found = schemaAt(checked.tool.inputSchema, steps);
  if (found === null || isNoSuchField(found)) return value;
  if (Array.isArray(value)) {
    const list = (value as readonly Json[]).map((element, index) =>
      withoutUnknownKeys(element, checked, [...steps, index], issues),
    );
    return list.some((element, index) => element !== value[index]) ? list : value;
  }
  const fields = inputFields(found);
  const record = value as JsonObject;
  const entries: [string, Json][] = [];
  for (const [key, inner] of Object.entries(record)) {
    if (fields === undefined || fields.has(key)) {
      entries.push([key, withoutUnknownKeys(inner, checked, [...steps, key], issues)]);
    } else issues.push(unknownKey(checked, [...steps, key], [...fields]));
  }
  const isSame =
    entries.length === Object.keys(record).length &&
    entries.every(([key, inner]) => inner === record[key]);
  return isSame ? value : Object.fromEntries(entries);
}

function unknownKey(
  checked: CheckedInput,
  steps: readonly PathStep[],
  fields: readonly string[],
): Issue {
  const near = closest(String(steps.at(-1)), fields);
  const list = fields.length === 0 ? "It takes no input." : `It takes ${fields.join(", ")}.`;
  const message = `The tool ${checked.toolName} takes no ${formatPath(steps)}.`;
  return issueAt(checked, steps, message, near === undefined ? list : `Did you mean ${near}?`);
}

/** What the tool's own validation says where no expression has a part in it. */
function checkLiterals(value: JsonObject, checked: CheckedInput): Issue[] {
  const { template, tool, toolName } = checked;
  return problemsOf(tool, value)
    .filter(({ steps }) => !template.uses.some((use) => overlap(use.steps, steps)))
    .map(({ steps, message }) => {
      const field = formatPath(steps);
      const isMissing = steps.length > 0 && valueAt(value, steps) === undefined;
      const what = isMissing
        ? `The tool ${toolName} needs ${field}.`
        : `The tool ${toolName} refuses ${field || "its input"}: ${message}.`;
      return issueAt(checked, steps, what, fieldHint(toolName, tool, steps));
    });
}

/** Expressions whose type is certainly not what the input takes. */
function checkTypes(value: JsonObject, checked: CheckedInput): Issue[] {
  const { template, toolName } = checked;
  const issues: Issue[] = [];
  for (const use of template.uses) {
    const mismatch = typeMismatch(use, value, checked);
    if (mismatch === undefined) continue;
    const given = alternativesOf(mismatch.given);
    const wanted = alternativesOf(mismatch.wanted);
    const message = `${describeUse(use)} gives ${given}, but ${formatPath(use.steps)} of ${toolName} takes ${wanted}.`;
    issues.push(issueAt(checked, use.steps, message, conversionHint(mismatch, use)));
  }
  return issues;
}

type Mismatch = { readonly given: ReadonlySet<JsonType>; readonly wanted: ReadonlySet<JsonType> };

function typeMismatch(
  use: ExpressionUse,
  value: JsonObject,
  { tool, names }: CheckedInput,
): Mismatch | undefined {
  const found = schemaAt(tool.inputSchema, use.steps);
  const wanted = isNoSuchField(found) ? undefined : typesOf(found);
  const given = typesOfUse(use, names);
  if (wanted === undefined || given === undefined || given.size === 0) return undefined;
  // One possible type that fits is enough: the others are not certain.
  if ([...given].some((type) => wanted.has(type))) return undefined;
  const samples = [...given].flatMap((type) => SAMPLES[type]);
  const isTaken = samples.some((sample) => {
    const problems = problemsOf(tool, withValueAt(value, use.steps, sample));
    return !problems.some(({ steps }) => overlap(steps, use.steps));
  });
  return isTaken ? undefined : { given, wanted };
}

/** The types that an expression may give, if that is certain. */
export function typesOfUse(use: ExpressionUse, names: Names): ReadonlySet<JsonType> | undefined {
  if (!use.isWhole) return new Set(["string"]);
  const { type, place } = use.expression;
  if (type !== undefined) return new Set([type]);
  const schema = place && names.schemaOf(place.name);
  if (place === undefined || schema === undefined) return undefined;
  const found = schemaAt(schema, place.steps);
  return isNoSuchField(found) ? undefined : typesOf(found);
}

function describeUse({ isWhole, expression }: ExpressionUse): string {
  if (!isWhole) return "A text with an expression in it";
  const { place, text } = expression;
  return place === undefined ? `The expression ${text}` : renderPlace(place.name, place.steps);
}

function conversionHint({ given, wanted }: Mismatch, use: ExpressionUse): string {
  const { text } = use.expression;
  if (wanted.has("string")) {
    const convert = given.has("array") || given.has("object") ? "toJson" : "string";
    return `Make it a text: \${${convert}(${text})}.`;
  }
  if (wanted.has("array") && use.isWhole) return `Make it a list: \${[${text}]}.`;
  if (wanted.has("number") && given.has("string") && use.isWhole) {
    return `Make it a number: \${double(${text})}.`;
  }
  return "Refer to a field of the right type.";
}

/** The tool's own verdict; none when it needs to wait for one or fails itself. */
function problemsOf(tool: CheckableTool, value: Json): Problem[] {
  let result: ReturnType<CheckableTool["input"]["~standard"]["validate"]>;
  try {
    result = tool.input["~standard"].validate(value);
  } catch {
    return [];
  }
  if (result instanceof Promise) {
    // Whoever runs the tool validates again, and then waits.
    result.catch(() => undefined);
    return [];
  }
  return (result.issues ?? []).map(({ message, path }) => ({
    message: message.replace(/\.$/, ""),
    steps: (path ?? []).map((step) => {
      const key = typeof step === "object" ? step.key : step;
      return typeof key === "number" ? key : String(key);
    }),
  }));
}

function alternativesOf(types: ReadonlySet<JsonType>): string {
  return [...types].map((type) => (type === "null" ? type : withArticle(type))).join(" or ");
}

function withArticle(noun: string): string {
  return `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** Whether one path leads through the other. */
function overlap(a: readonly PathStep[], b: readonly PathStep[]): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (String(a[i]) !== String(b[i])) return false;
  return true;
}

function fieldHint(name: string, tool: CheckableTool, steps: readonly PathStep[]): string {
  const found = schemaAt(tool.inputSchema, steps);
  const schema = found === null || isNoSuchField(found) ? undefined : found[0];
  const description = schema?.["description"];
  if (typeof description === "string") return description;
  const types = isNoSuchField(found) ? undefined : typesOf(found);
  if (types !== undefined && types.size > 0) return `Give ${alternativesOf(types)}.`;
  return `See the input of ${name}: planwright tools show ${name}.`;
}

function valueAt(root: Json, steps: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as { readonly [key: string]: Json })[step];
  }
  return value;
}

function withValueAt(value: Json, steps: readonly PathStep[], inner: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return inner;
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((element, index) =>
      index === step ? withValueAt(element, rest, inner) : element,
    );
  }
  if (!isPlainObject(value)) return value;
  const record = value as JsonObject;
  return Object.fromEntries(
    Object.entries(record).map(([key, other]) =>
      key === step ? [key, withValueAt(other, rest, inner)] : [key, other],
    ),
  );
}
