/**
 * NESTFUL (Basu et al., NESTFUL: A Benchmark for Evaluating LLMs on Nested Sequences of API Calls,
 * EMNLP 2025, arXiv 2409.03797; github.com/IBM/NESTFUL, first release, Apache-2.0).
 */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { Adapter, CallNode, PlanSample, SuiteTool } from "../sample.ts";
import { NESTFUL_SCORERS } from "../scorers/nestful.ts";
import { namedTools, objectSchema, toSchema } from "../suite-tool.ts";
import { edgesIn, objectIn, objectsIn, textIn, toolsIn } from "./row.ts";

export const nestful: Adapter = {
  name: "nestful",
  files: ["executable.jsonl", "glaive.jsonl", "sgd.jsonl"],
  scorers: NESTFUL_SCORERS,
  read(row, data): PlanSample {
    const gold = objectIn(row, "gold");
    const nodes = objectsIn(gold, "nodes");
    const tools = toolsIn(nodes);
    const labels = new Map(nodes.map(({ label }, at) => [String(label), at]));
    const calls = tools.map((tool, at): CallNode => {
      const args = nodes[at]?.["args"];
      return { tool, args: withRefs(isPlainObject(args) ? (args as JsonObject) : {}, labels) };
    });
    return {
      id: textIn(row, "id"),
      category: textIn(row, "suite"),
      goal: textIn(row, "goal"),
      pool: data.pool(textIn(row, "pool"), readTools),
      gold: {
        graph: { nodes: calls, edges: edgesIn(gold, "edges", tools.length) },
        hasArgs: "all",
      },
      row,
    };
  },
};

const REFERENCE = /\$(\w+)(?:\.([^$]*))?\$/g;

/** `$var1.entityId$` is a field of the call labelled var1; what names no label stays as it is. */
function withRefs(args: JsonObject, labels: ReadonlyMap<string, number>): JsonObject {
  const convert = (value: Json): Json => {
    if (typeof value === "string") {
      const refs: JsonObject[] = [];
      const text = value.replaceAll(REFERENCE, (written: string, label: string, path = "") => {
        const node = labels.get(label);
        if (node === undefined) return written;
        // Plans say `author.0.id` for what is `author[0].id` here.
        refs.push({ $ref: node, path: path.replaceAll(/\[(\d+)\]/g, ".$1") });
        return "{}";
      });
      const [only] = refs;
      if (only === undefined) return value;
      return text === "{}" ? only : { $text: [text, ...refs] };
    }
    if (Array.isArray(value)) return value.map((one: Json) => convert(one));
    if (!isPlainObject(value)) return value;
    const entries = Object.entries(value as JsonObject);
    return Object.fromEntries(entries.map(([key, one]) => [key, convert(one)]));
  };
  return convert(args) as JsonObject;
}

const INPUTS = ["query_parameters", "parameters", "path_parameters", "arguments"];

function readTools(list: Json): SuiteTool[] {
  if (!Array.isArray(list)) throw new Error("must be a list of tools");
  return namedTools(
    list.map((one: JsonObject) => ({
      name: textIn(one, "name"),
      description: textIn(one, "description"),
      input: inputOf(one),
      output: outputOf(one["output_parameters"]),
    })),
  );
}

function inputOf(tool: JsonObject): JsonObject {
  const parameters = INPUTS.flatMap((key) => {
    const written = tool[key];
    return isPlainObject(written) ? Object.entries(written as JsonObject) : [];
  });
  const required = parameters.filter(([, one]) => isPlainObject(one) && one["required"] === true);
  return objectSchema(
    Object.fromEntries(parameters.map(([name, one]) => [name, toSchema(one)])),
    required.map(([name]) => name),
  );
}

/** What comes back is one object or several of it: the specification does not say which. */
function outputOf(written: Json | undefined): JsonObject {
  if (!isPlainObject(written)) return {};
  const entries = Object.entries(written as JsonObject);
  const properties = Object.fromEntries(entries.map(([name, one]) => [name, toSchema(one)]));
  return objectSchema(properties, Object.keys(properties));
}
