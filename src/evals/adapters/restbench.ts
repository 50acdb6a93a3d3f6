/**
 * RestBench TMDB (Song et al., RestGPT, arXiv 2306.06624, MIT), in the form of
 * github.com/WxxShirley/GNN4TaskPlan (MIT).
 */

import type { Json, JsonObject } from "../../base/json.ts";
import type { Adapter, PlanSample, SuiteTool } from "../sample.ts";
import { RESTBENCH_SCORERS } from "../scorers/restbench.ts";
import { namedTools, objectSchema } from "../suite-tool.ts";
import { bareNodes, edgesIn, objectIn, objectsIn, textIn, toolsIn } from "./row.ts";

export const restbench: Adapter = {
  name: "restbench",
  files: ["tmdb.jsonl"],
  scorers: RESTBENCH_SCORERS,
  read(row, data): PlanSample {
    const gold = objectIn(row, "gold");
    const tools = toolsIn(objectsIn(gold, "nodes"));
    return {
      id: textIn(row, "id"),
      category: textIn(row, "suite"),
      goal: textIn(row, "goal"),
      pool: data.pool(textIn(row, "pool"), readTools),
      gold: { graph: { nodes: bareNodes(tools), edges: edgesIn(gold, "edges", tools.length) } },
      row,
    };
  },
};

/** Of these tools the source gives names and descriptions, and no parameters. */
function readTools(list: Json): SuiteTool[] {
  if (!Array.isArray(list)) throw new Error("must be a list of tools");
  return namedTools(
    list.map((one: JsonObject) => ({
      name: textIn(one, "id"),
      description: textIn(one, "desc"),
      input: objectSchema({}, []),
      output: {},
    })),
  );
}
