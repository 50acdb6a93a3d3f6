/**
 * TRAJECT-Bench (He et al., TRAJECT-Bench: A Trajectory-Aware Benchmark for Evaluating Agentic Tool
 * Use, 2025, arXiv 2510.04550; github.com/PengfeiHePower/TRAJECT-Bench, MIT).
 */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { Adapter, CallNode, PlanSample, SuiteTool } from "../sample.ts";
import { TRAJECT_SCORERS } from "../scorers/traject.ts";
import { namedTools, objectSchema, toSchema } from "../suite-tool.ts";
import { edgesIn, namedArgs, objectIn, objectsIn, textIn, toolsIn } from "./row.ts";

export const traject: Adapter = {
  name: "traject",
  files: ["parallel-simple.jsonl", "parallel-hard.jsonl", "sequential.jsonl"],
  scorers: TRAJECT_SCORERS,
  read(row, data): PlanSample {
    const gold = objectIn(row, "gold");
    const nodes = objectsIn(gold, "nodes");
    const tools = toolsIn(nodes);
    const calls = tools.map((tool, at): CallNode => {
      const { required, optional } = objectIn(nodes[at] ?? {}, "args");
      return { tool, args: { ...namedArgs(optional), ...namedArgs(required) } };
    });
    return {
      id: textIn(row, "id"),
      category: textIn(row, "suite"),
      goal: textIn(row, "goal"),
      pool: data.pool(textIn(row, "pool"), readTools),
      gold: {
        graph: { nodes: calls, edges: edgesIn(gold, "edges", calls.length) },
        hasArgs: "all",
      },
      row,
    };
  },
};

function readTools(list: Json): SuiteTool[] {
  if (!Array.isArray(list)) throw new Error("must be a list of tools");
  return namedTools(
    list.map((one: JsonObject) => {
      const [required, optional] = [parametersOf(one["required"]), parametersOf(one["optional"])];
      return {
        name: textIn(one, "name"),
        description: String(one["description"] || one["name"]),
        input: objectSchema({ ...optional, ...required }, Object.keys(required)),
        output: typeof one["output"] === "string" ? { description: one["output"] } : {},
      };
    }),
  );
}

/** Defaults are left out: they are keys and sample values, not answers. */
function parametersOf(list: Json | undefined): Record<string, JsonObject> {
  const entries = (Array.isArray(list) ? list : []).flatMap((one: Json) => {
    if (!isPlainObject(one) || typeof one["name"] !== "string") return [];
    const { type, description } = one as JsonObject;
    return [
      [one["name"], toSchema({ type: type ?? null, description: description ?? null })] as const,
    ];
  });
  return Object.fromEntries(entries);
}
