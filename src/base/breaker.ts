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
  /** Counted by tenths of the window, so that many calls cost no more than few. */
  outcomes: OutcomeSlice[];
};

type OutcomeSlice = { readonly slot: number; ok: number; failed: number };

const SLICES = 10;

export function initialBreaker(): BreakerState {
  return { status: "closed", failures: 0, probeAt: 0, outcomes: [] };
}

/**
 * Ask without passing.
 * @returns milliseconds to wait before asking again; 0 who may pass now
 */
export function waitForBreaker(state: BreakerState, policy: BreakerPolicy, at: number): number {
  if (state.status === "closed") return 0;
  if (state.status === "half_open") return policy.resetMs;
  // A clock that was set back must not keep it open for longer.
  state.probeAt = Math.min(state.probeAt, at + policy.resetMs);
  return Math.max(0, state.probeAt - at);
}

/**
 * Ask to pass; who may has to tell the end.
 * @returns milliseconds to wait before asking again; 0 who may pass now
 */
export function passBreaker(state: BreakerState, policy: BreakerPolicy, at: number): number {
  const wait = waitForBreaker(state, policy, at);
  if (wait === 0 && state.status === "open") state.status = "half_open";
  return wait;
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
  const { calls, failed } = countOutcome(state, policy, ok, at);
  const isMostlyDown = calls >= policy.minimum && failed / calls >= policy.rate;
  if (state.status === "half_open" || state.failures >= policy.consecutive || isMostlyDown) {
    Object.assign(state, { status: "open", probeAt: at + policy.resetMs });
  }
}

/** Add an outcome. @returns the sums of the window */
function countOutcome(state: BreakerState, policy: BreakerPolicy, ok: boolean, at: number) {
  const width = Math.max(1, Math.ceil(policy.windowMs / SLICES));
  const slot = Math.floor(at / width);
  state.outcomes = state.outcomes.filter(
    (slice) => slice.slot <= slot && (slot - slice.slot) * width < policy.windowMs,
  );
  let slice = state.outcomes.at(-1);
  if (slice?.slot !== slot) {
    slice = { slot, ok: 0, failed: 0 };
    state.outcomes.push(slice);
  }
  slice[ok ? "ok" : "failed"] += 1;
  let [calls, failed] = [0, 0];
  for (const one of state.outcomes) {
    calls += one.ok + one.failed;
    failed += one.failed;
  }
  return { calls, failed };
}

/** A passage of which nobody knows how it would have ended, as when it was aborted. */
export function forgetPassage(state: BreakerState, at: number): void {
  if (state.status === "half_open") Object.assign(state, { status: "open", probeAt: at });
}
