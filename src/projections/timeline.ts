/** The events of a run as lines for people: what happened when. */

import { renderBytes } from "../base/bytes.ts";
import { type Counts, totalOf } from "../base/distribution-shift.ts";
import { renderDuration } from "../base/duration.ts";
import type { RunEvent } from "../executor/core/event.ts";
import type { KeptOutput } from "../executor/core/large-value.ts";
import { findSubtask } from "../executor/core/program.ts";
import type { RunState, SubtaskState } from "../executor/core/state.ts";
import { compilePlan } from "../plan/compile.ts";
import { runReasonText, subtaskReasonText } from "./reasons.ts";
import { isReviewEvent, reviewDetail, reviewLine } from "./review-text.ts";

export type TimelineEntry = {
  /** Milliseconds since the run's first event. */
  readonly offsetMs: number;
  readonly type: RunEvent["type"];
  /** Null for events of the whole run. */
  readonly subtask: string | null;
  /** What distinguishes the event, in a few words; may be empty. */
  readonly detail: string;
};

function outputText({ output, largeOutput }: KeptOutput): string {
  return largeOutput ? `${renderBytes(largeOutput.bytes)} of JSON` : JSON.stringify(output);
}

const DOWN = "its tool fails, and nobody asks it for a while";

/** @param events of one run, in order */
export function timelineOf(events: readonly RunEvent[]): TimelineEntry[] {
  const startedAt = events[0]?.at ?? 0;
  return events.map((event) => ({
    offsetMs: event.at - startedAt,
    type: event.type,
    subtask: "subtask" in event ? event.subtask : null,
    detail: detailOf(event),
  }));
}

function detailOf(event: RunEvent): string {
  if (isReviewEvent(event)) return reviewDetail(event);
  switch (event.type) {
    case "run.started":
      return event.goal;
    case "plan.drafted":
      return `${count(event.added.plan.subtasks.length, "subtask")} so far`;
    case "plan.accepted": {
      const { revision, plan } = event.accepted;
      return `revision ${revision}, ${count(plan.subtasks.length, "subtask")}`;
    }
    case "plan.rejected":
    case "subtask.failed":
      return event.error.message;
    case "attempt.started":
      return event.attempt === 1 ? event.tool : `${event.tool}, attempt ${event.attempt}`;
    case "attempt.failed":
      return `attempt ${event.attempt}: ${event.error.message}`;
    case "attempt.uncertain":
      return event.rerun ? "it is run again" : "its effect may have happened";
    case "retry.due":
    case "attempt.cancelled":
      return `attempt ${event.attempt}`;
    case "subtask.succeeded":
      return `${outputText(event)}${reuseText(event)}`;
    case "items.expanded":
      return `${event.count} items`;
    case "items.collected":
      return "";
    case "join.closed":
      return joinText(event);
    case "iteration.produced":
      return `iteration ${event.iteration}: ${outputText(event)}`;
    case "iteration.checked":
      return `iteration ${event.iteration}: ${acceptedText(event)}`;
    case "iterations.ended":
      return `iteration ${event.best} stands, ${acceptedText(event)}`;
    case "route.decided":
      return routeText(event);
    case "route.shifted":
      return `${sharesText(event.recent)}; before: ${sharesText(event.past)}`;
    case "subtask.resolved":
      return JSON.stringify(event.output);
    case "subtask.skipped":
      return event.error?.message ?? subtaskReasonText(event.reason, event.cause ?? null);
    case "subtask.cancelled":
    case "dead_letter.added":
      return subtaskReasonText(event.reason, null);
    case "approval.requested":
      return JSON.stringify(event.input);
    case "approval.decided": {
      const { decision, by, note } = event;
      return note === "" ? `${decision} by ${by}` : `${decision} by ${by}: ${note}`;
    }
    case "fallback.chosen":
    case "admission.requested":
      return event.tool;
    case "admission.granted":
      return "";
    case "admission.delayed":
      return `${DOWN}, asked again ${new Date(event.until).toISOString()}`;
    case "dead_letters.threshold_reached":
      return `${count(event.count, "dead letter")}: ${event.subtasks.join(", ")}`;
    case "notification.delivered":
      return `of event ${event.notification}`;
    case "notification.failed":
      return `of event ${event.notification}: ${event.error.message}`;
    case "budget.low":
      return percent(event.share);
    case "breaker.opened":
    case "breaker.closed":
      return event.circuit;
    case "questions.asked":
      return event.questions.map(({ question }) => question).join(" ");
    case "questions.answered":
      return event.answers.map(({ answer }) => answer).join("; ");
    case "dead_letter.resolved":
      return event.note === "" ? event.resolution : `${event.resolution}: ${event.note}`;
    case "subtasks.reset":
      return event.subtasks.join(", ");
    case "run.reopened":
    case "pause.requested":
      return `by ${event.by}`;
    case "run.cancelled":
      return event.reason === "timeout" ? runReasonText("timeout") : `by ${event.by}`;
    case "run.completed":
      return event.reason === null
        ? event.status
        : `${event.status}: ${event.error?.message ?? runReasonText(event.reason)}`;
    case "run.waiting":
      return runReasonText(event.reason);
    case "run.paused":
    case "run.resumed":
      return "";
    default:
      return event satisfies never;
  }
}

/**
 * A line about an event for whoever follows the run: starts and ends of subtasks, and what
 * happens to the whole run. Most other events give none.
 *
 * @param state the run's state, after the event
 */
export function progressLine(event: RunEvent, state: RunState): string | undefined {
  // Of ten thousand items only those are worth a line that do not go well.
  const isItem = "subtask" in event && event.subtask.endsWith("]");
  return isItem && event.type !== "subtask.failed" ? undefined : lineOf(event, state);
}

function lineOf(event: RunEvent, state: RunState): string | undefined {
  if (event.type === "output.kept") {
    const isPoor = event.isAccepted ? "" : ", not accepted";
    return `succeeded ${event.subtask}${durationOf(state, event)}${isPoor}`;
  }
  if (isReviewEvent(event)) return reviewLine(event);
  switch (event.type) {
    case "run.started":
      return `run ${event.runId}`;
    case "plan.accepted":
      return planLine(event.accepted.plan);
    case "attempt.started":
      return startLine(event, subtaskOf(state, event.subtask)?.refine ?? null);
    case "attempt.failed":
      // An end of the subtask has a line of its own.
      return subtaskOf(state, event.subtask)?.status === "waiting"
        ? `attempt ${event.attempt} of ${event.subtask} failed: ${event.error.message}`
        : undefined;
    case "attempt.uncertain":
      return event.rerun ? `interrupted ${event.subtask}, it is run again` : undefined;
    case "items.expanded":
      return `started ${event.subtask}: ${count(event.count, "item")}`;
    case "items.collected":
    case "iterations.ended":
      return `succeeded ${event.subtask}${durationOf(state, event)}`;
    case "join.closed":
      return event.missing.length === 0 ? undefined : `${event.subtask} goes on ${joinText(event)}`;
    case "iteration.checked":
      return `iteration ${event.iteration} of ${event.subtask} ${acceptedText(event)}`;
    case "route.shifted":
      return `warning: ${event.subtask} lately takes ${sharesText(event.recent)}; before it took ${sharesText(event.past)}`;
    case "route.decided":
      return `${event.subtask} takes the branch ${routeText(event)}`;
    case "subtask.succeeded":
      return `succeeded ${event.subtask}${durationOf(state, event)}${reuseText(event)}`;
    case "subtask.failed":
      return `failed ${event.subtask}${durationOf(state, event)}: ${event.error.message}`;
    case "subtask.skipped":
    case "subtask.cancelled":
      return `${event.type === "subtask.skipped" ? "skipped" : "cancelled"} ${event.subtask}: ${detailOf(event)}`;
    case "admission.delayed":
      return `waiting ${event.subtask}: ${DOWN}`;
    case "subtask.resolved":
      return `resolved ${event.subtask}`;
    case "dead_letters.threshold_reached":
      return `${count(event.count, "dead letter")}, of which somebody wants to hear`;
    case "notification.failed":
      return `nobody could be told: ${event.error.message}`;
    case "budget.low":
      return `${percent(event.share)} of the budget is used`;
    case "breaker.opened":
      return `breaker open: ${event.circuit} fails, nobody asks it for ${renderDuration(event.until - event.at)}`;
    case "breaker.closed":
      return `breaker closed: ${event.circuit} works again`;
    case "run.resumed":
      return "resumed";
    case "run.paused":
      return "paused";
    default:
      return undefined;
  }
}

function startLine(
  { subtask, tool, attempt }: EventOf<"attempt.started">,
  refine: SubtaskState["refine"],
): string {
  if (refine?.phase === "check") return `checking ${subtask} (${tool})`;
  const again = attempt === 1 ? "" : `, attempt ${attempt}`;
  return `started ${subtask} (${tool}${refine === null ? again : `, iteration ${refine.iteration}`})`;
}

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

function joinText({ missing, reason }: EventOf<"join.closed">): string {
  if (missing.length === 0) return "with all that it waits for";
  const why = reason === "deadline" ? ", for the time is up" : "";
  return `without ${missing.join(", ")}${why}`;
}

function acceptedText({
  isAccepted,
  score,
}: EventOf<"iteration.checked" | "iterations.ended">): string {
  return `${isAccepted ? "accepted" : "not accepted"}, score ${round(score)}`;
}

function routeText({ branch, label, confidence, instead }: EventOf<"route.decided">): string {
  const sure = confidence === null ? "" : `, confidence ${round(confidence)}`;
  if (instead === undefined) return `${branch}${sure}`;
  if (label === null) return `${branch}: no other was named${sure}`;
  const why = instead === "low_confidence" ? "less sure than it must be of" : "it has no branch";
  return `${branch}: ${why} ${JSON.stringify(label)}${sure}`;
}

/** `billing 80 %, human 20 %`, most often first. */
function sharesText(counts: Counts): string {
  const total = totalOf(counts);
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([branch, taken]) => `${branch} ${Math.round((100 * taken) / total)} %`)
    .join(", ");
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function planLine(plan: Parameters<typeof compilePlan>[0]): string {
  const { batches } = compilePlan(plan).graph;
  return `plan: ${count(plan.subtasks.length, "subtask")} in ${count(batches.length, "batch", "batches")}`;
}

function durationOf(state: RunState, event: { readonly subtask: string; readonly at: number }) {
  const startedAt = subtaskOf(state, event.subtask)?.startedAt ?? null;
  return startedAt === null ? "" : ` in ${renderDuration(event.at - startedAt)}`;
}

function subtaskOf(state: RunState, id: string): SubtaskState | undefined {
  return state.subtasks[findSubtask(state, id)];
}

function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** Whose effect it is, where nothing was done because it had happened before. */
function reuseText({ reused }: Extract<RunEvent, { readonly type: "subtask.succeeded" }>): string {
  return reused === undefined ? "" : `, as ${reused.subtask} of ${reused.runId} had done it`;
}
