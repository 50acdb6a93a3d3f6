/** From plans to graphs of calls, in which subtasks are numbers: what scorers compare. */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { compilePlan } from "../plan/compile.ts";
import type { ExpressionUse } from "../plan/expressions.ts";
import { compileTemplate } from "../plan/expressions.ts";
import type { Plan } from "../plan/schema.ts";
import type { CallGraph, CallNode, Edge } from "./sample.ts";

/**
 * The graph of a valid plan: a node for each subtask in the plan's order, an edge for each
 * dependency, by data or only by order.
 * @param nameOf a tool's name in the suite, from the one that planners get
 */
export function graphOfPlan(plan: Plan, nameOf: (tool: string) => string): CallGraph {
  const { graph } = compilePlan(plan);
  const nodes = plan.subtasks.map(({ tool, input }): CallNode => {
    return { tool: nameOf(tool), args: argsOf(input as JsonObject, graph.indexOf) };
  });
  const edges = graph.dependencies.flatMap((list, to) =>
    list.map(({ index }): Edge => [index, to]),
  );
  return { nodes, edges };
}

/** An input with its references as nodes. */
function argsOf(input: JsonObject, indexOf: ReadonlyMap<string, number>): JsonObject {
  const { template } = compileTemplate(input);
  const uses = Map.groupBy(template.uses, ({ steps }) => JSON.stringify(steps));
  const convert = (value: Json, steps: readonly (string | number)[]): Json => {
    if (typeof value === "string") {
      const here = uses.get(JSON.stringify(steps));
      return here === undefined ? value.replaceAll("$${", "${") : referring(value, here, indexOf);
    }
    if (Array.isArray(value)) return value.map((one: Json, at) => convert(one, [...steps, at]));
    if (!isPlainObject(value)) return value;
    const entries = Object.entries(value as JsonObject);
    return Object.fromEntries(entries.map(([key, one]) => [key, convert(one, [...steps, key])]));
  };
  return convert(input, []) as JsonObject;
}

/** What a text with expressions stands for. */
function referring(
  text: string,
  uses: readonly ExpressionUse[],
  indexOf: ReadonlyMap<string, number>,
): Json {
  const refs = uses.flatMap(({ expression: { place, references } }): Json[] => {
    const names = place === undefined ? references : [place.name];
    const path = place?.steps.map((step) => step ?? "*").join(".") ?? "";
    return names.flatMap((name) => {
      const node = indexOf.get(name);
      return node === undefined ? [] : [{ $ref: node, path }];
    });
  });
  const [only] = uses;
  const isPlace = only?.isWhole === true && only.expression.place !== undefined;
  if (isPlace && refs.length === 1) return refs[0] as Json;
  // Nobody else calls subtasks as this plan does: what they gave stands beside the text.
  const isPlain = uses.every(({ expression: { place } }) => indexOf.has(place?.name ?? ""));
  return { $text: [isPlain ? text.replaceAll(/\$\{[^}]*\}/g, "{}") : text, ...refs] };
}

export type Ref = { readonly node: number; readonly path: string };

/** Whether the value is what another node gave, and nothing else. */
export function refOf(value: Json | undefined): Ref | undefined {
  if (!isPlainObject(value) || typeof value["$ref"] !== "number") return undefined;
  return { node: value["$ref"], path: String(value["path"] ?? "") };
}

/** All references in a value, however deep. */
export function refsIn(value: Json): Ref[] {
  const ref = refOf(value);
  if (ref !== undefined) return [ref];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((one: Json) => refsIn(one));
}

/** The value with the numbers of nodes in its references changed. */
export function withNodes(value: Json, nodeOf: (node: number) => Json): Json {
  const ref = refOf(value);
  if (ref !== undefined) return { $ref: nodeOf(ref.node), path: ref.path };
  if (Array.isArray(value)) return value.map((one: Json) => withNodes(one, nodeOf));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.map(([key, one]) => [key, withNodes(one, nodeOf)]));
}
