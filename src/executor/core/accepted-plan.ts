import type { JsonObject } from "../../base/json.ts";
import type { RetryPolicy } from "../../base/retry-policy.ts";
import { type Accept, joinAccept } from "../../plan/accept-schema.ts";
import type { Plan } from "../../plan/schema.ts";

/** What the core must know of a tool; taken when the plan is accepted, so that replay needs no registry. */
export type ToolPolicy = {
  readonly effects: "none" | "read" | "write";
  readonly idempotent: boolean;
  /** Null leaves it to the run's settings. */
  readonly timeoutMs: number | null;
  /** What the tool's durations make of the timeout, where enough of them are known. */
  readonly adaptiveMs?: number;
  /** Whether that counts for subtasks that do not say. */
  readonly adaptsTimeout: boolean;
  /** Whether a person must say yes to each call. */
  readonly approval: boolean;
  /** What one call costs, whatever comes of it. */
  readonly costUsd: number;
  /** Whether all runs of the process are asked before each call: see `base/admission.ts`. */
  readonly needsAdmission: boolean;
  /** Null where neither plan nor tool say. */
  readonly retry: RetryPolicy | null;
};

/** A checked plan with all that running it needs. */
export type AcceptedPlan = {
  readonly revision: number;
  readonly plan: Plan;
  /** Values of the plan's inputs, defaults applied. */
  readonly inputs: JsonObject;
  /** Policy of every tool that the plan names, fallbacks too. */
  readonly tools: { readonly [name: string]: ToolPolicy };
  /** Expected milliseconds of one attempt, per subtask in plan order; null where unknown. */
  readonly expectedMs: readonly (number | null)[];
};

/** With what whoever asked wants of the answer. */
export function withWanted(accepted: AcceptedPlan, wanted: Accept | undefined): AcceptedPlan {
  if (wanted === undefined) return accepted;
  const { plan } = accepted;
  return { ...accepted, plan: { ...plan, accept: joinAccept(plan.accept, wanted) } };
}
