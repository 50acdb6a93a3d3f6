/** Likeness, grounding without a model, and evaluators of the user's own. */

import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { OwnEvaluator } from "../../src/evaluator/evaluator.ts";
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

  it("scores the share of supported claims, names the others, and holds from 0.8 on", async () => {
    const output = "Marie Curie was born in Warsaw. She discovered radium in Vienna in 1911.";
    const { checks, verdict } = await judged(output, { grounded: true }, { evidence });
    expect(checks[0]).toMatchObject({ score: 0.5, holds: false, by: "rule" });
    expect(checks[0]?.reason).toMatch(/Of 2 claims 1 .*“She discovered radium in Vienna/);
    expect(verdict).toBe("fail");
    const half = await judged(output, { grounded: 0.5 }, { evidence, threshold: 0.5 });
    expect(half.verdict).toBe("pass");
  });

  it("does not take the output for its own evidence", async () => {
    const output = "She discovered radium in Vienna in 1911.";
    const others = [...evidence, ...evidenceOf({ summary: { text: output } })];
    const asRun = await judged(output, { grounded: true }, { evidence: others });
    expect(asRun.score).toBe(0);
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
