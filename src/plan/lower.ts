/**
 * From a workflow file to a plan: every subtask becomes a tool call, with all that it names
 * in other files taken in.
 *
 * Pure: who reads the files (`fileReferences` says which) hands over what they hold. What is
 * missing or wrong there is told by him; here it stands for anything.
 *
 * L1. A file that has nothing to lower is its own plan.
 * L2. Every path in the plan leads back to a place in the file, so that issues do.
 */

import type { Issue } from "../base/errors.ts";
import {
  formatPath,
  isPlainObject,
  type Json,
  type JsonObject,
  type PathStep,
} from "../base/json.ts";
import { ITERATION_NAMES, OUTPUT_NAME } from "./compile-control-flow.ts";
import { lowerModel } from "./lower-model.ts";
import { lowerFunction, lowerWorkflow } from "./lower-others.ts";
import type { FileReference, LoweredSubtask, LoweringSubtask, Materials } from "./lowering.ts";
import { parsePath } from "./path.ts";
import { defaultsSchema } from "./schema.ts";
import { schemaIssues } from "./schema-issues.ts";
import { COMMON_KEYS, KINDS, type Kind } from "./workflow-schema.ts";

export type Lowered = {
  /** What `checkPlan` is given. */
  readonly plan: Json;
  /** Of what only workflow files have; those in the file itself are not located yet. */
  readonly issues: readonly Issue[];
  /** The place in the file of a place in the plan. */
  toFile(path: string): string;
};

/** Where the keys of a lowered input stand in the file. */
const PLACES: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  model: {
    prompt: "prompt",
    template: "promptTemplate",
    variables: "variables",
    schema: "outputSchema",
    model: "model",
    max_tokens: "maxTokens",
  },
  function: { module: "handler", input: "input", schema: "outputSchema" },
  workflow: { plan: "workflow", input: "input", budget: "budget", budget_share: "budgetShare" },
};

/** The files that a plan file names. */
export function fileReferences(value: Json): FileReference[] {
  return subtasksOf(value).flatMap((subtask, index) => {
    const place = ["subtasks", index];
    return [
      ...referencesIn(subtask, place),
      ...referencesIn(checkOf(subtask), [...place, ...CHECK]),
    ];
  });
}

function referencesIn(call: Json | undefined, place: readonly PathStep[]): FileReference[] {
  const kind = kindOf(call);
  if (kind === undefined) return [];
  const refer = (what: FileReference["kind"], key: string): FileReference[] => {
    const named = (call as JsonObject)[key];
    const isNamed =
      typeof named === "string" ? named !== "" : what === "schema" && isPlainObject(named);
    if (!isNamed) return [];
    const path = formatPath([...place, key]);
    return [{ kind: what, path, named: named as string | JsonObject }];
  };
  switch (kind) {
    case "model":
      return [...refer("template", "promptTemplate"), ...refer("schema", "outputSchema")];
    case "function":
      return [...refer("handler", "handler"), ...refer("schema", "outputSchema")];
    case "workflow":
      return refer("workflow", "workflow");
    default:
      return kind satisfies never;
  }
}

/** Lower a file, as far as it can be read. */
export function lowerPlan(value: Json, materials: Materials): Lowered {
  const subtasks = subtasksOf(value);
  const file = isPlainObject(value) ? (value as JsonObject) : {};
  const isPlain = !("defaults" in file) && !("$schema" in file) && !subtasks.some(isToLower);
  if (isPlain) return { plan: value, issues: [], toFile: (path) => path };
  const issues: Issue[] = [];
  const { defaults: written, $schema: _, ...rest } = file;
  const defaults = readDefaults(written, value, issues);
  const scope = { names: namesOf(subtasks), inputs: inputNames(file) };
  const lower = (call: JsonObject, place: readonly PathStep[], own: string[]): JsonObject => {
    const kind = kindOf(call) as Kind;
    issues.push(...ownIssues(call, place, kind, value));
    const lowered = lowerCall(call, place, kind, { ...scope, own }, materials);
    issues.push(...lowered.issues);
    return { tool: lowered.tool, input: lowered.input };
  };
  const plan = {
    ...rest,
    subtasks: subtasks.map((subtask, index) => {
      if (!isPlainObject(subtask)) return subtask;
      const place = ["subtasks", index];
      const { type: _type, ...toolCall } = withLoweredCheck(subtask as JsonObject, (check) =>
        lower(check, [...place, ...CHECK], [...ownNames(subtask as JsonObject), OUTPUT_NAME]),
      );
      if (kindOf(subtask) === undefined) {
        // A kind that there is not is told of, and then passed over.
        if (subtask["type"] !== undefined && subtask["type"] !== "tool") {
          issues.push(unknownKind(index, subtask["type"] as Json));
        }
        return { ...defaults, ...toolCall };
      }
      const shared = Object.entries(toolCall).filter(([key]) => COMMON_KEYS.includes(key));
      const lowered = lower(subtask as JsonObject, place, ownNames(subtask as JsonObject));
      return { ...defaults, ...(Object.fromEntries(shared) as JsonObject), ...lowered };
    }),
  };
  return { plan: plan as Json, issues, toFile: (path) => toFile(path, subtasks) };
}

/** Where in a subtask its check stands: a call like that of a subtask. */
const CHECK = ["refine", "check"] as const;

function checkOf(subtask: Json | undefined): Json | undefined {
  const refine = isPlainObject(subtask) ? subtask["refine"] : undefined;
  return isPlainObject(refine) ? (refine["check"] as Json | undefined) : undefined;
}

function withLoweredCheck(
  subtask: JsonObject,
  lower: (check: JsonObject) => JsonObject,
): JsonObject {
  const check = checkOf(subtask);
  if (!isPlainObject(check) || !isToLower(check as Json)) return subtask;
  const { type, ...call } = check as JsonObject;
  const isCall = kindOf(check as Json) === undefined;
  // A kind that there is not is told of where the schema is checked.
  const plain = type === undefined || type === "tool" ? call : check;
  const lowered = isCall ? plain : lower(check as JsonObject);
  const refine = { ...(subtask["refine"] as JsonObject), check: lowered as Json };
  return { ...subtask, refine };
}

function subtasksOf(value: Json): readonly Json[] {
  const subtasks = isPlainObject(value) ? (value as JsonObject)["subtasks"] : undefined;
  return Array.isArray(subtasks) ? subtasks : [];
}

/** What a subtask is, if it is no tool call: what it says, or else what it has. */
function kindOf(subtask: Json | undefined): Kind | undefined {
  if (!isPlainObject(subtask)) return undefined;
  const { type } = subtask;
  if (type === "model" || type === "function" || type === "workflow") return type;
  if (type === "tool" || "tool" in subtask) return undefined;
  if ("handler" in subtask) return "function";
  if ("workflow" in subtask) return "workflow";
  return "prompt" in subtask || "promptTemplate" in subtask ? "model" : undefined;
}

function isToLower(subtask: Json): boolean {
  if (!isPlainObject(subtask)) return false;
  const check = checkOf(subtask as Json);
  const hasCheck = check !== undefined && isToLower(check);
  return hasCheck || "type" in subtask || kindOf(subtask as Json) !== undefined;
}

function readDefaults(written: Json | undefined, root: Json, issues: Issue[]): JsonObject {
  if (written === undefined) return {};
  const parsed = defaultsSchema.safeParse(written);
  if (parsed.success) return parsed.data as JsonObject;
  issues.push(...schemaIssues(parsed.error, root, { schema: defaultsSchema, at: ["defaults"] }));
  return {};
}

/** What is wrong with the keys that only this kind has. */
function ownIssues(
  written: JsonObject,
  place: readonly PathStep[],
  kind: Kind,
  root: Json,
): Issue[] {
  const isCheck = place.includes("check");
  const own = Object.entries(written).filter(([key]) => isCheck || !COMMON_KEYS.includes(key));
  const schema = KINDS[kind];
  const parsed = schema.safeParse(Object.fromEntries(own));
  if (parsed.success) return [];
  return schemaIssues(parsed.error, root, { schema, at: place });
}

type LoweringScope = Pick<LoweringSubtask, "names" | "inputs" | "own">;

function lowerCall(
  written: JsonObject,
  place: readonly PathStep[],
  kind: Kind,
  scope: LoweringScope,
  materials: Materials,
): LoweredSubtask {
  const path = formatPath(place);
  const subtask: LoweringSubtask = {
    ...scope,
    written,
    path,
    material: (wanted, key) => {
      const found = materials.get(`${path}.${key}`);
      return found?.kind === wanted ? (found as never) : undefined;
    },
  };
  switch (kind) {
    case "model":
      return lowerModel(subtask);
    case "function":
      return lowerFunction(subtask);
    case "workflow":
      return lowerWorkflow(subtask);
    default:
      return kind satisfies never;
  }
}

/** Names that mean something of their own in a subtask. */
function ownNames({ forEach, refine }: JsonObject): string[] {
  return [...elementNames(forEach), ...(refine === undefined ? [] : ITERATION_NAMES)];
}

function elementNames(forEach: Json | undefined): string[] {
  if (forEach === undefined) return [];
  const { as = "item", forEach: inner } = (isPlainObject(forEach) ? forEach : {}) as JsonObject;
  return [...(typeof as === "string" ? [as] : []), "index", ...elementNames(inner)];
}

function namesOf(subtasks: readonly Json[]): string[] {
  const ids = subtasks.map((subtask) => (isPlainObject(subtask) ? subtask["id"] : undefined));
  return ["inputs", ...ids.filter((id) => typeof id === "string")];
}

function inputNames({ inputs }: JsonObject): string[] {
  return isPlainObject(inputs) ? Object.keys(inputs) : [];
}

function unknownKind(index: number, type: Json): Issue {
  return {
    code: "plan.schema",
    path: formatPath(["subtasks", index, "type"]),
    message: `There is no kind of subtask ${JSON.stringify(type)}.`,
    hint: "Write tool, model, function or workflow, or leave it out.",
  };
}

function toFile(path: string, subtasks: readonly Json[]): string {
  const [first, index, ...inside] = parsePath(path) ?? [];
  const subtask = first === "subtasks" ? subtasks[Number(index)] : undefined;
  const isOfCheck = CHECK.every((step, at) => inside[at] === step);
  const kind = kindOf(isOfCheck ? checkOf(subtask) : subtask);
  const [key, inner, ...rest] = isOfCheck ? inside.slice(CHECK.length) : inside;
  if (kind === undefined || (key !== "input" && key !== "tool")) return path;
  const place = inner === undefined ? undefined : PLACES[kind][inner];
  const call = ["subtasks", Number(index), ...(isOfCheck ? CHECK : [])];
  return formatPath(place === undefined ? call : [...call, place, ...rest]);
}
