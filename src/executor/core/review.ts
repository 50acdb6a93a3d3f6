/**
 * Review: what comes out is judged, and what is poor is planned anew.
 *
 * Q1. What a subtask gives that the plan says something about is judged before anything depends
 *     on it; what the run gives, when all subtasks have ended.
 * Q2. While the planner is asked for a revision nothing starts that changes the world.
 * Q3. A revision takes the place of the plan as a whole (A1 in `adoption.ts`); what it does not
 *     keep is cancelled before.
 * Q4. There are at most `maxReplans`; one that changes nothing, or two that bring nothing better,
 *     are the last. The best that was judged is the result.
 * Q5. An answer is for the request that it names; any other is ignored, but for what it has used.
 */

import type { Evaluation, ReplanTrigger } from "../../plan/evaluation.ts";
import type { RunEvent } from "./event.ts";
import type { KeptOutput } from "./large-value.ts";
import type { QualityFlag } from "./quality-flag.ts";
import type { ReplanCause, ReplanEnd } from "./review-event.ts";

/** Something judged, with what it is. */
export type Judged = {
  readonly revision: number;
  readonly kept: KeptOutput;
  readonly flags: readonly QualityFlag[];
  readonly evaluation: Evaluation;
};

/** The review of a subtask's output. */
export type SubtaskReview = {
  /** `seq` of the event with which its output came. */
  readonly request: number;
  readonly phase: "evaluating" | "judged" | "ended";
  readonly revision: number;
  readonly candidate: KeptOutput;
  /** Of the candidate; null until there is one. */
  readonly evaluation: Evaluation | null;
  /** The best that it gave in any revision. */
  readonly best: Omit<Judged, "flags"> | null;
};

/** An evaluation as it is told of. */
export type EvaluationRecord = {
  readonly revision: number;
  /** Null for the output of the whole run. */
  readonly subtask: string | null;
  readonly evaluation: Evaluation;
};

export type ReviewState = {
  /** What is, or was, judged of the present revision. */
  candidate: { readonly kept: KeptOutput; readonly flags: readonly QualityFlag[] } | null;
  /** `seq` of the event that asked for the evaluation that is under way. */
  evaluating: number | null;
  /** Of the candidate. */
  evaluation: Evaluation | null;
  best: Judged | null;
  replanning: {
    /** `seq` of the event that asked last. */
    readonly request: number;
    readonly trigger: ReplanTrigger;
    readonly causes: readonly ReplanCause[];
    readonly blame: readonly string[];
    readonly isStronger: boolean;
  } | null;
  /** Revisions that were asked for. */
  replans: number;
  /** Evaluations in a row that were no better than the best before. */
  misses: number;
  /** Why there will be no further revision; null while there may be one. */
  ended: ReplanEnd | null;
  decision: { readonly decision: "accepted" | "rejected"; readonly by: string } | null;
  /** Of the run and of subtasks of the plan, oldest first. */
  evaluations: EvaluationRecord[];
};

export function initialReview(): ReviewState {
  return {
    candidate: null,
    evaluating: null,
    evaluation: null,
    best: null,
    replanning: null,
    replans: 0,
    misses: 0,
    ended: null,
    decision: null,
    evaluations: [],
  };
}

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** The part of `evolve` that is the run's own. */
export function evolveReview(review: ReviewState, event: RunEvent): void {
  switch (event.type) {
    case "evaluation.requested": {
      const { output, largeOutput, largeFields, flags } = event;
      const kept = {
        output,
        ...(largeOutput && { largeOutput }),
        ...(largeFields && { largeFields }),
      };
      Object.assign(review, { candidate: { kept, flags }, evaluating: event.seq });
      break;
    }
    case "evaluation.completed":
      evolveJudged(review, event);
      break;
    case "evaluation.decided": {
      const { decision, by } = event;
      review.decision = { decision, by };
      break;
    }
    case "replan.requested": {
      const { trigger, causes, blame, isStronger } = event;
      if (review.replanning === null) review.replans += 1;
      review.replanning = { request: event.seq, trigger, causes, blame, isStronger };
      break;
    }
    case "plan.revised":
      Object.assign(review, { replanning: null, candidate: null, evaluation: null });
      break;
    case "replan.ended":
      Object.assign(review, { replanning: null, ended: event.reason });
      break;
    case "subtasks.reset":
    case "subtask.resolved":
    case "run.reopened":
      reviewAnew(review);
      break;
    default:
  }
}

function evolveJudged(review: ReviewState, event: EventOf<"evaluation.completed">): void {
  const { evaluation, revision } = event;
  const { kept, flags } = review.candidate ?? { kept: { output: null }, flags: [] };
  const isBetter = isBetterThan(evaluation, review.best?.evaluation);
  // The first is no better than anything.
  if (review.best !== null) review.misses = isBetter ? 0 : review.misses + 1;
  if (isBetter) review.best = { revision, kept, flags, evaluation };
  Object.assign(review, { evaluating: null, evaluation });
  review.evaluations.push({ revision, subtask: null, evaluation });
}

/** Of equals the earlier one stands: it has cost nothing more. */
export function isBetterThan(evaluation: Evaluation, best: Evaluation | undefined): boolean {
  if (best === undefined || evaluation.verdict === "pass") return true;
  return (evaluation.score ?? -1) > (best.score ?? -1);
}

/** Work is done again that was judged: what is said about it counts no more. */
function reviewAnew(review: ReviewState): void {
  const { evaluations } = review;
  Object.assign(review, { ...initialReview(), evaluations });
}

/** Whether somebody is asked about the run, and must answer before it can end. */
export function isUnderReview({ review }: { readonly review: ReviewState }): boolean {
  return review.evaluating !== null || review.replanning !== null;
}

/** Whether its output is being judged, or waits for what follows from that. */
export function isReviewed({ review }: { readonly review: SubtaskReview | null }): boolean {
  return review !== null && review.phase !== "ended";
}
