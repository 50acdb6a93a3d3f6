import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BUCKETS,
  type BucketCount,
  bucketOf,
  LONGEST_MS,
  msOf,
  quantile,
  RELATIVE_ACCURACY,
  totalOf,
} from "../../src/base/quantile-sketch.ts";

/** Every order of magnitude equally often, unlike what `fc.double` gives. */
const duration = fc
  .double({ min: 0, max: 1, noNaN: true })
  .map((share) => Math.min(LONGEST_MS ** share, LONGEST_MS));
const q = fc.double({ min: 0, max: 1, noNaN: true });
const samples = fc.array(duration, { minLength: 1, maxLength: 300 });

/** For the last bit of floating-point numbers. */
const SLACK = 1e-9;

describe("a bucket's value", () => {
  it("is within the promised accuracy of every duration in it", () => {
    fc.assert(
      fc.property(duration, (ms) => {
        const off = Math.abs(msOf(bucketOf(ms)) - ms) / ms;
        expect(off).toBeLessThanOrEqual(RELATIVE_ACCURACY + SLACK);
      }),
      { numRuns: 2000 },
    );
  });

  it("grows from bucket to bucket, and falls into its own", () => {
    for (let bucket = 1; bucket < BUCKETS; bucket++) {
      expect(msOf(bucket)).toBeGreaterThan(msOf(bucket - 1));
      expect(bucketOf(msOf(bucket))).toBe(bucket);
    }
  });

  it("covers a millisecond to a hundred days; what is outside counts as the nearest", () => {
    expect(LONGEST_MS).toBeGreaterThan(100 * 24 * 3_600_000);
    for (const ms of [0, 5e-324, 0.3, 1]) expect(bucketOf(ms)).toBe(0);
    for (const ms of [LONGEST_MS, 1e300, Number.POSITIVE_INFINITY]) {
      expect(bucketOf(ms)).toBe(BUCKETS - 1);
    }
  });
});

describe("a quantile", () => {
  it("is within the promised accuracy of the sample with its rank, whatever the samples", () => {
    fc.assert(
      fc.property(samples, q, (all, share) => {
        const exact = all.toSorted((a, b) => a - b)[Math.floor(share * (all.length - 1))] ?? 0;
        const off = Math.abs((quantile(counted(all), share) ?? 0) - exact) / exact;
        expect(off).toBeLessThanOrEqual(RELATIVE_ACCURACY + SLACK);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on the order of the counts, nor on how often they were merged", () => {
    fc.assert(
      fc.property(samples, samples, q, (some, others, share) => {
        const together = counted([...some, ...others]);
        const apart = [...counted(others), ...counted(some)];
        expect(quantile(apart, share)).toBe(quantile(together, share));
      }),
    );
  });

  it("never falls when the share grows", () => {
    fc.assert(
      fc.property(samples, q, q, (all, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const counts = counted(all);
        expect(quantile(counts, low) ?? 0).toBeLessThanOrEqual(quantile(counts, high) ?? 0);
      }),
    );
  });

  it("of faded samples is still one of theirs, also when less than one is left", () => {
    fc.assert(
      fc.property(samples, q, fc.nat(12), (all, share, halvings) => {
        const faded = counted(all).map(({ bucket, count }) => ({
          bucket,
          count: count / 2 ** halvings,
        }));
        expect(faded.map(({ bucket }) => msOf(bucket))).toContain(quantile(faded, share));
      }),
    );
  });

  it("of nothing is undefined", () => {
    expect(quantile([], 0.99)).toBeUndefined();
    expect(quantile([{ bucket: 7, count: 0 }], 0.99)).toBeUndefined();
  });
});

function counted(all: readonly number[]): BucketCount[] {
  const counts = new Map<number, number>();
  for (const ms of all) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
  const list = [...counts].map(([bucket, count]) => ({ bucket, count }));
  expect(totalOf(list)).toBe(all.length);
  return list;
}
