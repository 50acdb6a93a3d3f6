/** Reading JSON Schemas, draft 2020-12: questions about one node of a schema. */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";

/** Whether a schema takes every JSON value: no schema at all, or a union of all kinds. */
export function isAnyValue(node: Json | undefined, root: JsonObject): boolean {
  if (node === undefined || node === true) return true;
  const schema = resolve(node, root);
  const kinds = Object.keys(schema).filter((key) => !ANNOTATIONS.has(key));
  if (kinds.length === 0) return true;
  const { anyOf } = schema;
  if (!Array.isArray(anyOf)) return false;
  const types = new Set(anyOf.map((member: Json) => resolve(member, root)["type"]));
  return JSON_TYPES.every((type) => types.has(type));
}

const ANNOTATIONS = new Set(["$schema", "title", "description", "default", "examples"]);
const JSON_TYPES = ["string", "number", "boolean", "array", "object"];

/** Whether null is one of the values that a schema takes. */
export function takesNull(node: Json | undefined, root: JsonObject): boolean {
  const { type, anyOf } = resolve(node, root);
  if (Array.isArray(anyOf)) return anyOf.some((member: Json) => takesNull(member, root));
  return (
    isAnyValue(node, root) || type === "null" || (Array.isArray(type) && type.includes("null"))
  );
}

/** An object whose names the schema does not say. */
export function isOpenObject(schema: JsonObject): boolean {
  const { type, properties, additionalProperties } = schema;
  return type === "object" && properties === undefined && additionalProperties !== false;
}

/** The properties of an object schema, or of the object among the members of a union. */
export function propertiesOf(schema: JsonObject, root: JsonObject): JsonObject {
  const members = Array.isArray(schema["anyOf"]) ? (schema["anyOf"] as Json[]) : [schema];
  const objects = members.map((member) => resolve(member, root)["properties"]);
  return (objects.find((properties) => isPlainObject(properties)) ?? {}) as JsonObject;
}

/** The schema that a reference names, with what stands beside the reference. */
export function resolve(node: Json | undefined, root: JsonObject): JsonObject {
  if (!isPlainObject(node)) return {};
  const { $ref, ...beside } = node as JsonObject;
  if (typeof $ref !== "string") return beside;
  let target: Json | undefined = root;
  for (const step of $ref.split("/").slice(1)) {
    target = isPlainObject(target) ? (target as JsonObject)[step] : undefined;
  }
  return { ...resolve(target, root), ...beside };
}
