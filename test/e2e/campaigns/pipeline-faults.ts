/** Which documents fail at which step, and whether for good: drawn from a seed. */

import { seeded } from "../../../bench/graphs.ts";

/** Of the pipeline, in the order in which they can begin. */
export const STEPS = [
  "ingest",
  "clean",
  "entities",
  "enrich",
  "keywords",
  "summarize",
  "write",
] as const;

export type FaultOptions = {
  readonly seed: number;
  /** Share of the documents that fail at some step; half of these for good. */
  readonly failing: number;
};

export type Fault = {
  readonly step: (typeof STEPS)[number];
  /** So many attempts fail; all of them where it fails for good. */
  readonly attempts: number;
  /** Whether its error says that another attempt may help. */
  readonly retryable: boolean;
};

/** What befalls a document; undefined for one that nothing befalls. */
export function faultOf(document: number, { seed, failing }: FaultOptions): Fault | undefined {
  const random = seeded(seed * 1_000_003 + document);
  if (random() >= failing) return undefined;
  const step = STEPS[Math.floor(random() * STEPS.length)] ?? "ingest";
  if (random() < 0.5) return { step, attempts: 1 + Math.floor(random() * 2), retryable: true };
  return { step, attempts: Number.POSITIVE_INFINITY, retryable: random() < 0.5 };
}
