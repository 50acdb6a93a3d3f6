import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Gold } from "../../src/evals/sample.ts";
import { assign } from "../../src/evals/scorers/assign.ts";
import { editDistance, normalisedEditDistance } from "../../src/evals/scorers/edit-distance.ts";
import { PLAN_SCORERS } from "../../src/evals/scorers/plan-scores.ts";
import { SUCCESS_SCORERS } from "../../src/evals/scorers/success.ts";
import { graph, predicted, ran, ref, sampleOf, shareOf } from "./planned.ts";

const plan = (name: string, gold: Gold, found: Parameters<typeof predicted>[0]) =>
  shareOf(PLAN_SCORERS, name, sampleOf(gold), predicted(found));

describe("scores of plans", () => {
  const gold = { graph: graph("read read count join", "0>2 1>3 2>3") };

  it("count tools as often as they are called", async () => {
    const found = graph("read count extra", "0>1");
    expect(await plan("node_precision", gold, found)).toEqual([2 / 3, 1]);
    expect(await plan("node_recall", gold, found)).toEqual([2 / 4, 1]);
    // 2 hits, 1 extra, 2 missing: 4 / 7.
    expect(await plan("node_f1", gold, found)).toEqual([4 / 7, 1]);
    // read>count is there, read>join and count>join are not: 2 / 4.
    expect(await plan("edge_f1", gold, found)).toEqual([0.5, 1]);
  });

  it("take no plan for an empty one, and are not defined without a gold plan", async () => {
    expect(await plan("node_f1", gold, "refused")).toEqual([0, 1]);
    expect(await plan("node_f1", { refused: true }, "refused")).toBeNull();
    expect(await plan("edge_f1", { graph: graph("a") }, graph("a"))).toBeNull();
    expect(await plan("valid", gold, "invalid")).toEqual([0, 1]);
    expect(await plan("valid", { asks: true }, "asks")).toBeNull();
  });

  it("compare references by what they refer to, not by numbers", async () => {
    const wanted = graph(["read", ["count", { text: ref(0, "text"), unit: "words" }]], "0>1");
    const found = graph([["count", { text: ref(1, "text"), unit: "lines" }], "read"], "1>0");
    const args = { graph: wanted, hasArgs: "all" } as const;
    expect(await plan("param_name_f1", args, found)).toEqual([1, 1]);
    expect(await plan("param_value_f1", args, found)).toEqual([0.5, 1]);
    expect(await plan("param_recall", { ...args, hasArgs: "some" }, found)).toEqual([0.5, 1]);
    expect(await plan("param_value_f1", { ...args, hasArgs: "some" }, found)).toBeNull();
  });

  it("find a chain where gold is parallel slower", async () => {
    const wide = { graph: graph("a b c join", "0>3 1>3 2>3") };
    expect(await plan("parallelism", wide, wide.graph)).toEqual([1, 1]);
    expect(await plan("parallelism", wide, graph("a b c join", "0>1 1>2 2>3"))).toEqual([2, 1]);
    expect(await plan("parallelism", wide, "refused")).toBeNull();
  });
});

describe("the edit distance of graphs", () => {
  it("is that of hand-worked cases", () => {
    const chain = graph("a b c", "0>1 1>2");
    expect(editDistance(chain, chain)).toBe(0);
    // One renamed; one edge gone; node and edge gone; all to be made.
    expect(editDistance(chain, graph("a x c", "0>1 1>2"))).toBe(1);
    expect(editDistance(chain, graph("a b c", "0>1"))).toBe(1);
    expect(editDistance(chain, graph("a b", "0>1"))).toBe(2);
    expect(editDistance(chain, graph(""))).toBe(5);
    expect(editDistance(graph(""), chain)).toBe(5);
    // The same graph in another order.
    expect(editDistance(chain, graph("c a b", "1>2 2>0"))).toBe(0);
    expect(normalisedEditDistance(chain, graph(""))).toBe(1);
    expect(normalisedEditDistance(graph(""), graph(""))).toBe(0);
  });

  it("is 0 for a graph with itself, symmetric, and at most both sizes", () => {
    const small = fc
      .record({
        tools: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }),
        edges: fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 3 }),
      })
      .map(({ tools, edges }) => {
        const inside = edges.filter(([from, to]) => from < to && to < tools.length);
        return graph(tools, inside.map((edge) => edge.join(">")).join(" "));
      });
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(normalisedEditDistance(a, b)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is bounded for graphs of 40 nodes in little time", () => {
    const tools = Array.from({ length: 40 }, (_, at) => `t${at % 5}`);
    const edges = tools.map((_, at) => (at > 0 ? `${at - 1}>${at}` : "")).join(" ");
    expect(editDistance(graph(tools, edges), graph(tools, edges))).toBe(0);
  });
});

describe("the assignment", () => {
  it("is that of the greatest weight in all, not pair by pair", () => {
    const weights = [
      [9, 8],
      [8, 1],
    ];
    const pairs = assign(2, 2, (row, column) => weights[row]?.[column] ?? 0);
    expect([...pairs].toSorted(([a], [b]) => a - b)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(assign(1, 3, (_, column) => (column === 2 ? 1 : 0))).toEqual(new Map([[0, 2]]));
  });
});

describe("success", () => {
  const success = (gold: Gold, prediction: Parameters<typeof shareOf>[3]) =>
    shareOf(SUCCESS_SCORERS, "success", sampleOf(gold), prediction);

  it.for([
    [{ answer: 3 }, 3, 1],
    [{ answer: 3 }, { words: 3 }, 1],
    [{ answer: "a" }, " a\n", 1],
    [{ answer: { a: 1, b: 2 } }, { b: 2, a: 1 }, 1],
    [{ answer: 3 }, 4, 0],
    [{ answer: 1234.5, match: "numeric" }, "It is 1,234.50 EUR", 1],
    [{ answer: 10, match: "numeric", tolerance: 0.5 }, 10.4, 1],
    [{ answer: 10, match: "numeric" }, "10 of 12", 0],
    [{ answer: ["Ada", "EUR"], match: "contains" }, "ada owes 3 eur", 1],
    [{ answer: "Bob", match: "contains" }, "Ada", 0],
    [{ answer: [4, 2.5], match: "contains" }, { list: [3, 4], mean: 2.5 }, 1],
    [{ answer: 4, match: "contains" }, "42 of 14, -4 and 4.5", 0],
    [{ match: { cel: "output.n > 2" } }, { n: 3 }, 1],
    [{ match: { cel: "output.n > 2" } }, { m: 3 }, 0],
    [{}, "anything", 1],
  ] as const)("of %j and %j is %d", async ([gold, output, share]) => {
    expect(await success(gold, ran(output))).toEqual([share, 1]);
  });

  it("is a refusal or a question where that is expected, and nothing that failed", async () => {
    expect(await success({ refused: true }, predicted("refused"))).toEqual([1, 1]);
    expect(await success({ refused: true }, ran("x", "failed"))).toEqual([0, 1]);
    expect(await success({ asks: true }, predicted("asks"))).toEqual([1, 1]);
    expect(await success({ asks: true }, predicted("refused"))).toEqual([0, 1]);
    expect(await success({ asks: true, orRefused: true }, predicted("refused"))).toEqual([1, 1]);
    expect(await success({ answer: 1 }, ran(1, "failed"))).toEqual([0, 1]);
    expect(await success({ answer: 1 }, predicted("refused"))).toEqual([0, 1]);
  });

  it("is what a judge says, and fails where nobody judges", async () => {
    const [scorer] = SUCCESS_SCORERS;
    const gold = { match: { judge: ["is polite"] } };
    const judge = async ({ output }: { readonly output: unknown }) => output === "Please.";
    expect(await scorer?.score(sampleOf(gold), ran("Please."), { judge })).toEqual([1, 1]);
    expect(await scorer?.score(sampleOf(gold), ran("No."), { judge })).toEqual([0, 1]);
    expect(await success(gold, ran("Please."))).toEqual([0, 1]);
  });
});
