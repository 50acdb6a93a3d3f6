import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cohenKappa,
  kappaInterval,
  type PairCounts,
  strengthOf,
  wilsonInterval,
} from "../../src/evals/agreement.ts";

function counts(passPass: number, passFail: number, failPass: number, failFail: number) {
  return { passPass, passFail, failPass, failFail };
}

const anyCounts = fc
  .tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40))
  .map((four): PairCounts => counts(...four));

/** Cohen's formula as it stands in the paper, in fractions. */
function slowKappa({ passPass, passFail, failPass, failFail }: PairCounts): number {
  const n = passPass + passFail + failPass + failFail;
  const observed = (passPass + failFail) / n;
  const sayPass = ((passPass + passFail) / n) * ((passPass + failPass) / n);
  const sayFail = ((failPass + failFail) / n) * ((passFail + failFail) / n);
  return (observed - sayPass - sayFail) / (1 - sayPass - sayFail);
}

describe("Cohen's kappa", () => {
  it.each([
    // 35 of 50 agree, 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5; (0.7 - 0.5) / 0.5.
    ["of the textbook's 20, 5, 10, 15 is 0.4", counts(20, 5, 10, 15), 0.4],
    // 60 of 100 agree; by chance 0.7 * 0.6 + 0.3 * 0.4 = 0.54; 0.06 / 0.46.
    ["of 45, 25, 15, 15 is 0.13", counts(45, 25, 15, 15), 0.06 / 0.46],
    // The same agreement, other margins: by chance 0.6 * 0.3 + 0.4 * 0.7 = 0.46; 0.14 / 0.54.
    ["of 25, 35, 5, 35 is 0.26", counts(25, 35, 5, 35), 0.14 / 0.54],
    ["of who always agrees is 1", counts(12, 0, 0, 8), 1],
    ["of who never agrees, half and half, is -1", counts(0, 10, 10, 0), -1],
    ["of a coin is 0", counts(25, 25, 25, 25), 0],
    ["of who always says pass is 0", counts(30, 0, 10, 0), 0],
  ])("%s", (_, pairs, kappa) => {
    expect(cohenKappa(pairs)).toBeCloseTo(kappa, 12);
  });

  it.each([
    ["both always say pass", counts(30, 0, 0, 0)],
    ["both always say fail", counts(0, 0, 0, 7)],
    ["there is nothing", counts(0, 0, 0, 0)],
  ])("is not defined where %s", (_, pairs) => {
    expect(cohenKappa(pairs)).toBeNull();
    expect(kappaInterval(pairs)).toBeNull();
  });

  it("is what the paper's formula gives, at most 1, and the same for either side", () => {
    fc.assert(
      fc.property(anyCounts, (pairs) => {
        const kappa = cohenKappa(pairs);
        if (kappa === null) return;
        expect(kappa).toBeCloseTo(slowKappa(pairs), 9);
        expect(kappa).toBeLessThanOrEqual(1);
        expect(kappa).toBeGreaterThanOrEqual(-1);
        const { passPass, passFail, failPass, failFail } = pairs;
        expect(cohenKappa(counts(passPass, failPass, passFail, failFail))).toBeCloseTo(kappa, 12);
        expect(cohenKappa(counts(failFail, failPass, passFail, passPass))).toBeCloseTo(kappa, 12);
      }),
    );
  });
});

describe("the interval of kappa", () => {
  it("is near the one that the normal distribution gives where there are many", () => {
    // Standard error by Cohen: sqrt(po (1 - po) / (n (1 - pe)^2)) = sqrt(0.21 / (1000 * 0.25)).
    const error = 1.96 * Math.sqrt(0.21 / (1000 * 0.25));
    const [low, high] = kappaInterval(counts(400, 100, 200, 300)) ?? [0, 0];
    expect(low).toBeCloseTo(0.4 - error, 1.7);
    expect(high).toBeCloseTo(0.4 + error, 1.7);
  });

  it("is the same each time, holds kappa, and is narrower where there are more", () => {
    const few = kappaInterval(counts(20, 5, 10, 15)) ?? [0, 0];
    expect(kappaInterval(counts(20, 5, 10, 15))).toEqual(few);
    expect(few[0]).toBeLessThan(0.4);
    expect(few[1]).toBeGreaterThan(0.4);
    const many = kappaInterval(counts(200, 50, 100, 150)) ?? [0, 0];
    expect(many[1] - many[0]).toBeLessThan((few[1] - few[0]) / 2);
  });

  it("of who always agrees is a point", () => {
    expect(kappaInterval(counts(12, 0, 0, 8))).toEqual([1, 1]);
  });
});

describe("Wilson's interval", () => {
  // The first four are those of R. G. Newcombe, Statistics in Medicine 17, 1998, table I.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [5, 10, 0.2366, 0.7634],
    [10, 10, 0.7225, 1],
    [1, 1, 0.2065, 1],
  ])("of %i of %i is %f to %f", (hits, total, low, high) => {
    const [from, to] = wilsonInterval(hits, total) ?? [Number.NaN, Number.NaN];
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  it("of none of none is not defined", () => {
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  it("holds the share, stays in 0 to 1, and mirrors itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (total, some) => {
        const hits = Math.min(some, total);
        const [low, high] = wilsonInterval(hits, total) ?? [2, -2];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(hits / total + 1e-12);
        expect(high).toBeGreaterThanOrEqual(hits / total - 1e-12);
        const [mirrored] = wilsonInterval(total - hits, total) ?? [2];
        expect(mirrored).toBeCloseTo(1 - high, 12);
      }),
    );
  });
});

describe("the word for a kappa", () => {
  it.each([
    [-0.3, "poor"],
    [-0.004, "slight"],
    [0, "slight"],
    [0.204, "slight"],
    [0.21, "fair"],
    [0.4, "fair"],
    [0.41, "moderate"],
    [0.6, "moderate"],
    [0.61, "substantial"],
    [0.8, "substantial"],
    [0.81, "almost perfect"],
    [1, "almost perfect"],
  ])("%f is %s", (kappa, word) => {
    expect(strengthOf(kappa)).toBe(word);
  });
});
