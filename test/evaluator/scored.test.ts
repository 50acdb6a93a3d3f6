/** Likeness, grounding without a model, and evaluators of the user's own. */

import { describe, expect, it, vi } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { OwnEvaluator } from "../../src/evaluator/evaluator.ts";
import { ManualClock } from "../models/manual-clock.ts";
import { evaluate, evidenceOf, judged, requestFor } from "./evaluation-request.ts";

describe("similarTo", () => {
  // The sentences of Lin 2004, section 3.1, whose ROUGE-L is given there.
  it.each([
    ["police killed the gunman", "police kill the gunman", 0.75],
    ["police killed the gunman", "the gunman kill police", 0.5],
    ["police killed the gunman", "the gunman police killed", 0.5],
    ["The SAME words!", "the same words", 1],
    ["one two", "three four", 0],
    ["two words", "", 0],
  ])("of %j and %j is as published", async (reference, output, score) => {
    const { checks } = await judged(output, { similarTo: reference });
    expect(checks[0]?.score).toBeCloseTo(score, 6);
  });

  it("holds from atLeast on, and without it from the threshold on", async () => {
    const [output, similarTo] = ["police kill the gunman", "police killed the gunman"];
    const holdsAt = async (rule: { atLeast?: number }, threshold: number) =>
      (await judged(output, { similarTo, ...rule }, { threshold })).checks[0]?.holds;
    expect(await holdsAt({}, 0.75)).toBe(true);
    expect(await holdsAt({}, 0.76)).toBe(false);
    expect(await holdsAt({ atLeast: 0.5 }, 0.9)).toBe(true);
  });

  it("of very long texts reads the beginning only", async () => {
    const same = "The crane is mended. ".repeat(6_000);
    using normalize = vi.spyOn(String.prototype, "normalize");
    const { checks } = await judged(`${same}${"x".repeat(1_000_000)}`, { similarTo: same });
    expect(checks[0]?.score).toBe(1);
    const lengths = normalize.mock.contexts.map((text) => String(text).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100_000);
  });

  it("of very long texts takes no more memory than two rows, and ends", async () => {
    const long = Array.from({ length: 30_000 }, (_, index) => `w${index % 97}`).join(" ");
    expect((await judged(long, { similarTo: long })).checks[0]?.score).toBe(1);
  });
});

const CITIES = {
  berlin: { name: "Berlin", country: "Germany", population: 3_677_472, river: "Spree" },
  article: {
    text: "Marie Curie discovered polonium in 1898 together with Pierre Curie. She was born in Warsaw. The Nobel Prize in Physics was awarded to them in 1903. Sales grew by 3.5 million euros.",
  },
};

describe("grounded, without a judge,", () => {
  const evidence = evidenceOf(CITIES);
  const share = async (output: Json) =>
    (await judged(output, { grounded: true }, { evidence })).score;

  it.each([
    ["a sentence of the evidence", "Marie Curie discovered polonium in 1898."],
    ["other word forms and order", "Polonium was discovered by Marie and Pierre Curie in 1898."],
    ["a number in another notation", "The population of Berlin is 3,677,472."],
    ["a magnitude in words", "Sales were growing by 3,500,000 euros."],
    ["what is no claim", "# An invented heading\n\nWhat follows?\n\nHere is the list:"],
    ["an output that says nothing", ""],
  ])("finds support for %s", async (_what, output) => {
    expect(await share(output)).toBe(1);
  });

  it.each([
    ["another number", "Marie Curie discovered polonium in 1899."],
    ["another name", "Lise Meitner discovered polonium in 1898."],
    ["an invented fact", "The university opened a laboratory for quantum biology."],
    ["numbers of another place", "Marie Curie was born in Berlin, population 3,677,472."],
  ])("finds no support for %s", async (_what, output) => {
    expect(await share(output)).toBe(0);
  });

  const numbers = evidenceOf({
    all: { revenue: 1_234_567.891, share: 0.125, rate: "8.4 %", change: -5, count: 5.3, ok: true },
  });

  it.each<[Json, number]>([
    ["The revenue is 1,234,567.89.", 1],
    ["The revenue is 1.23 million.", 1],
    ["The revenue is 1.24 million.", 0],
    ["The revenue is 1,234,567.88.", 0],
    ["The share is 12.5%.", 1],
    ["The share is 12.5 percent.", 1],
    ["The share is 13 per cent.", 1],
    ["The share is 12.4%.", 0],
    ["The share is 0.13.", 1],
    ["The rate is 0.084.", 1],
    ["The rate is 8%.", 1],
    ["The rate is 8.5%.", 0],
    ["The change is -5.", 1],
    ["The change is \u22125.", 1],
    ["The change is minus 5.", 1],
    ["The revenue is -1,234,567.891.", 0],
    ["The rate is -8.4%.", 0],
    [-5, 1],
    [-5.3, 0],
    [true, 1],
    [false, 0],
  ])("of %j in numbers finds %d", async (output, score) => {
    const { checks } = await judged(output, { grounded: 1 }, { evidence: numbers });
    expect(checks[0]?.score).toBe(score);
  });

  it("does not find a number of the other sign", async () => {
    const given = { evidence: evidenceOf({ all: { change: -7 } }) };
    expect((await judged("The change is 7.", { grounded: 1 }, given)).score).toBe(0);
    expect((await judged("Days 3-7 were dry.", { grounded: 1 }, given)).score).toBe(0);
    const days = { evidence: evidenceOf({ all: "Days 3-7 were dry." }) };
    expect((await judged("Days 3 to 7 were dry.", { grounded: 1 }, days)).score).toBe(1);
  });

  it("says what it has not looked at, of very many claims", async () => {
    const output = Array.from({ length: 250 }, (_, index) => `City ${index} is large.`).join(
      "\n\n",
    );
    const given = { evidence: evidenceOf({ all: output }) };
    const { checks } = await judged(output, { grounded: true }, given);
    expect(checks[0]?.reason).toBe(
      "The first 200 claims are supported. The 50 claims behind these were not looked at.",
    );
    const poor = await judged(output, { grounded: true }, { evidence });
    expect(poor.checks[0]?.reason).toMatch(/Of 200 claims 200 .* The 50 claims behind these/);
  });

  it("scores the share of supported claims, names the others, and holds from 0.8 on", async () => {
    const output = "Marie Curie was born in Warsaw. She discovered radium in Vienna in 1911.";
    const { checks, verdict } = await judged(output, { grounded: true }, { evidence });
    expect(checks[0]).toMatchObject({ score: 0.5, holds: false, by: "rule" });
    expect(checks[0]?.reason).toMatch(/Of 2 claims 1 .*“She discovered radium in Vienna/);
    expect(verdict).toBe("fail");
    const half = await judged(output, { grounded: 0.5 }, { evidence, threshold: 0.5 });
    expect(half.verdict).toBe("pass");
  });

  it("takes what is given as evidence for that, also where it is quoted word for word", async () => {
    const output = "She discovered radium in Vienna in 1911.";
    const given = evidenceOf({ ...CITIES, note: output });
    expect((await judged(output, { grounded: 1 }, { evidence: given })).score).toBe(1);
  });

  it("does not take the output for its own evidence", async () => {
    const output = "She discovered radium in Vienna in 1911.";
    const others = [...evidence, ...evidenceOf({ summary: { text: output } })];
    const written = others.map((one) => ({ ...one, isWritten: one.subtask === "summary" }));
    const longer = `Summary.\n\n${output}`;
    expect((await judged(longer, { grounded: true }, { evidence: written })).score).toBeLessThan(
      0.8,
    );
    const itself = { evidence: evidenceOf({ summary: output }), subtask: "summary" };
    expect((await judged(output, { grounded: true }, itself)).score).toBe(0);
  });
});

function own(evaluateIt: OwnEvaluator["evaluate"]): OwnEvaluator {
  return { name: "polite", evaluate: evaluateIt };
}

describe("an evaluator of the user's own", () => {
  const request = requestFor("Hello", [{ evaluator: "polite" }], { threshold: 0.6 });

  it("is given the output and decides by its score", async () => {
    const polite = own(({ output }) => ({
      score: output === "Hello" ? 0.8 : 0,
      reason: "It greets.",
    }));
    const { evaluation } = await evaluate(request, { own: [polite] });
    expect(evaluation).toMatchObject({
      verdict: "pass",
      score: 0.8,
      checks: [{ by: "polite", reason: "It greets.", holds: true }],
    });
  });

  it("that finds too little fails the whole and says who is to blame, if there is such a one", async () => {
    const polite = own(async () => ({ score: 0.5, blame: ["greet", "nobody"] }));
    const given = { ...request, evidence: evidenceOf({ greet: "Hello" }) };
    const { evaluation } = await evaluate(given, { own: [polite] });
    expect(evaluation).toMatchObject({ verdict: "fail", blame: ["greet"] });
  });

  it.each<[string, OwnEvaluator["evaluate"], RegExp]>([
    ["throws", () => Promise.reject(new Error("no network")), /failed: no network/],
    [
      "throws at once",
      () => {
        throw new Error("broken");
      },
      /failed: broken/,
    ],
    ["gives a score above 1", () => ({ score: 1.1 }), /no score from 0 to 1, but 1.1/],
    ["gives no number", () => ({ score: Number.NaN }), /but NaN/],
    ["gives nothing", () => undefined as never, /but none/],
  ])("that %s is no judgement, and never a pass", async (_what, evaluateIt, message) => {
    const { evaluation } = await evaluate(request, { own: [own(evaluateIt)] });
    expect(evaluation).toMatchObject({
      verdict: "none",
      score: null,
      checks: [{ holds: null, score: null }],
      flags: [{ code: "evaluator_failed", message: expect.stringMatching(message) }],
    });
  });

  it("that is unknown is told by its name", async () => {
    const { evaluation } = await evaluate(request);
    expect(evaluation.verdict).toBe("none");
    expect(evaluation.flags).toEqual([
      { code: "evaluator_failed", message: "There is no evaluator polite." },
    ]);
  });

  it("that takes too long is no judgement, and is told that its time is up", async () => {
    const clock = new ManualClock();
    const told: boolean[] = [];
    const never = own(({ signal }) => {
      signal.addEventListener("abort", () => told.push(true));
      return new Promise(() => {});
    });
    const inTime = async (evaluator: OwnEvaluator, waitMs: number) => {
      const evaluated = evaluate(request, { own: [evaluator], clock });
      await clock.pass(waitMs);
      return (await evaluated).evaluation;
    };
    const message = "The evaluator polite failed: it has not answered in 1 m 00 s.";
    expect(await inTime(never, 60_000)).toMatchObject({
      verdict: "none",
      flags: [{ code: "evaluator_failed", message }],
    });
    const hasty = await inTime({ ...never, timeout: "2s" }, 2_000);
    expect(hasty.flags[0]?.message).toContain("in 2.0 s");
    expect(told).toEqual([true, true]);
  });

  it("that does not listen to the signal is not waited for", async () => {
    const controller = new AbortController();
    const never = own(() => {
      queueMicrotask(() => controller.abort());
      return new Promise(() => {});
    });
    const evaluated = evaluate({ ...request, signal: controller.signal }, { own: [never] });
    await expect(evaluated).rejects.toMatchObject({ code: "model.aborted" });
  });
});
