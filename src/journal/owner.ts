/** Who holds a lease: named so that another process on the same host can see that it is gone. */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** This process as the owner of leases: host, process id, and what no later process has. */
export const thisOwner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;

/**
 * Whether the owner's process certainly has ended. False when that cannot be known: on
 * another host, or when its process id is in use again; its lease then ends by time.
 */
export function isGone(owner: string): boolean {
  const [host, pid] = owner.split(":");
  if (host !== hostname() || owner === thisOwner) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
