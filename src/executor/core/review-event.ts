/** Events about what was judged, and planned anew: see `review.ts`. */

import type { ErrorData } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import type { Evaluation, ReplanTrigger } from "../../plan/evaluation.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import type { ModelCallUsage } from "./consumption.ts";
import type { EffectOwner } from "./effect-owner.ts";
import type { LargeValue } from "./large-value.ts";
import type { QualityFlag } from "./quality-flag.ts";

/** What is wrong, and where; `subtask` is null for the whole. */
export type ReplanCause = { readonly subtask: string | null; readonly message: string };

/** Why a run is planned anew no more. */
export type ReplanEnd =
  /** The revision was the plan that there is already, or two in a row brought nothing better. */
  | "no_progress"
  /** No revision could be made. */
  | "failed"
  /** The budget does not allow to ask for one. */
  | "budget";

export type ReviewEvent =
  /** Its attempt gave something that is judged before anything depends on it. */
  | {
      readonly type: "output.produced";
      readonly subtask: string;
      readonly attempt: number;
      /** Null where it is large. */
      readonly output: Json;
      readonly largeOutput?: LargeValue;
      readonly reused?: EffectOwner;
      readonly effectKey?: string;
      readonly usage?: ModelCallUsage;
    }
  | {
      readonly type: "output.evaluated";
      readonly subtask: string;
      readonly evaluation: Evaluation;
      readonly usage?: ModelCallUsage;
    }
  /** There is no further try: the best that it gave is its output. */
  | { readonly type: "output.kept"; readonly subtask: string; readonly isAccepted: boolean }
  /** All subtasks have ended, and what came out is judged. */
  | {
      readonly type: "evaluation.requested";
      readonly revision: number;
      /** As in `run.completed`. */
      readonly output: Json;
      readonly largeOutput?: LargeValue;
      readonly largeFields?: Readonly<Record<string, LargeValue>>;
      readonly flags: readonly QualityFlag[];
    }
  | {
      readonly type: "evaluation.completed";
      readonly revision: number;
      readonly evaluation: Evaluation;
      readonly usage?: ModelCallUsage;
    }
  /** A person has looked at what was judged too poor. */
  | {
      readonly type: "evaluation.decided";
      /** Of what was looked at. */
      readonly revision: number;
      readonly score: number | null;
      readonly decision: "accepted" | "rejected";
      readonly by: string;
      readonly note: string;
    }
  /** The planner is asked for another revision; once more, if more went wrong before it answered. */
  | {
      readonly type: "replan.requested";
      /** That it shall have. */
      readonly revision: number;
      readonly trigger: ReplanTrigger;
      readonly causes: readonly ReplanCause[];
      /** Ids of the subtasks that are to blame. */
      readonly blame: readonly string[];
      /** Whether a stronger model is asked. */
      readonly isStronger: boolean;
    }
  /** Another plan takes the place of the one before; what is the same in it keeps its results. */
  | {
      readonly type: "plan.revised";
      readonly accepted: AcceptedPlan;
      /** Ids of the subtasks that go on as they are. */
      readonly kept: readonly string[];
      readonly usage?: ModelCallUsage;
    }
  /** The run goes on with the plan that it has. */
  | {
      readonly type: "replan.ended";
      readonly reason: ReplanEnd;
      readonly error?: ErrorData;
      readonly usage?: ModelCallUsage;
    }
  /** An answer came for which nobody waits any more; what it has used counts. */
  | { readonly type: "answer.ignored"; readonly usage: ModelCallUsage };
