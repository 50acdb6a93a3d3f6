/**
 * What a JSON Schema says about the fields of a value: which there are, and of what type.
 * Only certain answers count; whatever is not understood allows everything.
 */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import type { JsonType } from "./cel.ts";
import type { Step } from "./cel-tree.ts";

/** Schemas of which one holds, or null when anything may stand there. */
export type Possible = readonly JsonObject[] | null;

/** A place that no value of the schema has. */
export type NoSuchField = {
  /** How many steps there are before the one that fails. */
  readonly depth: number;
  /** The fields that stand there; empty when it is no object. */
  readonly fields: readonly string[];
  /** What stands there. */
  readonly types: readonly JsonType[];
};

const MAX_HOPS = 32;

type Found = Possible | NoSuchField;

/** Plans name the same few fields of the same few tools over and over. */
const foundIn = new WeakMap<JsonObject, Map<string, Found>>();
const MAX_REMEMBERED = 1_000;

/** The schemas at a place of a value, or why it has no such place. */
export function schemaAt(root: JsonObject, steps: readonly Step[]): Found {
  const found = rememberedOf(root);
  const key = keyOf(steps);
  const known = found.get(key);
  if (known !== undefined) return known;
  const answer = findSchema(root, steps);
  found.set(key, answer);
  return answer;
}

function rememberedOf(root: JsonObject): Map<string, Found> {
  const found = foundIn.get(root);
  if (found !== undefined && found.size < MAX_REMEMBERED) return found;
  const empty = new Map<string, Found>();
  foundIn.set(root, empty);
  return empty;
}

/** Different for different steps, whatever characters are in them. */
function keyOf(steps: readonly Step[]): string {
  let key = "";
  for (const step of steps)
    key += typeof step === "string" ? `${step.length}.${step}` : `[${step}]`;
  return key;
}

function findSchema(root: JsonObject, steps: readonly Step[]): Found {
  let possible: Possible = alternatives(root, root);
  for (const [depth, step] of steps.entries()) {
    if (possible === null) return null;
    const next = stepInto(possible, step, root);
    if (next === null) return null;
    if (next.length === 0) return noSuchField(possible, depth);
    possible = next;
  }
  return possible;
}

/** Null when anything may stand there, nothing when no value has the step. */
function stepInto(possible: readonly JsonObject[], step: Step, root: JsonObject): Possible {
  const next: JsonObject[] = [];
  let isOpen = false;
  for (const schema of possible) {
    const found = inside(schema, step);
    if (found === undefined) continue;
    const opened = isPlainObject(found) ? alternatives(found as JsonObject, root) : null;
    if (opened === null) isOpen = true;
    else next.push(...opened);
  }
  return isOpen ? null : next;
}

export function isNoSuchField(found: Found): found is NoSuchField {
  return found !== null && "depth" in found;
}

const typesOfSchemas = new WeakMap<readonly JsonObject[], ReadonlySet<JsonType> | null>();

/** The JSON types that values of the schemas may have; undefined when it may be any. */
export function typesOf(possible: Possible): ReadonlySet<JsonType> | undefined {
  if (possible === null) return undefined;
  let types = typesOfSchemas.get(possible);
  if (types === undefined) {
    const all = possible.map(typesOfSchema);
    types = all.includes(undefined) ? null : new Set(all.flatMap((own) => own ?? []));
    typesOfSchemas.set(possible, types);
  }
  return types ?? undefined;
}

const fieldsOfSchemas = new WeakMap<readonly JsonObject[], ReadonlySet<string> | null>();

/**
 * The names of the fields that an input may have; undefined when it may have any. An
 * object that does not speak of other fields than its own takes no others: what ignores
 * them would ignore a misspelt one.
 */
export function inputFields(possible: Possible): ReadonlySet<string> | undefined {
  if (possible === null) return undefined;
  let fields = fieldsOfSchemas.get(possible);
  if (fields === undefined) {
    fields = findInputFields(possible);
    fieldsOfSchemas.set(possible, fields);
  }
  return fields ?? undefined;
}

function findInputFields(possible: readonly JsonObject[]): ReadonlySet<string> | null {
  const names = new Set<string>();
  for (const schema of possible) {
    const { properties, additionalProperties = false, patternProperties } = schema;
    if (typesOfSchema(schema)?.includes("object") === false) continue;
    if (!isPlainObject(properties) || patternProperties !== undefined) return null;
    if (additionalProperties !== false) return null;
    for (const name of Object.keys(properties)) names.add(name);
  }
  return names;
}

/** References followed and unions opened up; null when the schema says nothing certain. */
function alternatives(schema: JsonObject, root: JsonObject, hops = 0): Possible {
  if (hops > MAX_HOPS) return null;
  const { $ref, anyOf, oneOf, allOf, not } = schema;
  // What several schemas say together is more than is worth knowing here.
  if (allOf !== undefined || schema["if"] !== undefined || not !== undefined) return null;
  if (schema["$dynamicRef"] !== undefined) return null;
  if ($ref !== undefined) {
    const target = typeof $ref === "string" ? resolvePointer(root, $ref) : undefined;
    return target === undefined ? null : alternatives(target, root, hops + 1);
  }
  const union = anyOf ?? oneOf;
  if (union === undefined) return [schema];
  if (!Array.isArray(union) || schema["properties"] !== undefined) return null;
  const all: JsonObject[] = [];
  for (const branch of union as readonly Json[]) {
    const opened = isPlainObject(branch)
      ? alternatives(branch as JsonObject, root, hops + 1)
      : null;
    if (opened === null) return null;
    all.push(...opened);
  }
  return all;
}

function resolvePointer(root: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith("#")) return undefined;
  let target: unknown = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const key = decodePointer(part);
    if (typeof target !== "object" || target === null || !Object.hasOwn(target, key))
      return undefined;
    target = (target as Record<string, unknown>)[key];
  }
  return isPlainObject(target) ? (target as JsonObject) : undefined;
}

function decodePointer(part: string): string {
  const text = part.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The schema of one step inside; true for anything, undefined where the value has no such step. */
function inside(schema: JsonObject, step: Step): Json | undefined {
  const types = typesOfSchema(schema);
  if (types === undefined) return true;
  const isList = types.includes("array");
  const isRecord = types.includes("object");
  // Types of a kind that has no insides, or a step whose kind is known only at run time.
  if (!isList && !isRecord) return undefined;
  if (isList && isRecord) return true;
  if (isList) return typeof step === "string" ? undefined : insideList(schema, step);
  return step === null ? true : insideRecord(schema, String(step));
}

function insideList({ prefixItems, items }: JsonObject, step: number | null): Json | undefined {
  if (Array.isArray(prefixItems)) {
    if (step === null) return true;
    const own = (prefixItems as readonly Json[])[step];
    if (own !== undefined) return own;
  }
  if (items === false) return undefined;
  return items ?? true;
}

function insideRecord(schema: JsonObject, key: string): Json | undefined {
  const { properties, additionalProperties, patternProperties } = schema;
  if (isPlainObject(properties) && Object.hasOwn(properties, key)) {
    return (properties as JsonObject)[key];
  }
  if (patternProperties !== undefined) return true;
  return additionalProperties === false ? undefined : (additionalProperties ?? true);
}

const TYPES: ReadonlyMap<unknown, JsonType> = new Map([
  ["array", "array"],
  ["boolean", "boolean"],
  ["integer", "number"],
  ["null", "null"],
  ["number", "number"],
  ["object", "object"],
  ["string", "string"],
]);

function typesOfSchema(schema: JsonObject): JsonType[] | undefined {
  const { type, properties, items, prefixItems } = schema;
  if (type !== undefined) {
    const types = (Array.isArray(type) ? type : [type]).map((name) => TYPES.get(name));
    return types.includes(undefined) ? undefined : (types as JsonType[]);
  }
  const values = Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
  if (values !== undefined) return (values as readonly Json[]).map(typeOfJson);
  if (schema["const"] !== undefined) return [typeOfJson(schema["const"])];
  if (properties !== undefined) return ["object"];
  return items !== undefined || prefixItems !== undefined ? ["array"] : undefined;
}

function typeOfJson(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

function noSuchField(possible: readonly JsonObject[], depth: number): NoSuchField {
  const fields = possible.flatMap(({ properties }) =>
    isPlainObject(properties) ? Object.keys(properties) : [],
  );
  return { depth, fields: [...new Set(fields)], types: [...(typesOf(possible) ?? [])] };
}
