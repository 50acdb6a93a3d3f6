/** Tools of a suite: descriptions only, under names that plans may use. */

import type { Json, JsonObject } from "../base/json.ts";
import { isPlainObject } from "../base/json.ts";
import type { SuiteTool } from "./sample.ts";

const MAX_LENGTH = 64;

/**
 * The name in snake_case: `Audio-to-Audio` becomes `audio_to_audio`, `Hotels.SearchHotel`
 * `hotels_search_hotel`. The same words, so that whoever goes by them loses nothing.
 */
export function toPlannerName(name: string): string {
  const words = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2")
    .replace(/([\p{Lu}\d])(\p{Lu}\p{Ll})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const begun = /^[a-z]/.test(words) ? words : `tool_${words}`;
  return begun.slice(0, MAX_LENGTH).replace(/_+$/, "");
}

/** Tools under names of which each is there once; of two that would be alike the later is numbered. */
export function namedTools(tools: readonly Omit<SuiteTool, "plannerName">[]): SuiteTool[] {
  const taken = new Set<string>();
  return tools.map((tool) => {
    const wanted = toPlannerName(tool.name);
    let plannerName = wanted;
    for (let n = 2; taken.has(plannerName); n++) {
      plannerName = `${wanted.slice(0, MAX_LENGTH - 1 - String(n).length)}_${n}`;
    }
    taken.add(plannerName);
    return { ...tool, plannerName };
  });
}

/** The JSON Schema of an object with these properties. */
export function objectSchema(
  properties: Readonly<Record<string, JsonObject>>,
  required: readonly string[],
): JsonObject {
  return { type: "object", properties, required };
}

/** What sources write for the types of JSON Schema, in lower case. */
const TYPES: Readonly<Record<string, string>> = {
  string: "string",
  str: "string",
  text: "string",
  char: "string",
  date: "string",
  time: "string",
  "date (yyyy-mm-dd)": "string",
  enum: "string",
  file: "string",
  number: "number",
  float: "number",
  double: "number",
  integer: "integer",
  int: "integer",
  long: "integer",
  boolean: "boolean",
  bool: "boolean",
  array: "array",
  list: "array",
  arraylist: "array",
  tuple: "array",
  object: "object",
  dict: "object",
  hashmap: "object",
};

/** A schema in the words of a source as a JSON Schema; what is not known of it may be anything. */
export function toSchema(written: Json | undefined): JsonObject {
  if (!isPlainObject(written)) return {};
  const { type, description, items, properties, required, format } = written as JsonObject;
  const known = typeof type === "string" ? TYPES[type.toLowerCase()] : undefined;
  const isDate = typeof type === "string" && /^date\b/i.test(type);
  return {
    ...(known !== undefined && { type: known }),
    ...(typeof description === "string" && { description }),
    ...(isDate ? { format: "date" } : typeof format === "string" && { format }),
    ...(choicesOf(written as JsonObject) ?? {}),
    ...(known === "array" && isPlainObject(items) && { items: toSchema(items as JsonObject) }),
    ...(known === "object" && isPlainObject(properties) && { properties: schemasOf(properties) }),
    ...(known === "object" &&
      Array.isArray(required) && { required: required.filter((one) => typeof one === "string") }),
  };
}

function schemasOf(properties: Record<string, unknown>): Record<string, JsonObject> {
  const entries = Object.entries(properties as JsonObject);
  return Object.fromEntries(entries.map(([name, one]) => [name, toSchema(one)]));
}

function choicesOf({
  enum: choices,
  allowed_values: allowed,
  possible_values: possible,
}: JsonObject): JsonObject | undefined {
  const list = [choices, allowed, possible].find((one) => Array.isArray(one) && one.length > 0);
  return Array.isArray(list) ? { enum: [...new Set(list)] } : undefined;
}
