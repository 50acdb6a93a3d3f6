/**
 * JSON Schemas as strict modes want them, derived from any schema.
 *
 * Strict modes know closed objects, arrays of one kind, scalars, `enum`, `const`, `anyOf` and
 * references. What else limits a value (patterns, lengths, defaults) moves into the
 * description, where the model can read it. What no description can save, an open object, a
 * value of any kind, a tuple, makes the schema inexpressible: the caller then asks without
 * strictness rather than for something else.
 */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";

/** Where providers' strict modes differ. */
export interface StrictDialect {
  /** How an optional property is written: left out, or required with null allowed. */
  readonly optional: "absent" | "null";
  /** Whether a schema may refer to itself. */
  readonly recursion: boolean;
}

export const ANTHROPIC_STRICT: StrictDialect = { optional: "absent", recursion: false };
export const OPENAI_STRICT: StrictDialect = { optional: "null", recursion: true };

/**
 * The schema in a strict dialect.
 * @returns undefined when it cannot be expressed there
 */
export function strictSchema(schema: JsonObject, dialect: StrictDialect): JsonObject | undefined {
  try {
    return new Narrowing(schema, dialect).root();
  } catch (error) {
    if (error instanceof Inexpressible) return undefined;
    throw error;
  }
}

class Inexpressible extends Error {}

const IN_PROGRESS = Symbol("in progress");

class Narrowing {
  readonly #schema: JsonObject;
  readonly #dialect: StrictDialect;
  readonly #definitions = new Map<string, JsonObject | typeof IN_PROGRESS>();

  constructor(schema: JsonObject, dialect: StrictDialect) {
    this.#schema = schema;
    this.#dialect = dialect;
  }

  root(): JsonObject {
    if (this.#schema["type"] !== "object") throw new Inexpressible();
    const narrowed = this.#narrow(this.#schema);
    if (this.#definitions.size === 0) return narrowed;
    return { ...narrowed, $defs: Object.fromEntries(this.#definitions) as JsonObject };
  }

  #narrow(node: Json | undefined): JsonObject {
    if (!isPlainObject(node)) throw new Inexpressible();
    const schema = node as JsonObject;
    const shape = this.#shape(schema);
    const description = describe(schema);
    if (description === "") return shape;
    // Beside a reference nothing else may stand.
    return "$ref" in shape ? { anyOf: [shape], description } : { ...shape, description };
  }

  #shape(schema: JsonObject): JsonObject {
    if (typeof schema["$ref"] === "string") return this.#reference(schema["$ref"]);
    const union = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(union)) return { anyOf: union.map((member: Json) => this.#narrow(member)) };
    if (schema["allOf"] !== undefined) throw new Inexpressible();
    if ("const" in schema) return pick(schema, ["type", "const"]);
    if (Array.isArray(schema["enum"])) return pick(schema, ["type", "enum"]);
    const type = schema["type"];
    if (Array.isArray(type)) {
      return { anyOf: type.map((one: Json) => this.#shape({ ...schema, type: one })) };
    }
    switch (type) {
      case "object":
        return this.#object(schema);
      case "array":
        if (schema["prefixItems"] !== undefined) throw new Inexpressible();
        return { type, items: this.#narrow(schema["items"]) };
      case "string":
      case "number":
      case "integer":
      case "boolean":
      case "null":
        return { type };
      default:
        throw new Inexpressible();
    }
  }

  #object(schema: JsonObject): JsonObject {
    const { properties, additionalProperties } = schema;
    const isOpen = additionalProperties !== undefined && additionalProperties !== false;
    if (isOpen || !isPlainObject(properties)) throw new Inexpressible();
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
    const everything = this.#dialect.optional === "null";
    const narrowed = Object.entries(properties as JsonObject).map(([name, property]) => {
      const inner = this.#narrow(property);
      return [name, everything && !required.has(name) ? orNull(inner) : inner] as const;
    });
    return {
      type: "object",
      properties: Object.fromEntries(narrowed),
      required: narrowed.map(([name]) => name).filter((name) => everything || required.has(name)),
      additionalProperties: false,
    };
  }

  #reference(pointer: string): JsonObject {
    if (pointer === "#") {
      if (!this.#dialect.recursion) throw new Inexpressible();
      return { $ref: "#" };
    }
    const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(pointer) ?? [];
    if (name === undefined) throw new Inexpressible();
    const known = this.#definitions.get(name);
    if (known === IN_PROGRESS && !this.#dialect.recursion) throw new Inexpressible();
    if (known === undefined) {
      this.#definitions.set(name, IN_PROGRESS);
      this.#definitions.set(name, this.#narrow(this.#definition(name)));
    }
    return { $ref: `#/$defs/${name}` };
  }

  #definition(name: string): Json | undefined {
    const { $defs, definitions } = this.#schema;
    const all = { ...(definitions as JsonObject), ...($defs as JsonObject) };
    return all[name];
  }
}

function orNull(schema: JsonObject): JsonObject {
  const { description, ...shape } = schema;
  const members = Array.isArray(shape["anyOf"]) ? (shape["anyOf"] as JsonObject[]) : [shape];
  if (members.some(({ type }) => type === "null")) return schema;
  const nullable: JsonObject = { anyOf: [...members, { type: "null" }] };
  return description === undefined ? nullable : { ...nullable, description };
}

function pick(schema: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => keys.includes(key)));
}

const SHAPE = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "const",
  "anyOf",
  "oneOf",
  "$ref",
  "$defs",
  "definitions",
]);
const NOTES = new Set(["$schema", "$id", "$comment", "title", "description", "deprecated", "id"]);

/** The description, with the limits that a strict mode would not take. */
function describe(schema: JsonObject): string {
  const limits = Object.entries(schema)
    .filter(([key]) => !SHAPE.has(key) && !NOTES.has(key))
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  return [description, limits.length === 0 ? "" : `(${limits.join(", ")})`].join(" ").trim();
}
