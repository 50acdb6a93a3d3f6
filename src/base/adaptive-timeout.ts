/**
 * A timeout from how long calls took before: well above the slowest that are usual, and far
 * below what one sets to be safe. A call that hangs is then noticed in seconds, not minutes.
 */

import { type BucketCount, quantile, totalOf } from "./quantile-sketch.ts";

/** Of hundred calls, the second slowest … */
const QUANTILE = 0.99;
/** … times this, since a busy day is no failure. */
const FACTOR = 3;
const LEAST_MS = 1_000;
/** Fewer say nothing about the slowest of hundred. */
const FEWEST = 50;

/**
 * @param counts how often calls took how long, those that timed out included
 * @param mostMs what it never exceeds: the fixed timeout in its place
 * @returns milliseconds; undefined while there are too few calls to tell
 */
export function adaptiveTimeout(
  counts: readonly BucketCount[],
  mostMs: number,
): number | undefined {
  if (totalOf(counts) < FEWEST) return undefined;
  const slowest = quantile(counts, QUANTILE) ?? mostMs;
  return Math.min(mostMs, Math.max(LEAST_MS, Math.ceil(slowest * FACTOR)));
}
