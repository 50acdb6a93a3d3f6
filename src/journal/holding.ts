import type { RunRow } from "./journal.ts";

/**
 * Whether a lease keeps others out of its run.
 * @param goneOwner an owner that is known to be gone; its leases count for nothing
 */
export function isHolding(
  lease: RunRow["lease"],
  now: number,
  goneOwner: string | undefined,
): lease is NonNullable<RunRow["lease"]> {
  return lease !== null && lease.expiresAt > now && lease.owner !== goneOwner;
}
