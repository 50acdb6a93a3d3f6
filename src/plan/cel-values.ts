import { isPlainObject, type Json } from "../base/json.ts";

/** Deeper than any honest value; ends the walk through a value that contains itself. */
const MAX_DEPTH = 500;

/**
 * What an expression gave, as JSON. Parts that are JSON already are kept, not copied.
 *
 * What only CEL knows follows CEL's own mapping to JSON: timestamps as RFC 3339 text,
 * durations as seconds (`90s`), bytes as base64.
 *
 * @throws {TypeError} for what JSON cannot carry: NaN and the infinities
 */
export function jsonOfResult(value: unknown, depth = 0): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return Number(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${value} is not a JSON number`);
      return value === 0 ? 0 : value;
    case "object":
      if (value === null) return null;
      break;
    default:
      throw new TypeError(`a ${typeof value} is not a JSON value`);
  }
  if (depth > MAX_DEPTH) throw new TypeError("the value is nested too deep");
  if (Array.isArray(value)) return listOfResult(value, depth);
  if (isPlainObject(value)) return recordOfResult(value, depth);
  if (value instanceof Map) {
    return recordOfResult(Object.fromEntries(value) as Record<string, unknown>, depth);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) {
    return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(""));
  }
  // The library's durations and types; both say what they are by this tag.
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  if (tag === "google.protobuf.Duration") return String(value);
  if (tag?.startsWith("Type<")) return (value as { name: string }).name;
  throw new TypeError("the value is not JSON");
}

function listOfResult(list: readonly unknown[], depth: number): Json {
  let copy: Json[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const element = jsonOfResult(list[i], depth + 1);
    if (!Object.is(element, list[i])) copy ??= list.slice() as Json[];
    if (copy !== undefined) copy[i] = element;
  }
  return copy ?? (list as readonly Json[]);
}

function recordOfResult(record: Record<string, unknown>, depth: number): Json {
  let copy: Record<string, Json> | undefined;
  for (const key of Object.keys(record)) {
    const value = jsonOfResult(record[key], depth + 1);
    if (Object.is(value, record[key])) continue;
    copy ??= { ...(record as Record<string, Json>) };
    copy[key] = value;
  }
  return copy ?? (record as Record<string, Json>);
}

/** A value inside a text: strings as they are, null as nothing, lists and objects as JSON. */
export function textOfJson(value: Json): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}
