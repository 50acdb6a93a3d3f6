/** Builders: samples and predictions in a line. */

import type { Json, JsonObject } from "../../src/base/json.ts";
import type {
  CallGraph,
  Edge,
  Gold,
  PlanSample,
  Prediction,
  Scorer,
  Share,
  ToolPool,
} from "../../src/evals/sample.ts";

/** `graph("a b c", "0>1 1>2")`; of arguments `graph(["a", { x: 1 }], …)`. */
export function graph(
  tools: string | readonly (string | readonly [string, JsonObject])[],
  edges = "",
): CallGraph {
  const list = typeof tools === "string" ? tools.split(" ").filter((one) => one !== "") : tools;
  return {
    nodes: list.map((one) => {
      const [tool, args] = typeof one === "string" ? [one, {}] : one;
      return { tool, args };
    }),
    edges: edges
      .split(" ")
      .filter((one) => one !== "")
      .map((one) => one.split(">").map(Number) as unknown as Edge),
  };
}

export function ref(node: number, path = ""): Json {
  return { $ref: node, path };
}

export function sampleOf(
  gold: Gold,
  more: { readonly row?: JsonObject; readonly pool?: ToolPool; readonly category?: string } = {},
): PlanSample {
  const { row = {}, pool = null, category = "all" } = more;
  return { id: "s", category, goal: "Do it", pool, gold, row };
}

export function predicted(
  found: CallGraph | Prediction["status"],
  more: Partial<Prediction> = {},
): Prediction {
  return {
    status: typeof found === "string" ? found : "planned",
    graph: typeof found === "string" ? null : found,
    plan: null,
    problem: null,
    executed: null,
    usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, usd: 0, modelCalls: 0 },
    seconds: 0,
    ...more,
  };
}

/** What a run gave. */
export function ran(output: Json, status = "succeeded"): Prediction {
  return predicted(graph("a"), { executed: { status, output, problem: null } });
}

/** The share of one of the scorers, by the end of its name. */
export async function shareOf(
  scorers: readonly Scorer[],
  name: string,
  sample: PlanSample,
  prediction: Prediction,
): Promise<Share | null> {
  const scorer = scorers.find((one) => one.name === name || one.name.endsWith(`.${name}`));
  if (scorer === undefined) throw new Error(`There is no scorer ${name}.`);
  return scorer.score(sample, prediction, {});
}
