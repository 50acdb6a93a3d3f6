/** Who holds a lease: named so that another process on the same host can see that it is gone. */

import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Where this process's id means what it says: the host, and in a container its own processes. */
const PLACE = `${hostname()}/${processNamespace()}`;

/** This process as the owner of leases: place, process id, and what no later process has. */
export const thisOwner = `${PLACE}:${process.pid}:${randomUUID().slice(0, 8)}`;

/**
 * Whether the owner's process certainly has ended. False when that cannot be known: on
 * another host or in another container, or when its process id is in use again; its lease then ends by time.
 */
export function isGone(owner: string): boolean {
  const [place, pid] = owner.split(":");
  if (place !== PLACE || owner === thisOwner) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Containers may share a host's name and a volume, but not the numbers of their processes. */
function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "";
  }
}
