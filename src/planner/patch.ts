/**
 * What is said about a revision, put into the plan that it is about.
 *
 * Nothing is lost by being left out: what a patch does not name stays as it is, and of a
 * subtask that goes on under its id stays what people have said about it.
 *
 * R1. A patch that names nothing gives the same plan.
 * R2. Ids are unique, or there is an issue.
 * R3. A subtask of which nothing new is said is the old one, whole.
 */

import type { Issue } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { closest } from "../plan/closest.ts";
import { compileFanOuts, itemNames } from "../plan/compile-control-flow.ts";
import { compileTemplate } from "../plan/expressions.ts";
import type { Plan, Subtask } from "../plan/schema.ts";
import { isOffered, isSameOffer, isSameWork } from "./offered.ts";

/** What is to be changed of a plan. */
export type Patch = {
  /** Ids that stay, which they do anyway. */
  readonly keep: readonly string[];
  /** Under ids that the plan has. */
  readonly replace: readonly JsonObject[];
  /** Under ids that are new. */
  readonly add: readonly JsonObject[];
  /** Ids. */
  readonly remove: readonly string[];
  /** @default the plan's */
  readonly output?: Json | undefined;
};

/** A plan that is not yet checked, and what is wrong with how it was asked for. */
export type Patched = { readonly plan: JsonObject; readonly issues: readonly Issue[] };

/** The plan with the patch in it. Paths of issues are places in the patch. */
export function applyPatch(before: Plan, patch: Patch): Patched {
  const replaced = new Map(patch.replace.map((subtask) => [subtask["id"], subtask]));
  const removed = new Set(patch.remove);
  const staying = before.subtasks.filter(({ id }) => !removed.has(id));
  const subtasks = staying.map((old) => {
    const next = replaced.get(old.id);
    return next === undefined ? (old as JsonObject) : succeed(old, next);
  });
  return {
    plan: withParts(before, [...subtasks, ...patch.add], patch.output),
    issues: contradictions(before, patch),
  };
}

/**
 * The plan with other subtasks. Those whose ids it has are the same subtasks, told anew.
 * @param output @default the plan's
 */
export function applyWhole(before: Plan, subtasks: Json, output?: Json): JsonObject {
  if (!Array.isArray(subtasks)) return withParts(before, subtasks, output);
  const byId = new Map<unknown, Subtask>(before.subtasks.map((old) => [old.id, old]));
  const told = subtasks.map((next: Json) => {
    const old = isPlainObject(next) ? byId.get(next["id"]) : undefined;
    return old === undefined ? next : succeed(old, next as JsonObject);
  });
  return withParts(before, told, output);
}

/** The plan with its fixed subtasks as they were, where nothing but words about them differs. */
export function keepFixed(before: Plan, plan: JsonObject, fixed: ReadonlySet<string>): JsonObject {
  if (fixed.size === 0 || !Array.isArray(plan["subtasks"])) return plan;
  const old = new Map<unknown, JsonObject>(
    before.subtasks.filter(({ id }) => fixed.has(id)).map((one) => [one.id, one as JsonObject]),
  );
  const subtasks = plan["subtasks"].map((next: Json) => {
    const same = isPlainObject(next) ? old.get(next["id"]) : undefined;
    return same !== undefined && isSameWork(same, next as JsonObject) ? same : next;
  });
  return { ...plan, subtasks };
}

function withParts(before: Plan, subtasks: Json, output: Json | undefined): JsonObject {
  return { ...(before as JsonObject), subtasks, ...(output !== undefined && { output }) };
}

/** The subtask that takes the place of another one, and of its id. */
function succeed(old: Subtask, told: JsonObject): JsonObject {
  const isSameTool = told["tool"] === old.tool;
  // What it does can be told as before as long as the same tool does it.
  const inherits = isSameTool && old.description !== undefined;
  const next = { ...(inherits && { description: old.description }), ...told } as JsonObject;
  if (isSameOffer(old as JsonObject, next)) return old as JsonObject;
  const kept = Object.entries(old as JsonObject).filter(
    ([field]) => !isOffered(field) && stays(field, old, next),
  );
  return { ...next, ...Object.fromEntries(kept) };
}

/** What speaks of the tool's own input and output: another tool has others. */
const OF_THE_TOOL = new Set(["fallback", "refine", "route"]);

function stays(field: string, old: Subtask, next: JsonObject): boolean {
  const isSameTool = next["tool"] === old.tool;
  if (OF_THE_TOOL.has(field)) return isSameTool;
  if (field !== "forEach") return true;
  // It goes on for each element as long as it speaks of one, if it ever did.
  return speaksOfItem(next, old) || (isSameTool && !speaksOfItem(old as JsonObject, old));
}

function speaksOfItem({ input = {}, when = null }: JsonObject, { forEach }: Subtask): boolean {
  const names = itemNames(compileFanOuts(forEach, (value) => compileTemplate(value).template));
  const { references } = compileTemplate([input, when]).template;
  return references.some((name) => names.has(name));
}

/** What a patch cannot mean. */
function contradictions(before: Plan, { keep, replace, add, remove }: Patch): Issue[] {
  const known = new Map<unknown, Subtask>(before.subtasks.map((old) => [old.id, old]));
  const added = new Set(add.map(({ id }) => id));
  const replaced = new Set(replace.map(({ id }) => id));
  const removed = new Set<unknown>(remove);
  const unknown = (id: string, path: string) => noSuchSubtask(id, path, known.keys());
  return [
    ...keep.flatMap((id, i): Issue[] => {
      const path = `keep[${i}]`;
      if (removed.has(id)) return [both(id, "kept", "removed", path)];
      const next = replace.find((subtask) => subtask["id"] === id);
      const old = known.get(id);
      if (next && old && succeed(old, next) !== old) return [both(id, "kept", "replaced", path)];
      return old !== undefined || added.has(id) ? [] : [unknown(id, path)];
    }),
    ...replace.flatMap(({ id }, i): Issue[] => {
      const path = `replace[${i}].id`;
      if (typeof id !== "string" || !known.has(id)) return [unknown(String(id), path)];
      if (removed.has(id)) return [both(id, "replaced", "removed", path)];
      return isFirst(replace, i) ? [] : [twice(id, path)];
    }),
    ...add.flatMap(({ id }, i): Issue[] => {
      const path = `add[${i}].id`;
      if (known.has(id)) return [taken(String(id), path)];
      if (replaced.has(id)) return [both(String(id), "added", "replaced", path)];
      // An id that is no text is for the check to refuse.
      return typeof id !== "string" || isFirst(add, i) ? [] : [twice(id, path)];
    }),
    ...remove.flatMap((id, i) => (known.has(id) ? [] : [unknown(id, `remove[${i}]`)])),
  ];
}

function isFirst(list: readonly JsonObject[], index: number): boolean {
  return list.findIndex(({ id }) => id === list[index]?.["id"]) === index;
}

function noSuchSubtask(id: string, path: string, known: Iterable<unknown>): Issue {
  const ids = [...known].map(String);
  const near = closest(id, ids);
  const hint =
    near === undefined
      ? "Name a subtask of the present plan, or put a new one into `add`."
      : `Did you mean ${near}? A new subtask stands in \`add\`.`;
  return { code: "plan.unknown_reference", path, message: `The plan has no subtask ${id}.`, hint };
}

function both(id: string, one: string, other: string, path: string): Issue {
  return {
    code: "plan.schema",
    path,
    message: `${id} cannot be both ${one} and ${other}.`,
    hint: "Name each subtask in one list only.",
  };
}

function twice(id: string, path: string): Issue {
  return {
    code: "plan.duplicate_id",
    path,
    message: `${id} stands here twice.`,
    hint: "Give each subtask an id of its own.",
  };
}

function taken(id: string, path: string): Issue {
  return {
    code: "plan.duplicate_id",
    path,
    message: `The plan has a subtask ${id} already.`,
    hint: "Put it into `replace` to have it otherwise, or give the new one an id of its own.",
  };
}
