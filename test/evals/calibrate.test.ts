import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ModelError } from "../../src/base/errors.ts";
import { calibrate, firstOf, judgeOf } from "../../src/evals/calibrate.ts";
import type { Judge, JudgeExample, JudgeSuite, Judging } from "../../src/evals/eval.ts";
import { evaluated, evaluation, example } from "./judged.ts";

function suiteOf(examples: readonly JudgeExample[], more: Partial<JudgeSuite> = {}): JudgeSuite {
  return {
    kind: "judge",
    name: "test",
    accept: ["says it"],
    threshold: 0.7,
    minAgreement: null,
    minKappa: null,
    examples,
    ...more,
  };
}

/** Says what stands in the output. */
const reader: Judge = async ({ output }) =>
  evaluated(evaluation(output as "pass"), {
    modelCalls: 1,
    usage: { inputTokens: 10, outputTokens: 2, cachedTokens: 5, usd: 0.25 },
  });

const SIX = [
  example("a", { label: "pass", output: "pass" }),
  example("b", { label: "pass", output: "pass", note: "easy" }),
  example("c", { label: "fail", output: "fail", score: 0.1 }),
  example("d", { label: "fail", output: "pass" }),
  example("e", { label: "pass", output: "none" }),
  example("f", { label: "fail", output: "fail" }),
];

describe("a calibration", () => {
  it("asks about every example, and adds up what it took", async () => {
    let now = 1000;
    const clock = { now: () => (now += 500) };
    const found = await calibrate(suiteOf(SIX), reader, { clock });
    expect(found).toMatchObject({
      kind: "judge",
      name: "test",
      threshold: 0.7,
      examples: 6,
      judged: 5,
      unjudged: 1,
      passed: true,
      missed: [],
      usage: {
        modelCalls: 6,
        inputTokens: 60,
        outputTokens: 12,
        cachedTokens: 30,
        usd: 1.5,
        seconds: 0.5,
      },
    });
    expect(found.results.map(({ id, evaluation: { verdict } }) => `${id} ${verdict}`)).toEqual(
      SIX.map(({ id, output }) => `${id} ${output}`),
    );
    expect(found.results[1]?.note).toBe("easy");
    expect(found.results[2]?.labelScore).toBe(0.1);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it("keeps the order of the suite, whoever is judged first", async () => {
    const backwards: Judge = async (one, signal) => {
      await sleep(20 - 3 * SIX.indexOf(one));
      return reader(one, signal);
    };
    const found = await calibrate(suiteOf(SIX), backwards, { concurrency: 6 });
    expect(found.results.map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it.each([
    [1, 1],
    [2, 2],
    [50, 6],
  ])("judges at most %i at once", async (concurrency, most) => {
    let [under, peak] = [0, 0];
    const counting: Judge = async (one, signal) => {
      under += 1;
      peak = Math.max(peak, under);
      await sleep(1);
      under -= 1;
      return reader(one, signal);
    };
    await calibrate(suiteOf(SIX), counting, { concurrency });
    expect(peak).toBe(most);
  });

  it("tells how far it is", async () => {
    const told: string[] = [];
    const onProgress = (done: number, total: number) => told.push(`${done}/${total}`);
    await calibrate(suiteOf(SIX.slice(0, 3)), reader, { concurrency: 1, onProgress });
    expect(told).toEqual(["0/3", "1/3", "2/3", "3/3"]);
  });

  it("does not pass when a minimum is missed, or nobody could judge anything", async () => {
    const strict = await calibrate(suiteOf(SIX, { minAgreement: 0.9 }), reader);
    expect(strict).toMatchObject({
      passed: false,
      missed: [{ measure: "agreement", value: 4 / 6, atLeast: 0.9 }],
    });
    const silent = await calibrate(suiteOf(SIX.slice(4, 5)), reader);
    expect(silent).toMatchObject({ passed: false, missed: [], judged: 0 });
  });

  it("names who has judged, not who was asked in vain", async () => {
    const check = { check: "criterion", criterion: "says it", reason: "" } as const;
    const judge: Judge = async () =>
      evaluated(
        evaluation("fail", {
          checks: [
            { ...check, by: "rule", score: 0, holds: false },
            { ...check, by: "model:a", score: 1, holds: true },
            { ...check, by: "model:b", score: null, holds: null },
          ],
        }),
      );
    const { judgedBy } = await calibrate(suiteOf(SIX), judge);
    expect(judgedBy).toEqual(["model:a", "rule"]);
  });

  it("has a price that is unknown when one answer's is", async () => {
    const judge: Judge = async (one, signal) => {
      const found = await reader(one, signal);
      return one.id === "c" ? { ...found, usage: { ...found.usage, usd: null } } : found;
    };
    expect((await calibrate(suiteOf(SIX), judge)).usage.usd).toBeNull();
  });

  it("ends with the first failure, and stops the others first", async () => {
    const stopped: string[] = [];
    const failing: Judge = async ({ id }, signal) => {
      if (id === "b") throw new ModelError("budget.exceeded", "No more.");
      await sleep(10_000, undefined, { signal }).catch(() => stopped.push(id));
      throw signal.reason;
    };
    const found = calibrate(suiteOf(SIX), failing, { concurrency: 3 });
    await expect(found).rejects.toMatchObject({ code: "budget.exceeded" });
    expect(stopped).toEqual(["a", "c"]);
  });

  it("ends when it is told to, and asks nobody any more", async () => {
    const stop = new AbortController();
    const asked: string[] = [];
    const judge: Judge = async (one, signal) => {
      asked.push(one.id);
      if (one.id === "b") stop.abort();
      return reader(one, signal);
    };
    const found = calibrate(suiteOf(SIX), judge, { concurrency: 1, signal: stop.signal });
    await expect(found).rejects.toMatchObject({ name: "AbortError" });
    expect(asked).toEqual(["a", "b"]);
  });
});

describe("the judge of a suite", () => {
  it("goes by what the suite accepts, and by its threshold", async () => {
    const asked: unknown[] = [];
    const judging: Judging = {
      evaluate: async (request, options) => {
        asked.push([request, options]);
        return evaluated(evaluation("pass"));
      },
    };
    const { signal } = new AbortController();
    const suite = suiteOf(SIX, { threshold: 0.6 });
    const one = example("x", { evidence: { read: { text: "t" } }, output: 7 });
    await judgeOf(suite, judging)(one, signal);
    const evidence = { read: { text: "t" } };
    const request = { goal: "Say it", output: 7, accept: ["says it"], threshold: 0.6, evidence };
    expect(asked).toEqual([[request, { signal }]]);
  });

  it("may be shown the first examples only", () => {
    expect(firstOf(suiteOf(SIX), 2).examples.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(firstOf(suiteOf(SIX), undefined).examples).toHaveLength(6);
    expect(firstOf(suiteOf(SIX), 99).examples).toHaveLength(6);
  });
});
