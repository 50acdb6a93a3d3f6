/** What was judged and planned anew, as lines for people. */

import type { RunEvent } from "../executor/core/event.ts";
import type { ReplanEnd, ReviewEvent } from "../executor/core/review-event.ts";
import type { Evaluation, ReplanTrigger } from "../plan/evaluation.ts";

const TRIGGERS: Readonly<Record<ReplanTrigger, string>> = {
  low_score: "what came out is too poor",
  subtask_failed: "a subtask has failed",
  nothing_to_do: "nothing was left to do",
  tool_missing: "a tool is not there any more",
};

const ENDS: Readonly<Record<ReplanEnd, string>> = {
  no_progress: "nothing better came of it",
  failed: "there is no other plan",
  budget: "the budget does not allow it",
};

const REVIEW_TYPES: ReadonlySet<string> = new Set<ReviewEvent["type"]>([
  "output.produced",
  "output.evaluated",
  "output.kept",
  "evaluation.requested",
  "evaluation.completed",
  "evaluation.decided",
  "replan.requested",
  "plan.revised",
  "replan.ended",
  "answer.ignored",
]);

type EventOf<T extends ReviewEvent["type"]> = Extract<RunEvent, { readonly type: T }>;
type StoredReviewEvent = EventOf<ReviewEvent["type"]>;

export function isReviewEvent(event: RunEvent): event is StoredReviewEvent {
  return REVIEW_TYPES.has(event.type);
}

/** `failed, score 0.45 of 0.7: it names no source` */
export function evaluationText(evaluation: Evaluation): string {
  const { verdict, score, threshold, reasons, flags } = evaluation;
  if (verdict === "none") {
    const [flag] = flags;
    return flag === undefined ? "not judged" : `not judged: ${flag.message}`;
  }
  const points = score === null ? "" : `, score ${score.toFixed(2)} of ${threshold}`;
  if (verdict === "pass") return `passed${points}`;
  const [reason = ""] = reasons;
  return `failed${points}${reason === "" ? "" : `: ${reason}`}`;
}

/** Why a plan was to be revised. */
export function triggerText(trigger: ReplanTrigger): string {
  return TRIGGERS[trigger];
}

/** Why no further revision came. */
export function endText({ reason, message }: { reason: ReplanEnd; message?: string }): string {
  return message ?? ENDS[reason];
}

/** What a person said about an output that was judged. */
export function decisionText({
  decision,
  by,
  note,
}: Pick<EventOf<"evaluation.decided">, "decision" | "by" | "note">): string {
  return note === "" ? `${decision} by ${by}` : `${decision} by ${by}: ${note}`;
}

/** What distinguishes the event, in a few words; may be empty. */
export function reviewDetail(event: StoredReviewEvent): string {
  switch (event.type) {
    case "output.produced":
      return `attempt ${event.attempt}`;
    case "output.evaluated":
    case "evaluation.completed":
      return evaluationText(event.evaluation);
    case "output.kept":
      return event.isAccepted ? "accepted" : "the best of what it gave";
    case "evaluation.requested":
      return `revision ${event.revision}`;
    case "evaluation.decided":
      return decisionText(event);
    case "replan.requested": {
      const { trigger, blame, revision } = event;
      const whose = blame.length === 0 ? "" : `; to blame: ${blame.join(", ")}`;
      return `revision ${revision}: ${triggerText(trigger)}${whose}`;
    }
    case "plan.revised": {
      const { revision, plan } = event.accepted;
      const all = plan.subtasks.length;
      return `revision ${revision}, ${event.kept.length} of ${all} subtasks go on as they are`;
    }
    case "replan.ended":
      return endText({
        reason: event.reason,
        ...(event.error && { message: event.error.message }),
      });
    case "answer.ignored":
      return `${event.usage.modelCalls} model calls`;
  }
}

/** A line for whoever follows the run; none for what only the journal must know. */
export function reviewLine(event: StoredReviewEvent): string | undefined {
  switch (event.type) {
    case "output.evaluated":
      return `${event.subtask} ${reviewDetail(event)}`;
    case "evaluation.completed":
      return `revision ${event.revision} ${reviewDetail(event)}`;
    case "evaluation.decided":
      return reviewDetail(event);
    case "replan.requested":
      return `replanning for ${reviewDetail(event)}`;
    case "plan.revised":
      return `replanned: ${reviewDetail(event)}`;
    case "replan.ended":
      return `no further revision: ${reviewDetail(event)}`;
    default:
      return undefined;
  }
}
