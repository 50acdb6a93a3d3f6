/** What a plan says of its own steps: so many attempts at once, over all runs of the plan in this process. */

import { createHash } from "node:crypto";
import type { AdmissionPolicy } from "../../base/admission.ts";
import { canonicalJson, type Json } from "../../base/json.ts";
import type { Plan } from "../../plan/schema.ts";
import { indexOfSubtask, planned, programOf } from "../core/program.ts";
import type { RunState, SubtaskState } from "../core/state.ts";

/** The limit as a resource pool of its own: one unit for each attempt. */
export type StepLimit = { readonly pool: string; readonly capacity: number };

const UNLIMITED: AdmissionPolicy = { concurrency: null, rate: null, breaker: null, uses: {} };

/** Undefined for a subtask that says nothing. */
export function stepLimitOf(state: RunState, subtask: string): StepLimit | undefined {
  const program = programOf(state);
  const { plan } = program.accepted;
  const index = indexOfSubtask(state, subtask);
  const { id, concurrency } = planned(program, state.subtasks[index] as SubtaskState, index);
  if (concurrency === undefined) return undefined;
  return { pool: `step ${id} of ${digestOf(plan)}`, capacity: concurrency };
}

/** What a call of the subtask needs: what its tool needs, and a unit of the step's own. */
export function withStepLimit(
  limit: StepLimit | undefined,
  policy: AdmissionPolicy = UNLIMITED,
): AdmissionPolicy {
  return limit === undefined ? policy : { ...policy, uses: { ...policy.uses, [limit.pool]: 1 } };
}

const digests = new WeakMap<Plan, string>();

/** Equal for equal plans: runs that are resumed have copies. */
function digestOf(plan: Plan): string {
  let digest = digests.get(plan);
  if (digest === undefined) {
    digest = createHash("sha256")
      .update(canonicalJson(plan as unknown as Json))
      .digest("hex");
    digests.set(plan, digest);
  }
  return digest;
}
