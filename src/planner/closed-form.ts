/**
 * Schemas without open ends, and values in that form.
 *
 * The strict modes of providers know closed objects only: no object with names of its own, no
 * value of any kind. A plan has both, in the arguments of tools and in the output. Here is
 * the one other way to write them, derived from the schema:
 *
 * - an object with free names is a list of entries, `[{ "name": "path", "value": "a.md" }]`;
 * - in a value of any kind, an object is `{ "fields": [entries] }`, three levels deep; what
 *   lies deeper is `{ "json": "its JSON text" }`.
 *
 * C1. `decode(schema, encode(schema, value))` is the value, if it is valid.
 * C2. `decode` leaves alone what is written in the plain form, where it can tell the two apart.
 *
 * @see the strict dialects in the models' room, which narrow what remains
 */

import {
  formatPath,
  isPlainObject,
  type Json,
  type JsonObject,
  type PathStep,
} from "../base/json.ts";
import { isAnyValue, isOpenObject, propertiesOf, resolve, takesNull } from "./schema-node.ts";

/** Levels of arrays and objects in a value of any kind before its JSON text takes over. */
const LEVELS = 3;
const VALUE = "value";

/** Deeper than any plan may be; what lies there is left as it is, for the check to refuse. */
const MAX_DEPTH = 300;

const ENTRIES_NOTE = "A list of entries, one for each name.";

/** The schema with its open ends closed. */
export function closedSchema(schema: JsonObject): JsonObject {
  const { $defs: _, ...closed } = close(schema, schema);
  return { ...closed, $defs: valueDefinitions() };
}

function close(node: Json | undefined, root: JsonObject): JsonObject {
  if (node === undefined || isAnyValue(node, root)) {
    const { description } = isPlainObject(node) ? (node as JsonObject) : {};
    const reference = { $ref: `#/$defs/${VALUE}${LEVELS}` };
    return description === undefined ? reference : { ...reference, description };
  }
  const schema = resolve(node, root);
  if (schema["type"] === "object" && isPlainObject(schema["properties"])) {
    return {
      ...schema,
      properties: mapValues(schema["properties"], (inner) => close(inner, root)),
    };
  }
  if (isOpenObject(schema)) {
    const { description } = schema;
    const note = typeof description === "string" ? `${description} ${ENTRIES_NOTE}` : ENTRIES_NOTE;
    return { ...entriesOf(close(schema["additionalProperties"], root)), description: note };
  }
  if (schema["type"] === "array") return { ...schema, items: close(schema["items"], root) };
  const { anyOf } = schema;
  if (!Array.isArray(anyOf)) return schema;
  return { ...schema, anyOf: anyOf.map((inner: Json) => close(inner, root)) };
}

function entriesOf(value: JsonObject): JsonObject {
  const properties = { name: { type: "string" }, value };
  return {
    type: "array",
    items: {
      type: "object",
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  };
}

function valueDefinitions(): JsonObject {
  const definitions: Record<string, JsonObject> = {
    [`${VALUE}0`]: union({
      ...closedObject({ json: { type: "string" } }),
      description: "JSON text.",
    }),
  };
  for (let level = 1; level <= LEVELS; level++) {
    const inner = { $ref: `#/$defs/${VALUE}${level - 1}` };
    const object = closedObject({ fields: entriesOf(inner) });
    definitions[`${VALUE}${level}`] = union({ type: "array", items: inner }, object);
  }
  return definitions;
}

function union(...compound: JsonObject[]): JsonObject {
  const scalars = ["string", "number", "boolean", "null"].map((type) => ({ type }));
  return { anyOf: [...scalars, ...compound] };
}

function closedObject(properties: Record<string, JsonObject>): JsonObject {
  const required = Object.keys(properties);
  return { type: "object", properties, required, additionalProperties: false };
}

/** A value of `schema`, in the closed form. */
export function encode(schema: JsonObject, value: Json): Json {
  return encodeNode(schema, value, schema);
}

function encodeNode(node: Json | undefined, value: Json, root: JsonObject): Json {
  if (isAnyValue(node, root)) return encodeValue(value, LEVELS);
  const schema = resolve(node, root);
  if (Array.isArray(value)) {
    return value.map((element: Json) => encodeNode(schema["items"], element, root));
  }
  if (!isPlainObject(value)) return value;
  const object = value as JsonObject;
  if (isOpenObject(schema)) {
    const inner = schema["additionalProperties"];
    return toEntries(object, (element) => encodeNode(inner, element, root));
  }
  const properties = propertiesOf(schema, root);
  return mapValues(object, (element, name) =>
    Object.hasOwn(properties, name) ? encodeNode(properties[name], element, root) : element,
  );
}

function encodeValue(value: Json, levels: number): Json {
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return { json: JSON.stringify(value) };
  if (Array.isArray(value)) return value.map((element: Json) => encodeValue(element, levels - 1));
  return { fields: toEntries(value as JsonObject, (element) => encodeValue(element, levels - 1)) };
}

function toEntries(object: JsonObject, encodeElement: (value: Json) => Json): Json {
  return Object.entries(object).map(([name, value]) => ({ name, value: encodeElement(value) }));
}

/** What is wrong with an answer in the closed form, and where in the plain one. */
export type FormIssue = { readonly path: string; readonly message: string };

/**
 * A value in the plain form, from the closed one or a mixture of both.
 *
 * Null stands for an optional property that is absent, where the schema has no null itself:
 * some strict modes write it so. What fits no form is left for whoever checks the value.
 */
export function decode(schema: JsonObject, value: Json): { value: Json; issues: FormIssue[] } {
  const decoding = new Decoding(schema);
  return { value: decoding.node(schema, value, []), issues: decoding.issues };
}

class Decoding {
  readonly issues: FormIssue[] = [];
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  node(node: Json | undefined, value: Json, path: readonly PathStep[]): Json {
    if (isAnyValue(node, this.#root)) return this.#value(value, path);
    const schema = resolve(node, this.#root);
    if (isOpenObject(schema)) {
      const inner = schema["additionalProperties"];
      return this.#open(value, path, (element, at) => this.node(inner, element, at));
    }
    if (Array.isArray(value)) {
      return value.map((element: Json, i) => this.node(schema["items"], element, [...path, i]));
    }
    return isPlainObject(value) ? this.#object(schema, value as JsonObject, path) : value;
  }

  #object(schema: JsonObject, object: JsonObject, path: readonly PathStep[]): Json {
    const properties = propertiesOf(schema, this.#root);
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const decoded = Object.entries(object).flatMap(([name, value]): [string, Json][] => {
      if (!Object.hasOwn(properties, name)) return [[name, value]];
      const property = properties[name];
      const isAbsent = value === null && !takesNull(property, this.#root);
      if (isAbsent && !required.includes(name)) return [];
      return [[name, this.node(property, value, [...path, name])]];
    });
    return Object.fromEntries(decoded);
  }

  #open(value: Json, path: readonly PathStep[], element: Element): Json {
    if (Array.isArray(value)) return this.#entries(value, path, element) ?? value;
    if (!isPlainObject(value)) return value;
    return mapValues(value as JsonObject, (inner, name) => element(inner, [...path, name]));
  }

  #value(value: Json, path: readonly PathStep[]): Json {
    if (path.length > MAX_DEPTH) return value;
    const inner: Element = (element, at) => this.#value(element, at);
    if (Array.isArray(value)) return value.map((element: Json, i) => inner(element, [...path, i]));
    if (!isPlainObject(value)) return value;
    const object = value as JsonObject;
    const [name, ...others] = Object.keys(object);
    if (others.length === 0 && name === "json" && typeof object["json"] === "string") {
      return this.#jsonText(object["json"], path);
    }
    if (others.length === 0 && name === "fields" && Array.isArray(object["fields"])) {
      const decoded = this.#entries(object["fields"] as readonly Json[], path, inner);
      if (decoded !== undefined) return decoded;
    }
    return mapValues(object, (element, key) => inner(element, [...path, key]));
  }

  /** @returns undefined when the elements are no entries */
  #entries(
    entries: readonly Json[],
    path: readonly PathStep[],
    element: Element,
  ): JsonObject | undefined {
    const pairs: [string, Json][] = [];
    const names = new Set<string>();
    for (const entry of entries) {
      const { name, value } = (isPlainObject(entry) ? entry : {}) as JsonObject;
      if (typeof name !== "string" || value === undefined) return undefined;
      const at = [...path, name];
      if (names.has(name)) this.#report(at, `There are two entries named ${JSON.stringify(name)}.`);
      names.add(name);
      pairs.push([name, element(value, at)]);
    }
    return Object.fromEntries(pairs);
  }

  #jsonText(text: string, path: readonly PathStep[]): Json {
    try {
      return JSON.parse(text) as Json;
    } catch (error) {
      this.#report(path, `The JSON text does not parse: ${(error as SyntaxError).message}.`);
      return text;
    }
  }

  #report(path: readonly PathStep[], message: string): void {
    this.issues.push({ path: formatPath(path), message });
  }
}

type Element = (value: Json, path: readonly PathStep[]) => Json;

function mapValues(object: object, map: (value: Json, name: string) => Json): JsonObject {
  const entries = Object.entries(object as JsonObject);
  return Object.fromEntries(entries.map(([name, value]) => [name, map(value, name)]));
}
