/**
 * A circuit breaker as a machine without clock or I/O: while what is behind it is down, nobody
 * waits for it in vain, and it is not kept down by being asked.
 *
 * The rules are those of cockatiel (https://github.com/connor4312/cockatiel): it opens after
 * so many failures in a row, or when too large a share of the recent ones failed; after a
 * while one probe is let through, and decides.
 *
 * B1. Closed, all pass. Open, none does. Half open, one is under way.
 * B2. Whoever passed tells how it ended, or that nobody knows.
 */

export type BreakerPolicy = {
  /** Failures in a row that open it. */
  readonly consecutive: number;
  /** Share of failures that opens it, 0 to 1, … */
  readonly rate: number;
  /** … of at least so many outcomes … */
  readonly minimum: number;
  /** … of the last so many milliseconds. */
  readonly windowMs: number;
  /** How long it stays open before a probe. */
  readonly resetMs: number;
};

export const DEFAULT_BREAKER: BreakerPolicy = {
  consecutive: 5,
  rate: 0.5,
  minimum: 20,
  windowMs: 60_000,
  resetMs: 30_000,
};

export type BreakerState = {
  status: "closed" | "open" | "half_open";
  /** Failures in a row. */
  failures: number;
  /** When a probe may pass; milliseconds since the epoch. */
  probeAt: number;
  outcomes: { readonly at: number; readonly ok: boolean }[];
};

export function initialBreaker(): BreakerState {
  return { status: "closed", failures: 0, probeAt: 0, outcomes: [] };
}

/**
 * Ask to pass; who may has to tell the end.
 * @returns milliseconds to wait before asking again; 0 who may pass now
 */
export function passBreaker(state: BreakerState, policy: BreakerPolicy, at: number): number {
  if (state.status === "closed") return 0;
  if (state.status === "half_open") return policy.resetMs;
  if (at < state.probeAt) return state.probeAt - at;
  state.status = "half_open";
  return 0;
}

/** How a passage ended. */
export function tellBreaker(
  state: BreakerState,
  policy: BreakerPolicy,
  ok: boolean,
  at: number,
): void {
  // Who passed before it opened knows nothing new.
  if (state.status === "open") return;
  if (ok && state.status === "half_open") {
    Object.assign(state, initialBreaker());
    return;
  }
  state.failures = ok ? 0 : state.failures + 1;
  state.outcomes = state.outcomes.filter((one) => at - one.at < policy.windowMs);
  state.outcomes.push({ at, ok });
  const failed = state.outcomes.filter((one) => !one.ok).length;
  const isMostlyDown =
    state.outcomes.length >= policy.minimum && failed / state.outcomes.length >= policy.rate;
  if (state.status === "half_open" || state.failures >= policy.consecutive || isMostlyDown) {
    Object.assign(state, { status: "open", probeAt: at + policy.resetMs });
  }
}

/** A passage of which nobody knows how it would have ended, as when it was aborted. */
export function forgetPassage(state: BreakerState, at: number): void {
  if (state.status === "half_open") Object.assign(state, { status: "open", probeAt: at });
}
