/**
 * Berkeley Function Calling Leaderboard, the categories about several calls (Patil et al., The
 * Berkeley Function Calling Leaderboard, ICML 2025; github.com/ShishirPatil/gorilla, v4, Apache-2.0).
 */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { Adapter, CallNode, PlanSample } from "../sample.ts";
import { BFCL_SCORERS } from "../scorers/bfcl.ts";
import { namedTools, toSchema } from "../suite-tool.ts";
import { objectIn, objectsIn, textIn, toolsIn } from "./row.ts";

export const bfcl: Adapter = {
  name: "bfcl",
  files: [
    "parallel.jsonl",
    "parallel_multiple.jsonl",
    "multiple.jsonl",
    "live_parallel.jsonl",
    "live_parallel_multiple.jsonl",
    "irrelevance.jsonl",
  ],
  scorers: BFCL_SCORERS,
  read(row): PlanSample {
    const id = textIn(row, "id");
    const nodes = objectsIn(objectIn(row, "gold"), "nodes");
    const tools = namedTools(
      objectsIn(row, "tools").map((tool) => ({
        name: textIn(tool, "name"),
        description: textIn(tool, "description"),
        input: toSchema(objectIn(tool, "parameters")),
        output: {},
      })),
    );
    const calls = toolsIn(nodes).map((tool, at): CallNode => {
      return { tool, args: firstAccepted(objectIn(nodes[at] ?? {}, "accept")) };
    });
    return {
      id,
      category: textIn(row, "suite"),
      goal: textIn(row, "goal"),
      pool: { key: id, tools },
      gold:
        calls.length === 0
          ? { refused: true }
          : { graph: { nodes: calls, edges: [] }, hasArgs: "all" },
      row,
    };
  },
};

/** For people, and for scorers of any suite: of the accepted values the first one, in objects too. */
function firstAccepted(accept: JsonObject): JsonObject {
  const entries = Object.entries(accept).flatMap(([name, values]) => {
    const [first] = Array.isArray(values) ? values : [];
    return first === undefined || first === "" ? [] : [[name, firstOf(first)] as const];
  });
  return Object.fromEntries(entries);
}

/** Each field of an object has a list of accepted values of its own. */
function firstOf(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => firstOf(one));
  return isPlainObject(value) ? firstAccepted(value as JsonObject) : value;
}
