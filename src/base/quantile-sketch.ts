/**
 * Quantiles of durations from counts in logarithmic buckets: DDSketch (Masson, Rim, Lee 2019,
 * https://arxiv.org/abs/1908.10693). Sketches merge by adding their counts, and counts may be
 * fractions: halving all of them makes old samples weigh less and hardly moves a quantile.
 *
 * Q1. For samples from 1 ms to `LONGEST_MS`, a quantile is within 2 % of the sample that has
 *     that rank. What is shorter counts as 1 ms, what is longer as `LONGEST_MS`.
 * Q2. There are never more than `BUCKETS` buckets, however many samples.
 */

/** How far a bucket's value may be off, relative to any sample in it. */
export const RELATIVE_ACCURACY = 0.02;

/** Bucket k holds what is above GAMMA ** (k - 1), up to and with GAMMA ** k milliseconds. */
const GAMMA = (1 + RELATIVE_ACCURACY) / (1 - RELATIVE_ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);

/** From 1 ms to a hundred days: longer than anything that somebody sets a timeout for. */
export const BUCKETS = 575;
export const LONGEST_MS = GAMMA ** (BUCKETS - 1);

/** Above so many samples of one thing the old ones shall fade: all are halved. */
export const FADE_ABOVE = 2000;
/** What is left of samples that faded this far is dropped. */
export const FORGET_BELOW = 1 / 128;

/** So many samples, or parts of one, are in a bucket. */
export type BucketCount = { readonly bucket: number; readonly count: number };

/** So many attempts of a tool took as long as the bucket says. */
export interface DurationCount extends BucketCount {
  readonly tool: string;
}

/** @param ms any number from 0 on @returns an integer from 0 to below `BUCKETS` */
export function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(Math.ceil(Math.log(ms) / LOG_GAMMA), BUCKETS - 1);
}

/** The milliseconds that all samples of a bucket count as: as far off one end as off the other. */
export function msOf(bucket: number): number {
  return (2 * GAMMA ** bucket) / (GAMMA + 1);
}

/**
 * The milliseconds that a share of the samples does not exceed, by the lower rank, as a
 * sorted list has it at `floor(q * (n - 1))`.
 *
 * @param counts in any order
 * @param q from 0 to 1
 * @returns undefined when nothing was counted
 */
export function quantile(counts: readonly BucketCount[], q: number): number | undefined {
  const ascending = counts.filter(({ count }) => count > 0).sort((a, b) => a.bucket - b.bucket);
  const last = ascending.at(-1);
  if (last === undefined) return undefined;
  const rank = q * (totalOf(ascending) - 1);
  let passed = 0;
  for (const { bucket, count } of ascending) {
    passed += count;
    if (passed > rank) return msOf(bucket);
  }
  return msOf(last.bucket);
}

/** How many samples there are; of faded ones, what they still weigh. */
export function totalOf(counts: readonly BucketCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
