/**
 * Where the items of a batch come from, and how one becomes the inputs of its run.
 *
 * T1. Items are numbered from 1, in the order of their source, also those that are broken.
 * T2. A source is read no further than somebody asks for its items.
 * T3. Of a source that can be read again, everything is checked before anything is run.
 */

import { createHash } from "node:crypto";
import { InputError, type Issue, inputError } from "./base/errors.ts";
import { isJson, isPlainObject, type Json, type JsonObject } from "./base/json.ts";
import { resolveInputs } from "./plan/compile.ts";
import type { Plan } from "./plan/schema.ts";

/** Items as a caller gives them, or the path of a file, a folder or a glob pattern. */
export type ItemsGiven = string | Iterable<unknown> | AsyncIterable<unknown>;

/** What a source has at one place. */
export type SourceEntry = {
  /** Of a file, from 1. */
  readonly line?: number;
} /** `text`: as it stands there, of a file. */ & (
  | { readonly value: Json; readonly text?: string }
  /** What cannot be read as an item. */
  | { readonly broken: Issue; readonly text: string }
);

export interface ItemSource {
  /** How it is opened again: the path or pattern; null where only its giver can. */
  readonly path: string | null;
  /** Whether it can be read more than once. */
  readonly isRepeatable: boolean;
  /** Whether all fields are text, to be read as the plan declares them. */
  readonly isText: boolean;
  /** Whether fields that the plan does not declare are left out. */
  readonly isLoose: boolean;
  read(): AsyncIterable<SourceEntry>;
}

/** What a source had when all of it was read. */
export type Inventory = { readonly total: number; readonly digest: string };

/** So many things that are wrong are told at once. */
const MAX_ISSUES = 20;

/** Items as a program gives them. */
export function givenItems(items: Exclude<ItemsGiven, string>): ItemSource {
  return {
    path: null,
    isRepeatable: Array.isArray(items),
    isText: false,
    isLoose: false,
    async *read() {
      for await (const value of items) yield givenEntry(value);
    },
  };
}

function givenEntry(value: unknown): SourceEntry {
  if (isJson(value)) return { value };
  const message = "The item is not JSON.";
  const hint = "Give objects of texts, numbers, booleans, nulls, and lists of these.";
  const broken = { code: "items.invalid", path: "", message, hint } as const;
  return { broken, text: String(value) };
}

/**
 * Read all of a source once, before anything is run.
 * @param options.skipInvalid count what is broken or does not fit, and go on
 * @throws {InputError} `items.empty`, or every item that is broken or does not fit the plan
 */
export async function takeInventory(
  source: ItemSource,
  toInputs: (entry: SourceEntry, n: number) => JsonObject,
  { skipInvalid }: { readonly skipInvalid: boolean },
): Promise<Inventory> {
  const hash = createHash("sha256");
  const issues: Issue[] = [];
  let total = 0;
  for await (const entry of source.read()) {
    total += 1;
    hash.update(`${"broken" in entry ? entry.text : JSON.stringify(entry.value)}\n`);
    if (skipInvalid) continue;
    try {
      toInputs(entry, total);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push(...("broken" in entry ? error.issues.map(skippable) : error.issues));
      if (issues.length >= MAX_ISSUES) throw new InputError(issues.slice(0, MAX_ISSUES));
    }
  }
  if (issues.length > 0) throw new InputError(issues);
  if (total === 0) throw noItems(source);
  return { total, digest: hash.digest("hex") };
}

function skippable(issue: Issue): Issue {
  return { ...issue, hint: `${issue.hint} Or go on without it, with --skip-invalid.` };
}

function noItems({ path }: ItemSource): InputError {
  const where = path === null ? "There are no items." : `${path} has no items.`;
  return inputError("items.empty", where, "Give at least one: a line, a row or a file.", "items");
}

/**
 * The inputs of an item's run: the input `item` is the whole of it where the plan declares
 * one, else each of its fields is the input of that name.
 *
 * @param constants inputs that are the same for all; a field of the item goes before them
 * @throws {InputError} what is broken or does not fit, with the number and line of the item
 */
export function inputsOfItem(
  { plan, source }: { readonly plan: Plan; readonly source: ItemSource },
  { entry, n, constants }: { entry: SourceEntry; n: number; constants: JsonObject },
): JsonObject {
  const at = { ...(source.path !== null && { file: source.path }), ...lineOf(entry) };
  if ("broken" in entry) throw new InputError([{ ...entry.broken, ...at, path: `items[${n}]` }]);
  const { value } = entry;
  try {
    if (Object.hasOwn(plan.inputs, "item")) {
      return resolveInputs(plan, { ...constants, item: value });
    }
    if (!isPlainObject(value)) throw noObject(plan);
    return resolveInputs(plan, { ...constants, ...fieldsOf(value as JsonObject, plan, source) });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const issues = error.issues.map((issue) => ({ ...issue, ...at, path: pathOf(issue, n) }));
    throw new InputError(issues, { cause: error });
  }
}

/** Those of an item that somebody gives in the place of one that could not be run. */
export function inputsOfGiven(
  plan: Plan,
  value: unknown,
  more: { readonly n: number; readonly constants: JsonObject },
): JsonObject {
  return inputsOfItem({ plan, source: givenItems([]) }, { entry: givenEntry(value), ...more });
}

function lineOf({ line }: SourceEntry): { readonly line?: number } {
  return line === undefined ? {} : { line };
}

/** `inputs.year` of item 17 is `items[17].year`. */
function pathOf({ path }: Issue, n: number): string {
  return `items[${n}]${path.replace(/^inputs(?:\.item)?/, "")}`;
}

function noObject({ inputs }: Plan): InputError {
  const names = Object.keys(inputs);
  const message = "The item is no object, and the plan has no input named item.";
  const wanted = names.length === 0 ? "Declare the input item" : `Give ${names.join(", ")}`;
  return inputError("items.invalid", message, `${wanted} in each item.`, "");
}

function fieldsOf(value: JsonObject, { inputs }: Plan, source: ItemSource): JsonObject {
  const fields: Record<string, Json> = {};
  for (const [name, field] of Object.entries(value)) {
    const type = Object.hasOwn(inputs, name) ? inputs[name]?.type : undefined;
    if (type === undefined && source.isLoose) continue;
    if (!source.isText || type === undefined || type === "string") fields[name] = field;
    // An empty cell of a table says nothing.
    else if (field !== "") fields[name] = readText(String(field));
  }
  return fields;
}

/** A text that is no JSON is what it is: the plan says whether it takes one. */
function readText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
