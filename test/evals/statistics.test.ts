import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Share } from "../../src/evals/sample.ts";
import {
  bootstrapInterval,
  pairedDifference,
  passAtK,
  passHatK,
  scoreOf,
} from "../../src/evals/statistics.ts";

const yes: Share = [1, 1];
const no: Share = [0, 1];

function times(n: number, share: Share): Share[] {
  return Array.from({ length: n }, () => share);
}

describe("a score of all samples", () => {
  it("is a mean where each whole is 1, and pooled where they are counts", () => {
    expect(scoreOf([yes, no, no, no])).toBe(0.25);
    // F1 of 2TP over 2TP + FP + FN: (2 + 8) / (4 + 10), not the mean of 0.5 and 0.8.
    expect(
      scoreOf([
        [2, 4],
        [8, 10],
      ]),
    ).toBeCloseTo(10 / 14);
    expect(scoreOf([])).toBeNull();
    expect(scoreOf([[0, 0]])).toBeNull();
  });
});

describe("the bootstrap interval", () => {
  it("is near the normal one for many samples, and the same each time", () => {
    const shares = [...times(60, yes), ...times(40, no)];
    const [low, high] = bootstrapInterval(shares) ?? [0, 0];
    const spread = 1.96 * Math.sqrt((0.6 * 0.4) / 100);
    expect(low).toBeCloseTo(0.6 - spread, 1);
    expect(high).toBeCloseTo(0.6 + spread, 1);
    expect(bootstrapInterval(shares)).toEqual([low, high]);
  });

  it("holds the score, and is a point where all samples are alike", () => {
    expect(bootstrapInterval(times(5, yes))).toEqual([1, 1]);
    expect(bootstrapInterval([yes])).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 8, maxLength: 30 }), (list) => {
        const shares = list.map((one) => (one ? yes : no));
        const [low, high] = bootstrapInterval(shares) ?? [1, 0];
        const score = scoreOf(shares) ?? 0;
        expect(low).toBeLessThanOrEqual(score);
        expect(high).toBeGreaterThanOrEqual(score);
      }),
      { numRuns: 20 },
    );
  });
});

describe("the paired permutation test", () => {
  it("gives the share of swaps that differ as much, here 2 of 2^4", () => {
    // All four samples better: only no swap and all swaps differ by 1.
    const pairs = Array.from({ length: 4 }, () => [yes, no] as const);
    const { by, p, samples } = pairedDifference(pairs) ?? { by: 0, p: 0, samples: 0 };
    expect({ by, samples }).toEqual({ by: 1, samples: 4 });
    expect(p).toBeCloseTo(2 / 16, 1);
  });

  it("finds ten of ten significant, and one more of many not", () => {
    const all = Array.from({ length: 10 }, () => [yes, no] as const);
    expect(pairedDifference(all)?.p).toBeLessThan(0.01);
    const one = [[yes, no] as const, ...Array.from({ length: 20 }, () => [yes, yes] as const)];
    expect(pairedDifference(one)?.p).toBe(1);
    expect(pairedDifference([[no, no]])).toMatchObject({ by: 0, p: 1 });
    expect(pairedDifference([])).toBeNull();
  });
});

describe("tries", () => {
  it("pass@k and pass^k are as their papers define them", () => {
    // Of 4 tries 2 succeeded: C(2,2)/C(4,2) = 1/6 fail both, and as many succeed both.
    expect(passAtK(4, 2, 2)).toBeCloseTo(5 / 6);
    expect(passHatK(4, 2, 2)).toBeCloseTo(1 / 6);
    expect(passAtK(4, 2, 1)).toBeCloseTo(0.5);
    expect(passHatK(4, 2, 1)).toBeCloseTo(0.5);
    expect(passAtK(3, 0, 3)).toBe(0);
    expect(passHatK(3, 3, 3)).toBe(1);
    expect(passAtK(3, 1, 3)).toBe(1);
    expect(passHatK(3, 2, 3)).toBe(0);
  });
});
