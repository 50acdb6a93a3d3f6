/**
 * A scenario: all that a simulation is made of, as plain data. What is not in it is benign:
 * every tool answers, every disk writes. So leaving a fault out makes it only calmer, and a
 * scenario that fails can be made small.
 *
 * Times are virtual milliseconds from the beginning.
 */

import type { RunSettings } from "../../src/executor/core/settings.ts";
import type { Plan } from "../../src/plan/schema.ts";

export type Scenario = {
  readonly seed: number;
  readonly tools: readonly ToolScript[];
  /** Units of each resource pool. */
  readonly pools: { readonly [pool: string]: number };
  readonly runs: readonly RunScript[];
  readonly faults: readonly Fault[];
  /** What people do without being asked. */
  readonly acts: readonly Act[];
};

export type ToolScript = {
  readonly name: string;
  readonly effects: "none" | "read" | "write";
  readonly idempotent: boolean;
  readonly approval: boolean;
  readonly costUsd: number;
  readonly timeoutMs: number | null;
  readonly limits: {
    readonly concurrency?: number;
    readonly rateLimit?: { readonly calls: number; readonly per: string };
    readonly breaker?: { readonly consecutive: number; readonly reset: string };
    readonly uses?: { readonly [pool: string]: number };
  };
};

export type RunScript = {
  readonly runId: string;
  readonly plan: Plan;
  readonly settings: RunSettings;
  /** How the plan comes about; null when it is given. */
  readonly planning: PlanningScript | null;
};

export type PlanningScript = {
  /** Whether the planner asks the user something first. */
  readonly asks: boolean;
  /** The subtask that the whole plan has otherwise than the draft; null for none. */
  readonly changes: number | null;
  readonly fails: boolean;
};

/** What a tool may do instead of answering. */
export const MISBEHAVIOURS = [
  /** Fails before it did anything, in the ways that errors can say whether to try again. */
  "fails",
  "fails_for_now",
  "fails_until_later",
  "fails_for_good",
  /** Does its work, and the answer is lost on the way. */
  "answer_lost",
  /** Does its work and answers with what its schema refuses. */
  "answers_garbage",
  /** Does its work, and never answers, whatever it is told. */
  "hangs",
  /** Does nothing until it is told to stop. */
  "is_stuck",
  /** Does its work and answers, but only after its timeout. */
  "is_late",
] as const;

/** What may happen to an append. */
export const WRITE_FAULTS = [
  "crash_before",
  "crash_after",
  /** The process dies in the middle: what a journal must undo as a whole (J1). */
  "torn",
  /** Full or broken: nothing is stored. */
  "refused",
  /** Stored, but whoever wrote is told that it was not. */
  "confirmation_lost",
  "slow",
] as const;

export type Fault =
  | {
      readonly fault: "tool";
      readonly runId: string;
      readonly subtask: string;
      readonly attempt: number;
      readonly does: (typeof MISBEHAVIOURS)[number];
    }
  | {
      readonly fault: "write";
      /** Which append of all, from 1. */
      readonly write: number;
      readonly does: (typeof WRITE_FAULTS)[number];
      readonly ms: number;
    }
  /** Of all calls of the journal that look after a run: renewals, requests, releases. */
  | {
      readonly fault: "upkeep";
      readonly call: number;
      readonly does: "refused" | "slow";
      readonly ms: number;
    }
  /** Every answer of the journal takes up to so long. */
  | { readonly fault: "lag"; readonly ms: number }
  | { readonly fault: "crash"; readonly at: number }
  /** The process dies with this call of a tool, before whatever else it was about to do. */
  | { readonly fault: "crash_at_call"; readonly call: number }
  /** A process that does not get the processor, and then goes on as if nothing had happened. */
  | { readonly fault: "stall"; readonly at: number; readonly ms: number }
  | { readonly fault: "clock_jump"; readonly at: number; readonly ms: number }
  /** Two other processes want to drive the run, at the same instant. */
  | { readonly fault: "rivals"; readonly at: number; readonly runId: string }
  /** Timers and answers of long ago come again. */
  | { readonly fault: "echo"; readonly at: number; readonly runId: string };

/** What a person does to a run, from whatever process. */
export type Act = {
  readonly at: number;
  readonly runId: string;
  readonly does:
    | "pause"
    | "resume"
    | "cancel"
    | "restart"
    | "restart_from"
    | "retry_dead_letters"
    | "discard"
    | "resolve"
    | "decide"
    | "decide_evaluation"
    /** As soon as the planner is asked for a revision. */
    | "pause_replanning"
    /** As soon as what a subtask gave is judged. */
    | "cancel_judging";
  /** Of those that are about one. */
  readonly subtask: string;
};
