/**
 * Lifecycle: pausing and cancelling, between "asked for" and "done".
 *
 * A pause lets running attempts finish and starts nothing new. A cancel ends what has not
 * started, aborts what runs, and waits a grace period for it.
 *
 * C1. After `pause.requested` or `run.cancelled` no attempt starts, until a resume lifts the pause.
 * C2. A cancel is not lifted, unless the run is opened again.
 */

import type { RunEvent } from "./event.ts";
import { CLOSED, type Gate, OPEN } from "./gate.ts";

export type LifecycleState = {
  pausing: boolean;
  /** Why the run is being cancelled; null while it is not. */
  stopping: "requested" | "timeout" | null;
};

export function initialLifecycle(): LifecycleState {
  return { pausing: false, stopping: null };
}

export function evolveLifecycle(lifecycle: LifecycleState, event: RunEvent): void {
  if (event.type === "pause.requested") lifecycle.pausing = true;
  else if (event.type === "run.resumed") lifecycle.pausing = false;
  else if (event.type === "run.reopened") Object.assign(lifecycle, initialLifecycle());
  else if (event.type === "run.cancelled") lifecycle.stopping = event.reason;
}

/** May anything start at all? */
export function lifecycleGate(lifecycle: LifecycleState): Gate {
  if (lifecycle.stopping !== null) return CLOSED.stopping;
  return lifecycle.pausing ? CLOSED.paused : OPEN;
}
