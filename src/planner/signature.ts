/** Tools as a model reads them best: signatures in the manner of TypeScript. */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import type { ToolDescription } from "../tools/tool.ts";
import { isAnyValue, resolve } from "./schema-node.ts";

/** Deeper than this, a type is only named by its kind. */
const MAX_DEPTH = 4;

const EFFECTS = { none: "no effects", read: "reads", write: "writes" } as const;

/**
 * One tool in a few lines: its call and its output, what it does to the world, what it is
 * for, and what its schema says of each parameter.
 *
 * ```
 * read_file(path: string, format?: "auto" | "csv") -> { text: string, rows?: object[] }  [reads]
 *   Reads a file as text, and as rows if it is a table.
 *   - path: Below the workspace.
 * ```
 */
export function renderSignature(tool: ToolDescription): string {
  const { name, description, inputSchema, outputSchema, effects } = tool;
  const parameters = fields(inputSchema, inputSchema, 0) ?? "input: object";
  const output = renderType(outputSchema);
  return [
    `${name}(${parameters}) -> ${output}  [${EFFECTS[effects]}]`,
    `  ${oneLine(description)}`,
    ...notes(inputSchema, "- "),
    ...notes(outputSchema, "- gives "),
  ].join("\n");
}

/** A JSON Schema as a type, on one line. */
export function renderType(schema: JsonObject): string {
  return typeOf(schema, schema, 0);
}

function typeOf(node: Json | undefined, root: JsonObject, depth: number): string {
  // A type that contains itself ends here, too.
  if (depth > MAX_DEPTH || isAnyValue(node, root)) return "any";
  const schema = resolve(node, root);
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const { enum: values, anyOf, oneOf, allOf, type } = schema;
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  const union = anyOf ?? oneOf;
  if (Array.isArray(union)) return join(union, " | ", root, depth);
  if (Array.isArray(allOf)) return join(allOf, " & ", root, depth);
  if (Array.isArray(type)) {
    return join(
      type.map((one: Json) => ({ ...schema, type: one })),
      " | ",
      root,
      depth,
    );
  }
  switch (type) {
    case "object":
      return objectType(schema, root, depth);
    case "array":
      return arrayType(schema["items"], root, depth);
    case "string":
    case "number":
    case "integer":
    case "boolean":
    case "null":
      return type;
    default:
      return "any";
  }
}

function objectType(schema: JsonObject, root: JsonObject, depth: number): string {
  if (depth >= MAX_DEPTH) return "object";
  const named = fields(schema, root, depth + 1);
  if (named !== undefined) return named === "" ? "{}" : `{ ${named} }`;
  const { additionalProperties } = schema;
  if (!isPlainObject(additionalProperties)) return "object";
  const value = typeOf(additionalProperties as JsonObject, root, depth + 1);
  return value === "any" ? "object" : `Record<string, ${value}>`;
}

function arrayType(items: Json | undefined, root: JsonObject, depth: number): string {
  const element = typeOf(items, root, depth + 1);
  return / [|&] /.test(element) && !element.startsWith("{") ? `(${element})[]` : `${element}[]`;
}

/** `a: string, b?: number = 5`; undefined for an object whose names nobody knows. */
function fields(schema: JsonObject, root: JsonObject, depth: number): string | undefined {
  const { properties, required } = schema;
  if (!isPlainObject(properties)) return undefined;
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties as JsonObject)
    .map(([name, property]) => {
      const mark = needed.has(name) ? "" : "?";
      // Outputs have no presets, and within a parameter they only lengthen the line.
      const preset = depth === 0 ? resolve(property, root)["default"] : undefined;
      const otherwise = preset === undefined ? "" : ` = ${JSON.stringify(preset)}`;
      return `${name}${mark}: ${typeOf(property, root, depth)}${otherwise}`;
    })
    .join(", ");
}

function join(
  members: readonly Json[],
  separator: string,
  root: JsonObject,
  depth: number,
): string {
  const types = new Set(members.map((member) => typeOf(member, root, depth + 1)));
  return types.has("any") ? "any" : [...types].join(separator);
}

/** What the schema says of its fields, a line for each that it describes. */
function notes(schema: JsonObject, lead: string): string[] {
  const { properties } = schema;
  if (!isPlainObject(properties)) return [];
  return Object.entries(properties as JsonObject).flatMap(([name, property]) => {
    const { description } = resolve(property, schema);
    return typeof description === "string" ? [`  ${lead}${name}: ${oneLine(description)}`] : [];
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
