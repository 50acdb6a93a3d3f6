/**
 * AsyncHow (Lin et al., Graph-enhanced Large Language Models in Asynchronous Plan Reasoning, ICML
 * 2024, arXiv 2402.02805; github.com/fangru-lin/graph-llm-asynchow-plan, MIT): steps with durations
 * and their order. Nothing is planned.
 */

import type { JsonObject } from "../../base/json.ts";
import type { Adapter, PlanSample } from "../sample.ts";
import { ASYNCHOW_SCORERS } from "../scorers/asynchow.ts";
import { bareNodes, edgesIn, listIn, objectIn, textIn } from "./row.ts";

export const asynchow: Adapter = {
  name: "asynchow",
  files: ["async.jsonl", "seq.jsonl", "para.jsonl"],
  scorers: ASYNCHOW_SCORERS,
  read(row): PlanSample {
    const gold = objectIn(row, "gold");
    const steps = listIn(row, "steps").map(String);
    if (rangesIn(row, "seconds").length !== steps.length) {
      throw new Error("seconds must have a range for each of the steps");
    }
    requireRange(gold);
    return {
      id: textIn(row, "id"),
      category: textIn(row, "suite"),
      // Of rows from WikiHow the text may not be passed on.
      goal: typeof row["goal"] === "string" ? row["goal"] : "",
      pool: null,
      gold: { graph: { nodes: bareNodes(steps), edges: edgesIn(gold, "edges", steps.length) } },
      row,
    };
  },
};

function requireRange(gold: JsonObject): void {
  rangesIn({ makespanSeconds: [gold["makespanSeconds"] ?? null] }, "makespanSeconds");
}

function rangesIn(row: JsonObject, name: string): readonly unknown[] {
  return listIn(row, name).map((range, at) => {
    const isRange =
      Array.isArray(range) && range.length === 2 && range.every((end) => typeof end === "number");
    if (isRange) return range;
    throw new Error(`${name}[${at}] must be two numbers, from and to`);
  });
}
