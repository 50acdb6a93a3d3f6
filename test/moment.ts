/** Moments that several processes share, to make them collide. */

import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds since the epoch, with their fractions. */
export function moment(): number {
  return performance.timeOrigin + performance.now();
}

/** A timer may ring so much too late. */
const EARLY_MS = 6;

/** To the microsecond: who sleeps wakes up at a time of its own. */
export async function waitUntil(then: number): Promise<void> {
  await sleep(Math.max(0, then - moment() - EARLY_MS));
  while (moment() < then);
}
