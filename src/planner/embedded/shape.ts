/** JSON Schemas as the planner needs them: which forms a value may have. */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import { isAnyValue, resolve } from "../schema-node.ts";

export type Shape = {
  /** Anything goes. */
  readonly isAny: boolean;
  readonly takesText: boolean;
  readonly takesNumber: boolean;
  readonly isInteger: boolean;
  readonly takesBoolean: boolean;
  /** The texts that are allowed, if they are listed. */
  readonly choices: readonly string[];
  /** Of a list, what its elements are. */
  readonly element: Shape | undefined;
  /** Of an object, its properties; empty for one whose names are free. */
  readonly properties: ReadonlyMap<string, Property> | undefined;
  readonly format: string | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
};

export type Property = {
  readonly shape: Shape;
  readonly description: string;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
};

/** Deeper, a value counts as anything. Also ends types that contain themselves. */
const MAX_DEPTH = 4;

const NOTHING: Shape = {
  isAny: false,
  takesText: false,
  takesNumber: false,
  isInteger: false,
  takesBoolean: false,
  choices: [],
  element: undefined,
  properties: undefined,
  format: undefined,
  minimum: undefined,
  maximum: undefined,
};

export function shapeOf(schema: JsonObject): Shape {
  return shapeAt(schema, schema, 0);
}

function shapeAt(node: Json | undefined, root: JsonObject, depth: number): Shape {
  if (depth > MAX_DEPTH || isAnyValue(node, root)) return { ...NOTHING, isAny: true };
  const schema = resolve(node, root);
  const { anyOf, oneOf, allOf, type } = schema;
  const union = anyOf ?? oneOf;
  if (Array.isArray(union)) {
    return union.map((member: Json) => shapeAt(member, root, depth + 1)).reduce(merge, NOTHING);
  }
  if (Array.isArray(allOf)) {
    return allOf.map((member: Json) => shapeAt(member, root, depth + 1)).reduce(merge, NOTHING);
  }
  if (Array.isArray(type)) {
    return type
      .map((one: Json) => shapeAt({ ...schema, type: one }, root, depth + 1))
      .reduce(merge, NOTHING);
  }
  return shapeOfType(schema, root, depth);
}

function shapeOfType(schema: JsonObject, root: JsonObject, depth: number): Shape {
  const { type, format, minimum, maximum } = schema;
  const choices = choicesOf(schema);
  switch (type ?? typeOfChoices(choices, schema)) {
    case "string":
      return { ...NOTHING, takesText: true, choices, format: textOrNothing(format) };
    case "integer":
    case "number":
      return {
        ...NOTHING,
        takesNumber: true,
        isInteger: type === "integer",
        minimum: numberOrNothing(minimum),
        maximum: numberOrNothing(maximum),
      };
    case "boolean":
      return { ...NOTHING, takesBoolean: true };
    case "array":
      return { ...NOTHING, element: shapeAt(schema["items"], root, depth + 1) };
    case "object":
      return { ...NOTHING, properties: propertiesAt(schema, root, depth) };
    case "null":
      return NOTHING;
    default:
      return { ...NOTHING, isAny: true };
  }
}

function propertiesAt(schema: JsonObject, root: JsonObject, depth: number): Map<string, Property> {
  const { properties, required } = schema;
  const needed = new Set<Json>(Array.isArray(required) ? required : []);
  const found = new Map<string, Property>();
  for (const [name, node] of Object.entries(isPlainObject(properties) ? properties : {})) {
    const { description, default: preset } = resolve(node as Json, root);
    found.set(name, {
      shape: shapeAt(node as Json, root, depth + 1),
      description: textOrNothing(description) ?? "",
      isRequired: needed.has(name),
      hasDefault: preset !== undefined,
    });
  }
  return found;
}

function choicesOf({ enum: values, const: only }: JsonObject): string[] {
  const list: readonly Json[] = Array.isArray(values) ? values : only === undefined ? [] : [only];
  return list.filter((value) => typeof value === "string");
}

function typeOfChoices(choices: readonly string[], { const: only }: JsonObject): Json | undefined {
  if (choices.length > 0) return "string";
  return typeof only === "number" || typeof only === "boolean" ? typeof only : undefined;
}

function merge(a: Shape, b: Shape): Shape {
  return {
    isAny: a.isAny || b.isAny,
    takesText: a.takesText || b.takesText,
    takesNumber: a.takesNumber || b.takesNumber,
    isInteger: a.isInteger || b.isInteger,
    takesBoolean: a.takesBoolean || b.takesBoolean,
    choices: [...new Set([...a.choices, ...b.choices])],
    element: a.element && b.element ? merge(a.element, b.element) : (a.element ?? b.element),
    properties:
      a.properties && b.properties
        ? new Map([...a.properties, ...b.properties])
        : (a.properties ?? b.properties),
    format: a.format ?? b.format,
    minimum: a.minimum ?? b.minimum,
    maximum: a.maximum ?? b.maximum,
  };
}

function textOrNothing(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOrNothing(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
