/**
 * A token bucket as a machine without clock: so many starts at once, and then so many in each
 * span of time.
 *
 * It is kept as the generic cell rate algorithm, which is the same in one number (ITU-T
 * Recommendation I.371, annex A, "virtual scheduling").
 *
 * T1. In any stretch of t milliseconds at most burst + t × calls / perMs may start.
 */

/** At most so many calls start in each span of time, on average. */
export type RatePolicy = {
  readonly calls: number;
  readonly perMs: number;
  /** How many may start at once after a rest. */
  readonly burst: number;
};

/** `fullAt`: when the bucket is full again; milliseconds since the epoch. */
export type BucketState = { fullAt: number };

export function initialBucket(): BucketState {
  return { fullAt: 0 };
}

/** @returns milliseconds until there is a token; 0 for now */
export function waitForToken(state: BucketState, policy: RatePolicy, at: number): number {
  const perToken = policy.perMs / policy.calls;
  // A clock that was set back must not keep it empty for longer.
  state.fullAt = Math.min(state.fullAt, at + policy.burst * perToken);
  return Math.max(0, Math.ceil(state.fullAt - (policy.burst - 1) * perToken - at));
}

/** Take a token that is there. */
export function takeToken(state: BucketState, policy: RatePolicy, at: number): void {
  state.fullAt = Math.max(state.fullAt, at) + policy.perMs / policy.calls;
}
