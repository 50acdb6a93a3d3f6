/**
 * Gates: a subtask starts when every gate of one ordered list is open. The reason that a
 * closed gate gives is the reason that people see.
 */

export type GateReason = "paused" | "stopping" | "budget" | "concurrency";

export type Gate =
  | { readonly open: true }
  /** Closed for every subtask of the run, so that nobody else need be asked. */
  | { readonly open: false; readonly closes: "run"; readonly reason: GateReason };

export const OPEN: Gate = { open: true };

/** One object per reason: gates are asked on every step. */
export const CLOSED = {
  paused: { open: false, closes: "run", reason: "paused" },
  stopping: { open: false, closes: "run", reason: "stopping" },
  budget: { open: false, closes: "run", reason: "budget" },
  concurrency: { open: false, closes: "run", reason: "concurrency" },
} as const satisfies { readonly [R in GateReason]: Gate };
