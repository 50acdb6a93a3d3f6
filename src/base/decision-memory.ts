/** What is remembered of the decisions of routes, over all runs of a journal. */

import type { Json } from "./json.ts";

/** So long a decision stands: models, and what they are asked about, change. */
export const DECISIONS_STAND_MS = 30 * 24 * 60 * 60 * 1000;

/** What a route decided for an input. */
export interface Decision {
  readonly runId: string;
  readonly subtask: string;
  /** As its tool gave it. */
  readonly output: Json;
  readonly at: number;
}

export interface KeptDecision extends Omit<Decision, "runId"> {
  /** A digest of what was asked. */
  readonly key: string;
}

export interface TakenBranch {
  /** What the plan is known by. */
  readonly plan: string;
  readonly subtask: string;
  readonly branch: string;
  /** If so many as `base/distribution-shift.ts` looks at are counted then, they belong to the past. @default false */
  readonly closesWindow?: boolean;
}

/** How often a branch was taken. */
export interface BranchCount {
  readonly subtask: string;
  readonly branch: string;
  readonly past: number;
  /** Since then. */
  readonly recent: number;
}

/** What routes have decided. */
export interface DecisionMemory {
  /** What was decided last for this key; undefined where nothing was, or it was forgotten. */
  findDecision(key: string): Promise<Decision | undefined>;

  /**
   * How often which branch was taken, by subtask and branch; none for an unknown plan.
   * @param subtask only of this one
   */
  readBranches(plan: string, subtask?: string): Promise<BranchCount[]>;
}
