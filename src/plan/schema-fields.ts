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

/** The schemas at a place of a value, or why it has no such place. */
export function schemaAt(root: JsonObject, steps: readonly Step[]): Possible | NoSuchField {
  let possible: Possible = alternatives(root, root);
  for (const [depth, step] of steps.entries()) {
    if (possible === null) return null;
    const next: JsonObject[] = [];
    let open = false;
    for (const schema of possible) {
      const found = inside(schema, step);
      if (found === undefined) continue;
      const expanded = isPlainObject(found) ? alternatives(found as JsonObject, root) : null;
      if (expanded === null) open = true;
      else next.push(...expanded);
    }
    if (open) return null;
    if (next.length === 0) return noSuchField(possible, depth);
    possible = next;
  }
  return possible;
}

export function isNoSuchField(found: Possible | NoSuchField): found is NoSuchField {
  return found !== null && "depth" in found;
}

/** The JSON types that values of the schemas may have; undefined when it may be any. */
export function typesOf(possible: Possible): ReadonlySet<JsonType> | undefined {
  if (possible === null) return undefined;
  const types = new Set<JsonType>();
  for (const schema of possible) {
    const own = typesOfSchema(schema);
    if (own === undefined) return undefined;
    for (const type of own) types.add(type);
  }
  return types;
}

/**
 * The names of the fields that an object may have; undefined when it may have any.
 * @param isClosed whether a schema that does not speak of other fields has none
 */
export function fieldsOf(possible: Possible, isClosed: boolean): string[] | undefined {
  if (possible === null) return undefined;
  const names: string[] = [];
  for (const schema of possible) {
    const { properties, additionalProperties, patternProperties } = schema;
    if (typesOfSchema(schema)?.includes("object") === false) continue;
    if (!isPlainObject(properties) || patternProperties !== undefined) return undefined;
    if (additionalProperties !== false && !(additionalProperties === undefined && isClosed)) {
      return undefined;
    }
    names.push(...Object.keys(properties));
  }
  return [...new Set(names)];
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

function typesOfSchema(schema: JsonObject): JsonType[] | undefined {
  const { type, properties, items, prefixItems } = schema;
  if (type !== undefined) {
    const list = Array.isArray(type) ? (type as readonly Json[]) : [type];
    return list.map((name) => (name === "integer" ? "number" : (name as JsonType)));
  }
  const values = Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
  if (values !== undefined) return (values as readonly Json[]).map(typeOfJson);
  if (schema["const"] !== undefined) return [typeOfJson(schema["const"])];
  if (properties !== undefined) return ["object"];
  return items !== undefined || prefixItems !== undefined ? ["array"] : undefined;
}

/** The JSON type of a value. */
export function typeOfJson(value: Json): JsonType {
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
