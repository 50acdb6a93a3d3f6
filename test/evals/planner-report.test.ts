import { describe, expect, it } from "vitest";
import { progressText } from "../../src/cli/eval-progress.ts";
import type { ResultsHead, SampleResult } from "../../src/evals/outcome.ts";
import { reportOf } from "../../src/evals/planner-report.ts";
import { requireSameData } from "../../src/evals/results-file.ts";
import { runPlannerSuite } from "../../src/evals/run-planner-suite.ts";
import type { PlannerSuite, Scorer, Share, Subject } from "../../src/evals/sample.ts";
import { predicted, sampleOf } from "./planned.ts";

const scorer = (name: string, more: Partial<Scorer> = {}): Scorer => ({
  name,
  about: "",
  better: "higher",
  score: () => [1, 1],
  ...more,
});

function suiteOf(more: Partial<PlannerSuite> = {}): PlannerSuite {
  return {
    kind: "planner",
    name: "s",
    run: "plan",
    refuse: "unclear",
    repeat: 1,
    scorers: [scorer("f1")],
    thresholds: [],
    toolPaths: [],
    builtinTools: false,
    workspace: null,
    samples: ["a", "b", "c"].map((id) => ({
      ...sampleOf({}, { category: id === "c" ? "hard" : "easy" }),
      id,
    })),
    ...more,
  };
}

function result(id: string, scores: Readonly<Record<string, Share>>, n = 1): SampleResult {
  const { usage, status, graph, problem, executed } = predicted("planned");
  const category = id === "c" ? "hard" : "easy";
  return { id, category, n, status, graph, problem, executed, usage, seconds: n, scores };
}

const head: ResultsHead = {
  planwright: "eval",
  version: 1,
  evalId: "e",
  suite: "s",
  model: "m",
  run: "plan",
  repeat: 1,
  samples: 3,
  digest: "d",
  startedAt: 0,
};

const F1 = [result("a", { f1: [2, 4] }), result("b", { f1: [8, 10] }), result("c", { f1: [0, 2] })];

describe("the report of an eval", () => {
  it("pools the shares of all samples, and of each category", () => {
    const { categories, latency, complete } = reportOf(suiteOf(), { head, results: F1 }, undefined);
    expect(categories).toMatchObject([
      { category: null, samples: 3, scores: [{ value: 10 / 16, samples: 3 }] },
      { category: "easy", samples: 2, scores: [{ value: 10 / 14 }] },
      { category: "hard", samples: 1, scores: [{ value: 0, interval: null }] },
    ]);
    expect(latency).toEqual({ p50: 1, p95: 1 });
    expect(complete).toBe(true);
  });

  it("tells percentiles of the time by nearest rank", () => {
    // Of 1 to 20 seconds half took at most 10, and 19 of 20 at most 19.
    const results = Array.from({ length: 20 }, (_, at) => result("a", {}, at + 1));
    const { latency } = reportOf(suiteOf(), { head, results }, undefined);
    expect(latency).toEqual({ p50: 10, p95: 19 });
  });

  it("misses a threshold that is not reached, and what is not defined", () => {
    const bounds = { category: null, atLeast: null, atMost: null };
    const thresholds = [
      { ...bounds, scorer: "f1", atLeast: 0.6 },
      { ...bounds, scorer: "f1", category: "hard", atLeast: 0.1 },
      { ...bounds, scorer: "f1", atMost: 0.6 },
      { ...bounds, scorer: "none", atLeast: 0 },
    ];
    const report = reportOf(suiteOf({ thresholds }), { head, results: F1 }, undefined);
    expect(report.missed).toMatchObject([
      { scorer: "f1", category: "hard", value: 0 },
      { scorer: "f1", atMost: 0.6, value: 0.625 },
      { scorer: "none", value: null },
    ]);
    expect(report.passed).toBe(false);
    const some = reportOf(suiteOf(), { head, results: F1.slice(1) }, undefined);
    expect(some).toMatchObject({ complete: false, passed: false });
  });

  it("puts the worst first, and what could not be better nowhere", () => {
    const ids = (scorers: readonly Scorer[], results: readonly SampleResult[]) =>
      reportOf(suiteOf({ scorers }), { head, results }, undefined).worst.map(
        (one) => one.result.id,
      );
    expect(ids([scorer("f1")], F1)).toEqual(["c", "a", "b"]);
    const far = [result("a", { far: [0, 1] }), result("b", { far: [3, 1] })];
    expect(ids([scorer("far", { better: "lower" })], far)).toEqual(["b"]);
    const both = [result("a", { f1: [1, 1], success: [0, 1] }), result("b", { success: [1, 1] })];
    expect(ids([scorer("f1"), scorer("success")], both)).toEqual(["a"]);
  });

  it("does not fail because of time", () => {
    const many = (name: string, value: number) =>
      Array.from({ length: 10 }, (_, n) => result(`s${n}`, { [name]: [value, 1] }));
    const verdict = (unit: "seconds" | "ratio") => {
      const suite = suiteOf({
        scorers: [scorer("x", { better: "lower", unit })],
        samples: Array.from({ length: 10 }, () => sampleOf({})),
      });
      const before = { head, results: many("x", 1) };
      return reportOf(suite, { head, results: many("x", 2) }, before);
    };
    expect(verdict("ratio")).toMatchObject({ passed: false });
    expect(verdict("seconds")).toMatchObject({
      passed: true,
      baseline: { comparisons: [{ verdict: "worse", difference: { by: 1, samples: 10 } }] },
    });
  });
});

describe("running a suite", () => {
  const subject = (predict: Subject["predict"]): Subject => ({
    name: "test",
    predict,
    charge: async () => {},
    close: async () => {},
  });
  const { signal } = new AbortController();

  it("does not try again what is known, and stores the rest in the suite's order", async () => {
    const asked: string[] = [];
    const stored: string[] = [];
    const { results } = await runPlannerSuite(
      suiteOf({ repeat: 2 }),
      subject(async ({ id }) => {
        asked.push(id);
        return predicted("planned");
      }),
      {
        concurrency: 1,
        signal,
        known: [result("b", {}, 2)],
        store: async ({ id, n }) => {
          stored.push(`${id}${n}`);
        },
      },
    );
    expect(asked).toEqual(["a", "a", "b", "c", "c"]);
    expect(stored).toEqual(["a1", "a2", "b1", "c1", "c2"]);
    expect(results.map(({ id, n }) => `${id}${n}`)).toEqual(["a1", "a2", "b1", "b2", "c1", "c2"]);
  });

  it("counts what judging costs", async () => {
    const usage = { inputTokens: 5, outputTokens: 1, cachedTokens: 0, usd: 0.1, modelCalls: 1 };
    const judged = scorer("polite", {
      score: async ({ goal }, _, { judge }) => {
        return [(await judge?.({ goal, output: "", accept: ["is polite"] })) ? 1 : 0, 1];
      },
    });
    const planner = subject(async () => predicted("planned", { usage }));
    const { results } = await runPlannerSuite(
      suiteOf({ scorers: [judged] }),
      { ...planner, judge: async () => ({ holds: true, usage }) },
      { concurrency: 1, signal, store: async () => {} },
    );
    expect(results[0]).toMatchObject({
      scores: { polite: [1, 1] },
      usage: { inputTokens: 10, usd: 0.2, modelCalls: 2 },
    });
  });

  it("fails as a whole where a store or a planner does", async () => {
    const broken = new Error("The disk is full.");
    const store = async () => {
      throw broken;
    };
    const planner = subject(async () => predicted("planned"));
    const running = runPlannerSuite(suiteOf(), planner, { concurrency: 2, signal, store });
    await expect(running).rejects.toBe(broken);
  });
});

describe("a baseline", () => {
  it("is of the same samples, and of the same kind of run", () => {
    const baseline = { head, results: [] };
    const message = (now: Partial<ResultsHead>) => {
      try {
        requireSameData("b.jsonl", baseline, { ...head, ...now });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message({})).toBe("");
    expect(message({ digest: "other" })).toContain("of other data");
    expect(message({ run: "execute" })).toContain('now there are 3 samples of "s", executed');
    expect(message({ digest: "other", samples: 2 })).toContain("it holds 3 samples");
  });
});

describe("progress", () => {
  const usage = { inputTokens: 1, outputTokens: 1, cachedTokens: 0, usd: 0.5, modelCalls: 2 };

  it("tells what is left by how long the tries of this time took, and the cost so far", () => {
    const since = { before: 4, ms: 10_000 };
    expect(progressText({ done: 6, total: 10, usage }, since)).toBe(
      "6 of 10, about 20.0 s left, 2 model calls, $0.5000 so far",
    );
    const free = { ...usage, modelCalls: 0 };
    expect(progressText({ done: 4, total: 10, usage: free }, since)).toBe("4 of 10");
    expect(progressText({ done: 10, total: 10, usage: free }, since)).toBe("10 of 10");
    const unknown = { ...usage, usd: null };
    expect(progressText({ done: 4, total: 10, usage: unknown }, since)).toContain("price unknown");
  });
});
