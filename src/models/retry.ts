import pRetry from "p-retry";
import type { Clock } from "../base/clock.ts";
import { ModelError } from "../base/errors.ts";

/** When a failed request is sent again. Times in milliseconds. */
export interface RetryPolicy {
  /** Requests in all, the first included. @default 5 */
  readonly attempts: number;
  /** Longest wait before the second request; doubles from one to the next. @default 500 */
  readonly initialMs: number;
  /** Longest wait of our own choosing. @default 20000 */
  readonly maxMs: number;
  /**
   * The longest wait that a server may ask for by Retry-After. It is never cut short: a
   * server that asks for more gets no further request, and whoever called learns how long.
   * @default 60000
   */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  initialMs: 500,
  maxMs: 20_000,
  maxRetryAfterMs: 60_000,
};

export interface Retrying {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** 0 to 1, evenly. */
  readonly random: () => number;
  readonly signal: AbortSignal | undefined;
  /** Whether a new attempt can begin from nothing; asked once after each failure. */
  readonly mayRestart: () => boolean;
}

/**
 * Attempt until one succeeds, with exponential backoff and full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * Only a retryable `ModelError` is worth another attempt. An abort ends a wait at once.
 * @throws what the last attempt threw, or the signal's reason
 */
export async function withRetries<T>(attempt: () => Promise<T>, how: Retrying): Promise<T> {
  const { policy, signal } = how;
  return pRetry(attempt, {
    retries: policy.attempts - 1,
    // p-retry counts and decides; it knows neither our clock nor Retry-After, so we wait.
    minTimeout: 0,
    ...(signal && { signal }),
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!(error instanceof ModelError && error.retryable)) return false;
      const asked = error.retryAfterMs ?? 0;
      if (asked > policy.maxRetryAfterMs || !how.mayRestart()) return false;
      const ceiling = Math.min(policy.maxMs, policy.initialMs * 2 ** (attemptNumber - 1));
      await sleep(Math.max(asked, how.random() * ceiling), how.clock, signal);
      return true;
    },
  });
}

async function sleep(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(ms, resolve);
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}
