/** How often and after which waits something is tried again. */

import { type Duration, parseDuration } from "./duration.ts";

/** As people write it, in plans and tools. */
export type RetryOptions = {
  /** All tries together, the first included; 1 is never again. */
  readonly attempts: number;
  /** Longest wait before the second try. @default "500ms" */
  readonly initial?: Duration | undefined;
  /** By how much each longest wait exceeds the one before. @default 2 */
  readonly factor?: number | undefined;
  /** No wait is longer, unless the other side asks for it. @default "10s" */
  readonly max?: Duration | undefined;
};

export type RetryPolicy = {
  readonly attempts: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
};

/** For errors that say themselves that trying again may help. */
export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 3,
  initialMs: 500,
  factor: 2,
  maxMs: 10_000,
};

/** @throws {InputError} `input.invalid_duration` */
export function parseRetry(options: RetryOptions, path = "retry"): RetryPolicy {
  const { attempts, initial, factor = DEFAULT_RETRY.factor, max } = options;
  const initialMs =
    initial === undefined ? DEFAULT_RETRY.initialMs : parseDuration(initial, `${path}.initial`);
  const maxMs = max === undefined ? DEFAULT_RETRY.maxMs : parseDuration(max, `${path}.max`);
  return { attempts, initialMs, factor, maxMs: Math.max(initialMs, maxMs) };
}

/**
 * Exponential backoff with full jitter: a wait between nothing and the longest, so that those
 * who failed together do not come back together.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param failures how many tries have failed, from 1
 * @param random 0 to 1
 * @returns milliseconds
 */
export function retryDelay(
  { initialMs, factor, maxMs }: RetryPolicy,
  failures: number,
  random: number,
): number {
  return Math.round(random * Math.min(maxMs, initialMs * factor ** (failures - 1)));
}
