/** Many seeds, one after the other, and what came of them. */

import { drawScenario } from "./draw.ts";
import type { Violation } from "./observer.ts";
import { simulate } from "./simulation.ts";

export type Seeds = { readonly from: number; readonly seeds: number };

export type Tally = {
  seeds: number;
  /** How often what happened, over all seeds. */
  readonly counts: { [what: string]: number };
  readonly violations: ({ readonly seed: number } & Violation)[];
};

/** So many violations are enough to look at. */
const ENOUGH = 5;

export function emptyTally(): Tally {
  return { seeds: 0, counts: {}, violations: [] };
}

export function addTally(sum: Tally, { seeds, counts, violations }: Tally): void {
  sum.seeds += seeds;
  for (const [what, count] of Object.entries(counts)) {
    sum.counts[what] = (sum.counts[what] ?? 0) + count;
  }
  sum.violations.push(...violations);
}

/** Stops early when there is enough to look at. */
export async function simulateSeeds({ from, seeds }: Seeds, enough = ENOUGH): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = from; seed < from + seeds && tally.violations.length < enough; seed += 1) {
    const { violation, counts } = await simulate(drawScenario(seed));
    const violations = violation === undefined ? [] : [{ seed, ...violation }];
    addTally(tally, { seeds: 1, counts: Object.fromEntries(counts), violations });
  }
  return tally;
}
