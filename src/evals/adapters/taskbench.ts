/**
 * TaskBench (Shen et al., TaskBench: Benchmarking Large Language Models for Task Automation,
 * NeurIPS 2024, arXiv 2311.18760; github.com/microsoft/JARVIS, MIT).
 */

import type { Json, JsonObject } from "../../base/json.ts";
import type { Adapter, PlanSample, SuiteTool } from "../sample.ts";
import { TASKBENCH_SCORERS } from "../scorers/taskbench.ts";
import { namedTools, objectSchema, toSchema } from "../suite-tool.ts";
import { edgesIn, namedArgs, objectIn, objectsIn, textIn, toolsIn } from "./row.ts";

export const taskbench: Adapter = {
  name: "taskbench",
  files: ["huggingface.jsonl", "multimedia.jsonl", "dailylifeapis.jsonl"],
  scorers: TASKBENCH_SCORERS,
  read(row, data): PlanSample {
    const gold = objectIn(row, "gold");
    const nodes = objectsIn(gold, "nodes");
    const tools = toolsIn(nodes);
    const edges = edgesIn(gold, "edges", tools.length);
    edgesIn(gold, "scoredEdges", tools.length);
    // Of resource domains the arguments have no names, and are compared by the benchmark's rule.
    const calls = tools.map((tool, at) => ({ tool, args: namedArgs(nodes[at]?.["args"]) }));
    return {
      id: textIn(row, "id"),
      category: textIn(row, "suite"),
      goal: textIn(row, "goal"),
      pool: data.pool(textIn(row, "pool"), readTools),
      gold: { graph: { nodes: calls, edges }, hasArgs: hasNamedArgs(row) ? "all" : undefined },
      row,
    };
  },
};

/** In the domain of daily life; the others have types, and no names. */
function hasNamedArgs({ suite }: JsonObject): boolean {
  return String(suite).endsWith("dailylifeapis");
}

/** `tool_desc.json`: by types what goes in and comes out, or parameters. */
function readTools(list: Json): SuiteTool[] {
  if (!Array.isArray(list)) throw new Error("must be a list of tools");
  return namedTools(
    list.map((one: JsonObject) => {
      const name = textIn(one, "id");
      const description = textIn(one, "desc");
      if (Array.isArray(one["parameters"])) {
        return { name, description, input: parametersOf(one), output: {} };
      }
      const input = typesOf(one["input-type"]);
      return { name, description, input, output: typesOf(one["output-type"]) };
    }),
  );
}

function parametersOf(tool: JsonObject): JsonObject {
  const entries = objectsIn(tool, "parameters").map(({ name, type, desc }) => {
    return [String(name), toSchema({ type: type ?? null, description: desc ?? null })] as const;
  });
  return objectSchema(
    Object.fromEntries(entries),
    entries.map(([name]) => name),
  );
}

/** A property for each type, named after it; the second of a type is numbered. */
function typesOf(types: Json | undefined): JsonObject {
  const properties: Record<string, JsonObject> = {};
  for (const type of Array.isArray(types) ? types : []) {
    const base = String(type).toLowerCase();
    let name = base;
    for (let n = 2; name in properties; n++) name = `${base}_${n}`;
    properties[name] = { type: "string", ...(MEDIA[base] ?? {}) };
  }
  return objectSchema(properties, Object.keys(properties));
}

const MEDIA: Readonly<Record<string, JsonObject>> = {
  image: { description: "An image file.", contentMediaType: "image/*" },
  audio: { description: "An audio file.", contentMediaType: "audio/*" },
  video: { description: "A video file.", contentMediaType: "video/*" },
  text: { description: "A text.", contentMediaType: "text/plain" },
  url: { description: "A URL.", format: "uri" },
};
