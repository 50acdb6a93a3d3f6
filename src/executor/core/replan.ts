/** When a run is planned anew, and what becomes of the answer: see `review.ts`. */

import type { ErrorData } from "../../base/errors.ts";
import { checkRevision } from "../../plan/check-revision.ts";
import { compilePlan } from "../../plan/compile.ts";
import type { Evaluation, ReplanTrigger } from "../../plan/evaluation.ts";
import { isSameRevision } from "../../plan/fingerprint.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import { keptSubtasks } from "./adoption.ts";
import type { ModelCallUsage } from "./consumption.ts";
import { isFixed, standingOf } from "./feedback.ts";
import { withItems } from "./items.ts";
import { idOfSubtask, isPlanned, planIndexOf, programOf } from "./program.ts";
import type { ReplanCause, ReplanEnd } from "./review-event.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { replaceUnwanted } from "./stop.ts";
import { emit, type Turn } from "./turn.ts";
import { overBudgetBy } from "./usage.ts";

/** Whether another revision may be asked for, or is on its way. */
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

/**
 * Ask for a revision. Where one is on its way it is waited for: what has gone wrong since is looked
 * at when it is there, so that the planner is not asked anew for each of many failures.
 */
export function requestReplan(turn: Turn, reason: Reason): void {
  if (turn.state.review.replanning === null) ask(turn, reason);
}

function ask(turn: Turn, { trigger, causes, blame }: Reason): void {
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
  requestReplan(turn, reasonOf(state, hopeful));
}

function reasonOf(state: RunState, failed: readonly number[]): Reason {
  const causes = failed.map((index) => causeOf(state, index));
  const isMissing = failed.every((index) => state.subtasks[index]?.error?.code === "tool.unknown");
  const trigger = isMissing ? "tool_missing" : "subtask_failed";
  return { trigger, causes, blame: causes.map(({ subtask }) => subtask) };
}

/** What a person said no to, or must decide about, is not planned around. */
function mayBeReplaced(subtask: SubtaskState | undefined): boolean {
  const { status, reason } = subtask ?? {};
  return status === "failed" && (reason === "failed" || reason === "item_failed");
}

/** Whether something has failed that no plan may change: of a loop, also one of its items. */
function hasOpenEffect(state: RunState): boolean {
  const program = programOf(state);
  return state.subtasks.some(
    ({ status }, index) =>
      status === "failed" && withItems(state, index).some((one) => isFixed(state, program, one)),
  );
}

function causeOf(state: RunState, index: number): { subtask: string; message: string } {
  const { error } = state.subtasks[index] as SubtaskState;
  return { subtask: idOfSubtask(state, index), message: error?.message ?? "It failed." };
}

/** What was judged too poor. @param subtask null for the output of the whole run */
export function replanPoor(turn: Turn, subtask: number | null, evaluation: Evaluation): void {
  requestReplan(turn, poorReason(turn.state, subtask, evaluation));
}

function poorReason(state: RunState, subtask: number | null, evaluation: Evaluation): Reason {
  const own = subtask === null ? [] : [rootId(state, subtask)];
  const whose = subtask === null ? null : idOfSubtask(state, subtask);
  const causes = evaluation.reasons.map((message) => ({ subtask: whose, message }));
  const blame = evaluation.blame.length > 0 ? evaluation.blame : own;
  return { trigger: "low_score", causes, blame };
}

/** The id of the plan's subtask. */
function rootId(state: RunState, index: number): string {
  const at = planIndexOf(state.subtasks[index] as SubtaskState, index);
  return programOf(state).compiled.graph.ids[at] ?? "";
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
  const used = usage && { usage };
  if (hasOpenEffect(state)) {
    endReplanning(turn, "failed", { ...used });
    return false;
  }
  if (
    isSameRevision(programOf(state).compiled, compilePlan(accepted.plan)) ||
    breaksRules(state, accepted)
  ) {
    endReplanning(turn, "no_progress", { ...used });
    return false;
  }
  const news = troubleSince(state, new Set(kept));
  if (news !== undefined) {
    // It keeps what has gone wrong since it was asked for.
    ignore(turn, usage);
    ask(turn, news);
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

/** What has gone wrong of which the planner was not told, and which its revision keeps. */
function troubleSince(state: RunState, kept: ReadonlySet<number>): Reason | undefined {
  const { causes = [], blame = [] } = state.review.replanning ?? {};
  const told = new Set([...blame, ...causes.flatMap(({ subtask }) => subtask ?? [])].map(rootOf));
  const isNews = (index: number) => {
    const at = planIndexOf(state.subtasks[index] as SubtaskState, index);
    return kept.has(at) && !told.has(rootId(state, index));
  };
  const indices = [...state.subtasks.keys()].filter(isNews);
  const failed = indices.filter(
    (index) => state.subtasks[index]?.item === null && mayBeReplaced(state.subtasks[index]),
  );
  if (failed.length > 0) return reasonOf(state, failed);
  const poor = indices.find((index) => state.subtasks[index]?.review?.phase === "judged");
  const { evaluation = null } = state.subtasks[poor ?? -1]?.review ?? {};
  return poor === undefined || evaluation === null
    ? undefined
    : poorReason(state, poor, evaluation);
}

function rootOf(id: string): string {
  return id.replace(/\[.*/, "");
}

/** The planner has checked it; what has begun since might speak against it. */
function breaksRules(state: RunState, { plan }: AcceptedPlan): boolean {
  const issues = checkRevision(plan, standingOf(state));
  return issues.some(({ code }) => code === "plan.drops_effect");
}
