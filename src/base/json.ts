/**
 * JSON values: what travels in plans, events, effects and results.
 */

import { cutText } from "./excerpt.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A step into a value: a field's name, or an element's index from 0. */
export type PathStep = string | number;

/** True for `{…}` literals and the like; false for arrays, null and class instances. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/**
 * The value as JSON would carry it, so that what a run sees now is what it will see
 * after a restart. Values that already are JSON are returned as they are, not copied.
 *
 * `undefined` becomes null; dates and other objects with `toJSON` become what that gives.
 * @throws {TypeError} for what JSON cannot carry (BigInt, cycles)
 */
export function toJson(value: unknown): Json {
  if (isJson(value)) return value;
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Json);
}

/** True when `JSON.parse(JSON.stringify(value))` would give back an equal value. */
export function isJson(value: unknown, depth = 0): value is Json {
  if (value === null) return true;
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return false;
  }
  // Deeper than any honest result; a cycle ends here and JSON.stringify then names it.
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((element) => isJson(element, depth + 1));
  if (!isPlainObject(value) || typeof value["toJSON"] === "function") return false;
  for (const key in value) if (!isJson(value[key], depth + 1)) return false;
  return true;
}

const MAX_DEPTH = 200;

/** JSON with the keys of every object sorted, array indices first: equal values give equal text. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(sorted(value));
}

/** A copy whose objects were made in the order of their keys: quicker than a replacer. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((element) => sorted(element));
  if (!isPlainObject(value)) return value;
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  const fields = value as JsonObject;
  // Assigned to an object, this key would be its prototype.
  if (keys.includes("__proto__")) {
    return Object.fromEntries(keys.map((key) => [key, sorted(fields[key] as Json)]));
  }
  const copy: Record<string, Json> = {};
  for (const key of keys) copy[key] = sorted(fields[key] as Json);
  return copy;
}

/** `["subtasks", 2, "input", "url"]` as `subtasks[2].input.url`; odd keys are quoted. */
export function formatPath(steps: readonly PathStep[]): string {
  let path = "";
  for (const step of steps) {
    if (typeof step === "number") path += `[${step}]`;
    else if (!/^[A-Za-z_$][\w$]*$/.test(step)) path += `[${JSON.stringify(step)}]`;
    else path += path === "" ? step : `.${step}`;
  }
  return path;
}

/** Characters of a value in a message. */
const MAX_SHOWN = 60;

/** A value as its JSON, for a message: cut where it is long. */
export function excerptOf(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${cutText(text, MAX_SHOWN)}…` : text;
}
