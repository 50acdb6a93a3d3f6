/** What must be asked of all runs of a process together before a tool may be called. */

import type { BreakerPolicy } from "./breaker.ts";

/** So many calls start within each window. */
export type RatePolicy = {
  readonly calls: number;
  readonly perMs: number;
};

export type AdmissionPolicy = {
  /** Calls of the tool that may be under way at once; null for as many as wanted. */
  readonly concurrency: number | null;
  /** Null for as often as wanted. */
  readonly rate: RatePolicy | null;
  /** Null for a tool that is called however often it failed. */
  readonly breaker: BreakerPolicy | null;
  /** Units of each resource pool that a call holds while it is under way. */
  readonly uses: { readonly [pool: string]: number };
};
