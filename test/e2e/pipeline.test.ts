/** Documents in a process that is killed; `npm run pipeline-campaign` does it with thousands. */

import { describe, expect, it } from "vitest";
import { runPipelineCampaign } from "./campaigns/pipeline-campaign.ts";
import { type Ending, violationsOf } from "./campaigns/pipeline-check.ts";
import { faultOf, STEPS } from "./campaigns/pipeline-faults.ts";
import { loadPipeline } from "./campaigns/pipeline-plan.ts";

const DOCUMENTS = 48;

describe("documents in a process that is killed again and again", () => {
  it("are finished or dead letters, none written twice", { timeout: 60_000 }, async () => {
    const report = await runPipelineCampaign({
      documents: DOCUMENTS,
      kills: 2,
      seed: 4,
      failing: 0.4,
    });
    expect(report.violations).toEqual([]);
    expect(report.finished + report.deadLetters).toBe(DOCUMENTS);
    expect(report.kills).toBe(2);
    // All of it has come to pass: kills in the middle of attempts, failures that pass, and others.
    for (const count of [report.cut, report.retried, report.deadLetters]) {
      expect(count).toBeGreaterThan(0);
    }
  });
});

describe("the campaign", () => {
  it("knows the steps of the pipeline", async () => {
    const { subtasks } = await loadPipeline();
    expect(subtasks.map(({ id }) => id)).toEqual(STEPS);
  });

  it("lets so many fail, half of them for good, at every step alike", () => {
    const faults = Array.from({ length: 15_000 }, (_, k) =>
      faultOf(k + 1, { seed: 1, failing: 0.03 }),
    ).filter((fault) => fault !== undefined);
    expect(faults.length / 15_000).toBeCloseTo(0.03, 2);
    const dead = faults.filter(({ attempts }) => attempts === Number.POSITIVE_INFINITY);
    expect(dead.length / faults.length).toBeCloseTo(0.5, 1);
    expect(new Set(faults.map(({ step }) => step))).toEqual(new Set(STEPS));
  });
});

describe("the campaign's eye", () => {
  const result = (item: number, status: "succeeded" | "failed") =>
    ({ item, status, runId: `b-${item}`, output: null }) as const;
  const line = { key: "b-1/write", attempt: 1 };
  /** The first document succeeds, the second fails for good. */
  const good: Ending = {
    documents: 2,
    results: [result(1, "succeeded"), result(2, "failed")],
    letters: [{ runId: "b-2", subtask: "enrich" }],
    outputs: new Map([[1, [line]]]),
    faultOf: (document) =>
      document === 1
        ? undefined
        : { step: "enrich", attempts: Number.POSITIVE_INFINITY, retryable: true },
  };

  it("finds nothing wrong with a good ending", () => {
    expect(violationsOf(good)).toEqual([]);
  });

  it.each([
    ["a document without a result", { results: [result(1, "succeeded")] }, "there are 1 results"],
    [
      "results in another order",
      { results: good.results.toReversed() },
      "document 1 has the result of document 2",
    ],
    ["one that finished and should not have", { faultOf: () => undefined }, "document 2 is failed"],
    [
      "one that failed and is no dead letter",
      { letters: [] },
      "document 2 has the dead letters [], not [enrich]",
    ],
    [
      "a dead letter of nobody",
      { letters: [...good.letters, { runId: "b-3", subtask: "write" }] },
      "2 dead letters for 1 failed",
    ],
    [
      "an output that is there twice",
      { outputs: new Map([[1, [line, { ...line, key: "b-1/other" }]]]) },
      "document 1 was written 2 times",
    ],
    ["an output that is lost", { outputs: new Map() }, "document 1 was written 0 times"],
  ])("finds %s", (_what, change, violation) => {
    expect(violationsOf({ ...good, ...change })).toContain(violation);
  });
});
