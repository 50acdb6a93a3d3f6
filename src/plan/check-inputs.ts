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

/**
 * What is wrong with the input of a subtask.
 * @param base path of the input in the plan
 */
export function checkInput(
  name: string,
  tool: CheckableTool,
  template: Template,
  input: JsonObject,
  names: Names,
  base: readonly PathStep[],
): Issue[] {
  const value = (template.isLiteral ? template.evaluate({}) : input) as JsonObject;
  const issueAt = (steps: readonly PathStep[], message: string, hint: string): Issue => ({
    code: "plan.invalid_input",
    path: formatPath([...base, ...steps]),
    message,
    hint,
  });
  const unknown: Issue[] = [];
  const known = withoutUnknownKeys(value, tool.inputSchema, [], (steps, key, fields) => {
    const near = closest(key, fields);
    const hint = near === undefined ? fieldList(fields) : `Did you mean ${near}?`;
    unknown.push(
      issueAt([...steps, key], `The tool ${name} takes no ${formatPath([...steps, key])}.`, hint),
    );
  }) as JsonObject;
  const literal = problemsOf(tool, known)
    .filter(({ steps }) => !template.uses.some((use) => overlap(use.steps, steps)))
    .map(({ steps, message }) => {
      const field = formatPath(steps);
      const isMissing = steps.length > 0 && valueAt(known, steps) === undefined;
      return isMissing
        ? issueAt(steps, `The tool ${name} needs ${field}.`, fieldHint(name, tool, steps))
        : issueAt(
            steps,
            `The tool ${name} refuses ${field || "its input"}: ${message}.`,
            fieldHint(name, tool, steps),
          );
    });
  const typed = template.uses.flatMap((use) => {
    const mismatch = typeMismatch(use, tool, known, names);
    if (mismatch === undefined) return [];
    const { given, wanted, what } = mismatch;
    const field = formatPath(use.steps);
    return [
      issueAt(
        use.steps,
        `${what} gives ${alternativesOf(given)}, but ${field} of ${name} takes ${alternativesOf(wanted)}.`,
        conversionHint(given, wanted, use),
      ),
    ];
  });
  return [...unknown, ...literal, ...typed];
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

/** The value without the keys that the schema does not know; what is not changed is not copied. */
function withoutUnknownKeys(
  value: Json,
  root: JsonObject,
  steps: readonly PathStep[],
  report: (steps: readonly PathStep[], key: string, fields: readonly string[]) => void,
): Json {
  if (typeof value !== "object" || value === null) return value;
  const found = schemaAt(root, steps);
  if (found === null || isNoSuchField(found)) return value;
  if (Array.isArray(value)) {
    const list = (value as readonly Json[]).map((element, index) =>
      withoutUnknownKeys(element, root, [...steps, index], report),
    );
    return list.some((element, index) => element !== value[index]) ? list : value;
  }
  const fields = inputFields(found);
  let changed = false;
  const entries: [string, Json][] = [];
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    if (fields !== undefined && !fields.has(key)) {
      report(steps, key, [...fields]);
      changed = true;
      continue;
    }
    const kept = withoutUnknownKeys(inner, root, [...steps, key], report);
    changed ||= kept !== inner;
    entries.push([key, kept]);
  }
  return changed ? Object.fromEntries(entries) : value;
}

type Mismatch = {
  readonly given: ReadonlySet<JsonType>;
  readonly wanted: ReadonlySet<JsonType>;
  readonly what: string;
};

/** An expression whose type certainly is not what the input takes. */
function typeMismatch(
  use: ExpressionUse,
  tool: CheckableTool,
  input: JsonObject,
  names: Names,
): Mismatch | undefined {
  const at = schemaAt(tool.inputSchema, use.steps);
  const wanted = isNoSuchField(at) ? undefined : typesOf(at);
  const given = typesOfUse(use, names);
  if (wanted === undefined || given === undefined || given.size === 0) return undefined;
  // A null that is possible is not certain.
  if ([...given].some((type) => wanted.has(type))) return undefined;
  const isTaken = [...given].some((type) =>
    SAMPLES[type].some((sample) => {
      const problems = problemsOf(tool, withValueAt(input, use.steps, sample));
      return !problems.some(({ steps }) => overlap(steps, use.steps));
    }),
  );
  if (isTaken) return undefined;
  const { place, text } = use.expression;
  const what = !use.isWhole
    ? "A text with an expression in it"
    : place === undefined
      ? `The expression ${text}`
      : renderPlace(place.name, place.steps);
  return { given, wanted, what };
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

function conversionHint(
  given: ReadonlySet<JsonType>,
  wanted: ReadonlySet<JsonType>,
  use: ExpressionUse,
): string {
  const { text } = use.expression;
  if (wanted.has("string")) {
    return given.has("array") || given.has("object")
      ? `Make it a text: \${toJson(${text})}.`
      : `Make it a text: \${string(${text})}.`;
  }
  if (wanted.has("array") && use.isWhole) return `Make it a list: \${[${text}]}.`;
  if (wanted.has("number") && given.has("string") && use.isWhole) {
    return `Make it a number: \${double(${text})}.`;
  }
  return "Refer to a field of the right type.";
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

function fieldList(fields: readonly string[]): string {
  return fields.length === 0 ? "It takes no input." : `It takes ${fields.join(", ")}.`;
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
