import { expect, it } from "vitest";
import { graphSvg, sharedWith } from "../../src/cli/graph-svg.ts";
import type { CallGraph } from "../../src/evals/sample.ts";

function columnsOf(edges: CallGraph["edges"]): number[] {
  const nodes = ["a", "b", "c"].map((tool) => ({ tool, args: {} }));
  const graph = { nodes, edges };
  const svg = graphSvg(graph, sharedWith(graph, graph), "expected");
  return [...svg.matchAll(/<rect[^>]* x="(\d+)"/g)].map(([, x]) => Number(x));
}

it("puts each call behind those that it needs, in whatever order they are listed", () => {
  const [a = 0, b = 0, c = 0] = columnsOf([
    [2, 1],
    [1, 0],
  ]);
  expect(c < b && b < a).toBe(true);
});

it("draws a graph with a cycle, as some gold graphs are, like one without its last edge", () => {
  expect(
    columnsOf([
      [0, 1],
      [1, 2],
      [2, 0],
    ]),
  ).toEqual(
    columnsOf([
      [0, 1],
      [1, 2],
    ]),
  );
});
