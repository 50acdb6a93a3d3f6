/**
 * Slots: how many attempts of a run may be under way at once.
 *
 * L1. `used` is the number of running subtasks, and never more than `limit`.
 */

import type { RunEvent } from "./event.ts";
import { CLOSED, type Gate, OPEN } from "./gate.ts";

export type SlotsState = { limit: number; used: number };

export function initialSlots(limit: number): SlotsState {
  return { limit, used: 0 };
}

export function evolveSlots(slots: SlotsState, event: RunEvent): void {
  switch (event.type) {
    case "run.started":
      slots.limit = event.settings.concurrency;
      break;
    case "run.resumed":
    case "run.reopened":
      slots.limit = event.concurrency ?? slots.limit;
      break;
    case "attempt.started":
      slots.used += 1;
      break;
    case "attempt.failed":
    case "attempt.uncertain":
    case "attempt.cancelled":
    case "iteration.produced":
    case "output.produced":
    case "subtask.succeeded":
      slots.used -= 1;
      break;
    case "iteration.checked":
      if (event.attempt !== undefined) slots.used -= 1;
      break;
    default:
  }
}

/** Is there a free slot? */
export function slotsGate(slots: SlotsState): Gate {
  return slots.used < slots.limit ? OPEN : CLOSED.concurrency;
}
