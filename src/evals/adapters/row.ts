/** Rows as the data sets under evals/ have them: the fields that all have, checked. */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { CallNode, Edge } from "../sample.ts";

/** @throws {Error} where it is missing, or of another type */
export function textIn(row: JsonObject, name: string): string {
  const value = row[name];
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`${name} must be a text`);
}

/** @throws {Error} where it is missing, or of another type */
export function objectIn(row: JsonObject, name: string): JsonObject {
  const value = row[name];
  if (isPlainObject(value)) return value as JsonObject;
  throw new Error(`${name} must be an object`);
}

/** @throws {Error} where it is missing, or of another type */
export function listIn(row: JsonObject, name: string): readonly Json[] {
  const value = row[name];
  if (Array.isArray(value)) return value;
  throw new Error(`${name} must be a list`);
}

/** @throws {Error} where an element is no object */
export function objectsIn(row: JsonObject, name: string): readonly JsonObject[] {
  return listIn(row, name).map((one, at) => {
    if (isPlainObject(one)) return one as JsonObject;
    throw new Error(`${name}[${at}] must be an object`);
  });
}

/**
 * Edges between so many nodes.
 * @throws {Error} where one is no pair of numbers of nodes
 */
export function edgesIn(row: JsonObject, name: string, nodes: number): Edge[] {
  return listIn(row, name).map((edge, at): Edge => {
    const [from, to] = Array.isArray(edge) ? edge : [];
    if (!isNode(from, nodes) || !isNode(to, nodes)) {
      throw new Error(`${name}[${at}] must be two numbers of nodes, from 0 to ${nodes - 1}`);
    }
    return [from, to];
  });
}

function isNode(value: Json | undefined, nodes: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < nodes;
}

/** The name of the tool of each node. @throws {Error} where a node has none */
export function toolsIn(nodes: readonly JsonObject[]): string[] {
  return nodes.map((node, at) => {
    if (typeof node["tool"] === "string") return node["tool"];
    throw new Error(`nodes[${at}].tool must be a text`);
  });
}

/** Arguments as an object: those of lists of `{ name, value }` by their names. */
export function namedArgs(list: Json | undefined): JsonObject {
  if (!Array.isArray(list)) return {};
  const entries = list.flatMap((one): [string, Json][] => {
    if (!isPlainObject(one) || typeof one["name"] !== "string") return [];
    return [[one["name"], (one["value"] ?? null) as Json]];
  });
  return Object.fromEntries(entries);
}

/** Nodes that are only names. */
export function bareNodes(tools: readonly string[]): CallNode[] {
  return tools.map((tool) => ({ tool, args: {} }));
}
