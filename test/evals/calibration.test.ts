import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measure, missedBy } from "../../src/evals/calibration.ts";
import { meanAbsoluteError, type ScorePair, spearman } from "../../src/evals/correlation.ts";
import type { JudgedExample } from "../../src/evals/eval.ts";
import { evaluation, example, judged, times } from "./judged.ts";

const TEXTBOOK = judged(
  ...times(20, "pass:pass"),
  ...times(5, "pass:fail"),
  ...times(10, "fail:pass"),
  ...times(15, "fail:fail"),
);

function scored(given: number, score: number | null): JudgedExample {
  return {
    example: example("a", { score: given }),
    evaluation: evaluation(score === null ? "none" : "pass", { score }),
  };
}

describe("what a judge is measured by", () => {
  it("is worked out from labels and verdicts", () => {
    expect(measure(TEXTBOOK)).toMatchObject({
      examples: 50,
      judged: 50,
      unjudged: 0,
      confusion: { pass: { pass: 20, fail: 5, none: 0 }, fail: { pass: 10, fail: 15, none: 0 } },
      agreement: {
        share: 0.7,
        overall: 0.7,
        interval: [expect.closeTo(0.5625, 4), expect.closeTo(0.809, 4)],
        kappa: expect.closeTo(0.4, 12),
        strength: "fair",
      },
      detection: {
        precision: 15 / 20,
        recall: 15 / 25,
        f1: expect.closeTo((2 * 0.75 * 0.6) / (0.75 + 0.6), 12),
        falsePassRate: 10 / 25,
      },
      scores: null,
    });
  });

  it("counts what nobody could judge as no agreement, and for itself", () => {
    const all = measure([...judged("pass:pass", "fail:fail", "fail:none", "pass:none")]);
    expect(all).toMatchObject({
      judged: 2,
      unjudged: 2,
      agreement: { share: 1, overall: 0.5, kappa: 1, strength: "almost perfect" },
      detection: { recall: 1, falsePassRate: 0 },
    });
    expect(all.disagreements.map(({ id }) => id)).toEqual(["e3", "e4"]);
  });

  it("is null where it is not defined, not 0", () => {
    expect(measure(judged("pass:none"))).toMatchObject({
      agreement: { share: null, interval: null, overall: 0, kappa: null, strength: null },
      detection: { precision: null, recall: null, f1: null, falsePassRate: null },
    });
    expect(measure(judged("pass:pass", "pass:pass"))).toMatchObject({
      agreement: { share: 1, kappa: null, kappaInterval: null, strength: null },
    });
    // Found none of the poor ones, and failed nothing: precision is unknown, the rest is not.
    expect(measure(judged("fail:pass", "pass:pass"))).toMatchObject({
      detection: { precision: null, recall: 0, f1: 0, falsePassRate: 1 },
    });
  });

  it("does not depend on the order of the examples", () => {
    const shuffled = fc.shuffledSubarray(TEXTBOOK, { minLength: TEXTBOOK.length });
    const { disagreements: _, ...expected } = measure(TEXTBOOK);
    fc.assert(
      fc.property(shuffled, (list) => {
        expect(measure(list)).toMatchObject(expected);
      }),
      { numRuns: 10 },
    );
  });

  it("has the worst disagreements first, by how far the score is off, then the silent ones", () => {
    const list = judged(
      "fail:pass:0.7",
      "pass:none",
      "fail:pass:0.95",
      "pass:fail:0.5",
      "fail:fail",
    );
    expect(measure(list).disagreements).toMatchObject([
      { id: "e3", label: "fail", verdict: "pass", score: 0.95, reason: "" },
      { id: "e1", score: 0.7 },
      { id: "e4", label: "pass", verdict: "fail", score: 0.5, reason: "It is poor." },
      { id: "e2", verdict: "none", score: null },
    ]);
  });

  it("goes by the score that people gave, where they did", () => {
    const near = { ...scored(0.6, 0.75), example: example("near", { label: "fail", score: 0.6 }) };
    const far = judged("fail:pass:0.7");
    expect(measure([near, ...far]).disagreements.map(({ id }) => id)).toEqual(["e1", "near"]);
  });
});

describe("the agreement of scores", () => {
  it("leaves out what has no verdict, whatever some of its checks say", () => {
    const half = { ...scored(0.5, 1), evaluation: evaluation("none", { score: 1 }) };
    expect(measure([half]).scores).toBeNull();
    expect(measure([half]).disagreements).toMatchObject([{ verdict: "none", score: null }]);
  });

  it("is of those examples that have both", () => {
    const list = [scored(0.2, 0.4), scored(0.9, 1), scored(0.5, null), ...judged("pass:pass:0.8")];
    expect(measure(list).scores).toEqual({
      examples: 2,
      meanAbsoluteError: expect.closeTo(0.15, 12),
      spearman: expect.closeTo(1, 12),
    });
  });

  it.each<[string, ScorePair[], number | null]>([
    [
      "of the same order is 1, however far off",
      [
        [0.1, 0.8],
        [0.2, 0.9],
        [0.3, 1],
      ],
      1,
    ],
    [
      "of the opposite order is -1",
      [
        [0.1, 0.9],
        [0.5, 0.5],
        [0.9, 0.1],
      ],
      -1,
    ],
    // Ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 * 4 / (5 * 24).
    [
      "is 0.8 by hand",
      [
        [1, 2],
        [2, 1],
        [3, 4],
        [4, 3],
        [5, 5],
      ],
      0.8,
    ],
    // Ranks 1.5 1.5 3 and 1 2 3: 1.5 / sqrt(1.5 * 2).
    [
      "shares ranks among equals",
      [
        [1, 1],
        [1, 2],
        [2, 3],
      ],
      1.5 / Math.sqrt(3),
    ],
    [
      "is not defined where one side is always the same",
      [
        [1, 0.2],
        [1, 0.4],
      ],
      null,
    ],
    ["is not defined for one", [[1, 0.2]], null],
    ["is not defined for none", [], null],
  ])("by Spearman %s", (_, pairs, wanted) => {
    const found = spearman(pairs);
    if (wanted === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(wanted, 12);
  });

  it("stays in -1 to 1, is the same for either side, and in any order", () => {
    const score = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
    const pairs = fc.array(fc.tuple(score, score), { maxLength: 30 });
    fc.assert(
      fc.property(pairs, (list) => {
        const found = spearman(list);
        if (found === null) return;
        expect(Math.abs(found)).toBeLessThanOrEqual(1 + 1e-12);
        expect(spearman(list.map(([a, b]) => [b, a]))).toBeCloseTo(found, 12);
        expect(spearman(list.toReversed())).toBeCloseTo(found, 12);
      }),
    );
  });

  it("is off by nothing where there is nothing to be off", () => {
    expect(meanAbsoluteError([])).toBeNull();
    expect(meanAbsoluteError([[0.5, 0.5]])).toBe(0);
  });
});

describe("a minimum of the suite", () => {
  it("is missed below it, and reached at it", () => {
    const measures = measure(TEXTBOOK);
    expect(missedBy(measures, { minAgreement: 0.7, minKappa: 0.39 })).toEqual([]);
    expect(missedBy(measures, { minAgreement: null, minKappa: null })).toEqual([]);
    expect(missedBy(measures, { minAgreement: 0.71, minKappa: 0.41 })).toEqual([
      { measure: "agreement", value: 0.7, atLeast: 0.71 },
      { measure: "kappa", value: expect.closeTo(0.4, 12), atLeast: 0.41 },
    ]);
  });

  it("of agreement is not reached by silence", () => {
    const measures = measure(judged("pass:pass", "fail:none"));
    expect(missedBy(measures, { minAgreement: 0.9, minKappa: null })).toMatchObject([
      { measure: "agreement", value: 0.5 },
    ]);
  });

  it("of kappa is not reached where kappa is not defined", () => {
    const measures = measure(judged("pass:pass"));
    expect(missedBy(measures, { minAgreement: 1, minKappa: 0 })).toEqual([
      { measure: "kappa", value: null, atLeast: 0 },
    ]);
  });
});
