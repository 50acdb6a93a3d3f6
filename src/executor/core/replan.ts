/** When a run is planned anew, and what becomes of the answer: see `review.ts`. */

import type { ErrorData } from "../../base/errors.ts";
import { checkRevision } from "../../plan/check-revision.ts";
import type { Evaluation, ReplanTrigger } from "../../plan/evaluation.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import { keptSubtasks } from "./adoption.ts";
import type { ModelCallUsage } from "./consumption.ts";
import { feedbackFor, isFixed } from "./feedback.ts";
import { idOfSubtask, isPlanned, planIndexOf, programOf } from "./program.ts";
import type { ReplanCause, ReplanEnd } from "./review-event.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { replaceUnwanted } from "./stop.ts";
import { emit, type Turn } from "./turn.ts";
import { overBudgetBy } from "./usage.ts";

/** Whether another revision may be asked for, or the one that is on its way may be told more. */
export function mayReplan(state: RunState): boolean {
  const { review, settings, lifecycle, overBudget } = state;
  if (!isPlanned(state) || lifecycle.stopping !== null || overBudget !== null) return false;
  if (review.replanning !== null) return true;
  return review.ended === null && review.replans < settings.review.maxReplans;
}

type Reason = {
  readonly trigger: ReplanTrigger;
  readonly causes: readonly ReplanCause[];
  readonly blame: readonly string[];
};

/** Ask for a revision; with what was known before, where one is on its way already. */
export function requestReplan(turn: Turn, { trigger, causes, blame }: Reason): void {
  const { state } = turn;
  const { replanning, replans } = state.review;
  const { hasStrongerPlanner, maxReplans } = state.settings.review;
  const number = replanning === null ? replans + 1 : replans;
  emit(turn, {
    type: "replan.requested",
    revision: (state.accepted?.revision ?? 0) + 1,
    trigger,
    causes: [...(replanning?.causes ?? []), ...causes],
    blame: [...new Set([...(replanning?.blame ?? []), ...blame])],
    isStronger: hasStrongerPlanner && (number > 1 || number === maxReplans),
  });
}

/** Required subtasks that have failed in this turn: there may be another way. */
export function replanFailures(turn: Turn): void {
  const { state, failed } = turn;
  if (failed.length === 0) return;
  const hopeful = failed.filter((index) => mayBeReplaced(state.subtasks[index]));
  failed.length = 0;
  if (hopeful.length === 0 || !mayReplan(state) || hasOpenEffect(state)) return;
  const causes = hopeful.map((index) => causeOf(state, index));
  const isMissing = hopeful.every((index) => state.subtasks[index]?.error?.code === "tool.unknown");
  const trigger = isMissing ? "tool_missing" : "subtask_failed";
  requestReplan(turn, { trigger, causes, blame: causes.map(({ subtask }) => subtask) });
}

/** What a person said no to, or must decide about, is not planned around. */
function mayBeReplaced(subtask: SubtaskState | undefined): boolean {
  const { status, reason } = subtask ?? {};
  return status === "failed" && (reason === "failed" || reason === "item_failed");
}

/** Whether a person must say first if something has happened. */
function hasOpenEffect(state: RunState): boolean {
  const program = programOf(state);
  return state.subtasks.some(
    ({ status, items }, index) =>
      status === "failed" && items === null && isFixed(state, program, index),
  );
}

function causeOf(state: RunState, index: number): { subtask: string; message: string } {
  const { error } = state.subtasks[index] as SubtaskState;
  return { subtask: idOfSubtask(state, index), message: error?.message ?? "It failed." };
}

/** What was judged too poor. @param subtask null for the output of the whole run */
export function replanPoor(turn: Turn, subtask: number | null, evaluation: Evaluation): void {
  const { state } = turn;
  const at =
    subtask === null ? null : planIndexOf(state.subtasks[subtask] as SubtaskState, subtask);
  const own = at === null ? [] : [programOf(state).compiled.graph.ids[at] ?? ""];
  const whose = subtask === null ? null : idOfSubtask(state, subtask);
  const causes = evaluation.reasons.map((message) => ({ subtask: whose, message }));
  requestReplan(turn, {
    trigger: "low_score",
    causes,
    blame: evaluation.blame.length > 0 ? evaluation.blame : own,
  });
}

type Answer = { readonly request: number; readonly usage?: ModelCallUsage };

/** The planner's revision. @returns whether the run goes on with it */
export function adoptRevision(turn: Turn, answer: Answer & { accepted: AcceptedPlan }): boolean {
  const { state } = turn;
  const { accepted, request, usage } = answer;
  if (!isAwaited(state, request)) {
    ignore(turn, usage);
    return false;
  }
  const kept = keptSubtasks(state, accepted);
  if (isSame(state, accepted, kept) || breaksRules(state, accepted)) {
    endReplanning(turn, "no_progress", { ...(usage && { usage }) });
    return false;
  }
  replaceUnwanted(turn, kept);
  const { ids } = programOf(state).compiled.graph;
  const names = kept.filter((index) => index !== -1).map((index) => ids[index] ?? "");
  emit(turn, { type: "plan.revised", accepted, kept: names, ...(usage && { usage }) });
  return true;
}

/** There is no revision. */
export function failRevision(turn: Turn, answer: Answer & { error: ErrorData }): boolean {
  const { request, error, usage } = answer;
  if (!isAwaited(turn.state, request)) {
    ignore(turn, usage);
    return false;
  }
  const reason = overBudgetBy(error) === undefined ? "failed" : "budget";
  endReplanning(turn, reason, { error, ...(usage && { usage }) });
  return true;
}

export function endReplanning(
  turn: Turn,
  reason: ReplanEnd,
  more: { readonly error?: ErrorData; readonly usage?: ModelCallUsage } = {},
): void {
  emit(turn, { type: "replan.ended", reason, ...more });
}

/** What nobody waits for any more has cost the same. */
export function ignore(turn: Turn, usage: ModelCallUsage | undefined): void {
  if (usage !== undefined) emit(turn, { type: "answer.ignored", usage });
}

/** A run that stands still, or is about to end, does not change; when it goes on somebody is asked again. */
function isAwaited({ review, lifecycle, status }: RunState, request: number): boolean {
  const isUnderWay = status === "running" && lifecycle.stopping === null;
  return isUnderWay && review.replanning?.request === request;
}

function isSame(state: RunState, { plan }: AcceptedPlan, kept: readonly number[]): boolean {
  const present = state.accepted?.plan;
  const isWhole = kept.length === present?.subtasks.length && !kept.includes(-1);
  return isWhole && JSON.stringify(present.output) === JSON.stringify(plan.output);
}

/** The planner has checked it; what has begun since might speak against it. */
function breaksRules(state: RunState, { plan }: AcceptedPlan): boolean {
  const issues = checkRevision(plan, feedbackFor(state, "low_score"));
  return issues.some(({ code }) => code === "plan.drops_effect");
}
