/**
 * What a model answers when it is asked to revise a plan: a patch, a whole plan, or why there
 * can be none. Subtasks have the form that they have in plans.
 */

import type { Issue } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { readJson } from "../base/read-json.ts";
import { isTooMuch } from "../plan/salvage.ts";
import type { Plan, PlanDraft } from "../plan/schema.ts";
import { answerSchema, plainSchema, textsOf } from "./answer.ts";
import { decode, encode } from "./closed-form.ts";
import { applyPatch, applyWhole, type Patched } from "./patch.ts";

export type Revision =
  | ({ readonly kind: "plan" } & Patched)
  | { readonly kind: "cannot"; readonly reason: string }
  | { readonly kind: "wants_tools"; readonly keywords: readonly string[] }
  | { readonly kind: "unreadable"; readonly issues: readonly Issue[] };

const CANNOT =
  "Only when no revision with these tools reaches the goal: why, in a sentence for the user.";
const IDS: JsonObject = { type: "array", items: { type: "string" } };

/** What it may consist of; the lists of subtasks are made from the plan's. */
const PATCH = {
  keep: { ...IDS, description: "Ids of subtasks that stay. All stay that are not named." },
  replace: { description: "Subtasks that are to be otherwise, whole, under the ids they have." },
  add: { description: "Subtasks that are new, with new ids." },
  remove: { ...IDS, description: "Ids of subtasks that are to go." },
  subtasks: { description: "Instead of a patch: all subtasks of the plan." },
} as const satisfies Readonly<Record<string, JsonObject>>;

/**
 * The answer's form, closed for strict modes.
 * @param tools the names that a plan may use
 * @param hasMore whether there are others, to be asked for
 */
export function revisionSchema(tools: readonly string[], hasMore: boolean): JsonObject {
  const { $defs, properties, ...closed } = answerSchema(tools, hasMore);
  const { moreTools, subtasks, output } = properties as JsonObject;
  // Told once and referred to: strict modes count what they are told.
  const list = { type: "array", items: { $ref: "#/$defs/subtask" } };
  return {
    ...closed,
    properties: propertiesWith(list, output, moreTools),
    $defs: { ...($defs as JsonObject), subtask: (subtasks as JsonObject)["items"] as Json },
  };
}

/** A patch in the form in which a model is to write it. */
export function renderPatch(
  patch: { readonly remove?: readonly string[] } & {
    readonly [list in "add" | "replace"]?: PlanDraft["subtasks"];
  } & Pick<PlanDraft, "output">,
): string {
  return JSON.stringify(encode(plainForm(), patch as Json));
}

/**
 * The answer of a model, put into the plan that it is about. The plan is not yet checked.
 * Of what contradicts itself the paths are places in the answer.
 */
export function readRevision(text: string, before: Plan): Revision {
  const json = readJson(text);
  if (!json.ok) return unreadable("plan.syntax", "", json.message);
  if (!isPlainObject(json.value)) return unreadable("plan.schema", "", "It is no JSON object.");
  const { value, issues } = decode(plainForm(), json.value as JsonObject);
  if (isTooMuch(value))
    return unreadable("plan.schema", "", "It is too large, or nested too deep.");
  if (issues.length > 0) {
    const told = issues.map(({ path, message }) => issue("plan.schema", path, message));
    return { kind: "unreadable", issues: told };
  }
  const given = withoutNothing(value as JsonObject);
  const keywords = textsOf(given["moreTools"]);
  if (keywords.length > 0) return { kind: "wants_tools", keywords };
  const wrong = formIssues(given);
  if (wrong.length > 0) return { kind: "unreadable", issues: wrong };
  const { cannot, subtasks, output } = given;
  if (cannot !== undefined) return { kind: "cannot", reason: String(cannot).trim() };
  if (subtasks !== undefined) {
    return { kind: "plan", plan: applyWhole(before, subtasks, output), issues: [] };
  }
  const { keep = [], replace = [], add = [], remove = [] } = given as Record<string, never[]>;
  return { kind: "plan", ...applyPatch(before, { keep, replace, add, remove, output }) };
}

/** Strict modes write null, or an empty list, for what they have nothing to say about. */
function withoutNothing(given: JsonObject): JsonObject {
  const { version: _version, goal: _goal, ...answer } = given;
  const isNothing = (value: Json) =>
    value === null ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "string" && value.trim() === "");
  // An output may be empty.
  const said = Object.entries(answer).filter(
    ([name, value]) => value !== null && (name === "output" || !isNothing(value)),
  );
  return Object.fromEntries(said);
}

const ID_LISTS = ["keep", "remove"];
const SUBTASK_LISTS = ["replace", "add"];
const FIELDS = new Set([
  "cannot",
  "moreTools",
  "output",
  "subtasks",
  ...ID_LISTS,
  ...SUBTASK_LISTS,
]);

function formIssues(given: JsonObject): Issue[] {
  const issues: Issue[] = [];
  const report = (path: string, message: string) =>
    issues.push(issue("plan.schema", path, message));
  for (const name of Object.keys(given).filter((name) => !FIELDS.has(name))) {
    report(name, `An answer has no field ${name}.`);
  }
  const isText = (one: unknown) => typeof one === "string";
  const { cannot = "" } = given;
  if (!isText(cannot)) report("cannot", "It must be a text.");
  for (const name of ID_LISTS) {
    if (!isListOf(given[name], isText)) report(name, "It must be a list of ids.");
  }
  for (const name of SUBTASK_LISTS) {
    if (!isListOf(given[name], isPlainObject)) report(name, "It must be a list of subtasks.");
  }
  const patched = [...ID_LISTS, ...SUBTASK_LISTS].filter((name) => given[name] !== undefined);
  if (given["subtasks"] !== undefined && patched.length > 0) {
    report("subtasks", `There are both a whole plan and a patch of it, in ${patched.join(", ")}.`);
  }
  const isRevised = given["subtasks"] !== undefined || patched.length > 0;
  if (cannot !== "" && isRevised) {
    report("cannot", "There are both a revision and a reason why there can be none.");
  }
  return issues;
}

function isListOf(value: Json | undefined, isOne: (one: unknown) => boolean): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isOne));
}

let plain: JsonObject | undefined;

/** The answer's form before it is closed. Made once: it depends on the plan's schema only. */
function plainForm(): JsonObject {
  if (plain === undefined) {
    const { properties, ...schema } = plainSchema();
    const { moreTools, subtasks, output } = properties as Record<string, JsonObject>;
    const { items = {} } = subtasks as JsonObject;
    const list = { type: "array", items };
    plain = { ...schema, properties: propertiesWith(list, output, moreTools) };
  }
  return plain;
}

function propertiesWith(list: JsonObject, output: Json = {}, moreTools?: Json): JsonObject {
  return {
    cannot: { type: "string", description: CANNOT },
    ...(moreTools !== undefined && { moreTools }),
    keep: PATCH.keep,
    replace: { ...list, ...PATCH.replace },
    add: { ...list, ...PATCH.add },
    remove: PATCH.remove,
    subtasks: { ...list, ...PATCH.subtasks },
    output,
  };
}

function unreadable(code: Issue["code"], path: string, message: string): Revision {
  return { kind: "unreadable", issues: [issue(code, path, message)] };
}

const HINT = "Answer with one JSON object: a patch, a whole plan, or why there can be none.";

function issue(code: Issue["code"], path: string, message: string): Issue {
  return { code, path, message, hint: HINT };
}
