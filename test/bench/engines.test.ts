/** Whether the benchmarks of engines see what an engine does wrongly. */

import { describe, expect, it } from "vitest";
import { checkedGraph } from "../../bench/engines/checked-graph.ts";
import { floor } from "../../bench/engines/floor.ts";
import { planwright, planwrightLibrary } from "../../bench/engines/planwright.ts";
import {
  COUNT,
  dependenciesOf,
  judge,
  type LogEntry,
  resultOf,
} from "../../bench/engines/resume-case.ts";
import { verdictOf } from "../../bench/engines/resume-table.ts";
import { fanOut, layered } from "../../bench/graphs.ts";

describe.each([floor, planwright, planwrightLibrary])("$name", (engine) => {
  it.each([layered(60, 4), fanOut(20)])(
    "does each subtask once, and gives it its inputs",
    async (shape) => {
      const { graph, begin, faultOf } = checkedGraph(shape.dependencies);
      const prepared = await engine.prepare(graph, { concurrency: 8 });
      for (let run = 0; run < 2; run += 1) {
        begin();
        expect(faultOf(await prepared.run())).toBeUndefined();
      }
    },
  );
});

describe("a checked graph", () => {
  const dependencies = [[], [], [0, 1]];
  const runInOrder = (order: readonly number[]) => {
    const { graph, begin, faultOf } = checkedGraph(dependencies);
    begin();
    const results: number[] = [];
    for (const index of order) {
      const inputs = (dependencies[index] ?? []).map((from) => results[from] ?? 0);
      results[index] = graph.work(index, inputs) as number;
    }
    return { results, faultOf };
  };

  it("is content with one that does all in order", () => {
    const { results, faultOf } = runInOrder([1, 0, 2]);
    expect(faultOf(results)).toBeUndefined();
  });

  it.each([
    ["does a subtask twice", [0, 1, 1, 2]],
    ["leaves one out", [0, 1]],
    ["does one too early", [2, 0, 1]],
  ])("sees one that %s", (_what, order) => {
    const { results, faultOf } = runInOrder(order);
    expect(faultOf(results)).toBeDefined();
  });

  it("sees results that changed places", () => {
    const { results, faultOf } = runInOrder([0, 1, 2]);
    const [first = 0, second = 0, third = 0] = results;
    expect(faultOf([second, first, third])).toBeDefined();
  });
});

describe("the verdict on runs that were resumed", () => {
  const outcome = {
    ...({ engine: "one", name: "one", case: "layers", seed: 1 } as const),
    ...{ right: 40, of: 40, others: 0, wrong: 0, endedAgain: 0, inFlightAgain: 0 },
    ...{ writtenAgain: 0, held: 0, hasEnded: true, error: null },
  };

  it.each([
    ["right", {}],
    ["wrong: those of other subtasks", { right: 39, others: 1, wrong: 1 }],
    ["wrong", { right: 39, wrong: 1 }],
    ["wrong", { right: 30, wrong: 1, held: 9, hasEnded: false }],
    ["none wrong, the rest waits for a person", { right: 30, held: 10, hasEnded: false }],
    ["none: does not go on", { right: 0, hasEnded: false, error: "refused" }],
  ])("is %s", (verdict, changed) => {
    expect(verdictOf([outcome, { ...outcome, ...changed }])).toBe(verdict);
  });
});

describe("a run that was killed and resumed", () => {
  const dependencies = dependenciesOf("at once", 1);
  const right = dependencies.map(() => 0);
  for (const [index, list] of dependencies.entries()) {
    right[index] = resultOf(
      index,
      list.map((from) => right[from] ?? 0),
    );
  }
  const entry = (process: 1 | 2, what: LogEntry["what"], index: number, at: number): LogEntry => ({
    process,
    what,
    index,
    at,
  });
  /** Ended long before the kill at 10,000: subtask 0; under way then: subtask 1. */
  const before = [
    ...[entry(1, "began", 0, 100), entry(1, "wrote", 0, 200), entry(1, "ended", 0, 300)],
    ...[entry(1, "began", 1, 9_000), entry(1, "wrote", 1, 9_500)],
  ];
  const judged = (log: readonly LogEntry[], results: readonly (number | null)[] = right) =>
    judge(dependencies, [...before, ...log], 10_000, { results, held: 0, error: null });

  it("is right when all results are, and only what was under way is worked again", () => {
    const again = [entry(2, "began", 1, 11_000), entry(2, "wrote", 1, 11_500)];
    expect(judged(again)).toMatchObject({
      right: COUNT + 1,
      of: COUNT + 1,
      others: 0,
      endedAgain: 0,
      inFlightAgain: 1,
      writtenAgain: 1,
    });
  });

  it("is seen to do again what had ended", () => {
    expect(judged([entry(2, "began", 0, 11_000)])).toMatchObject({ endedAgain: 1 });
  });

  it("is seen to give a subtask what another one gave", () => {
    const [first = 0, second = 0, ...rest] = right;
    const outcome = judged([], [second, first, ...rest]);
    expect(outcome).toMatchObject({ others: 2, wrong: 2, right: COUNT - 1 });
  });

  it("is seen to have no result", () => {
    expect(judged([], [null, ...right.slice(1)])).toMatchObject({ wrong: 0, right: COUNT });
  });
});
