/**
 * The only place where state changes: one event in, the state after it.
 */

import { forgetAdmissions } from "./admission.ts";
import { adoptPlan, recount } from "./adoption.ts";
import { evolveDependents } from "./dependencies.ts";
import { extendDraft } from "./draft.ts";
import type { RunEvent } from "./event.ts";
import { collectItems, dropItems, expandItems, keepForLoops, reopenParents } from "./items.ts";
import { beginJoins, evolveJoin, noteBegun, recountJoinsBelow, restartJoins } from "./join.ts";
import { evolveEvaluatedOutput, evolveKeptOutput, evolveProducedOutput } from "./judged-output.ts";
import { evolveLifecycle } from "./lifecycle.ts";
import { evolveNotifications } from "./notifications.ts";
import { noteDecision, noteQuestion } from "./open-approvals.ts";
import { indexOfSubtask, isPlanned, policyOf, programOf } from "./program.ts";
import { evolveQuestions } from "./questions.ts";
import { awaitsPlan, queueAgain } from "./queue.ts";
import { addReady, removeReady } from "./ready.ts";
import { evolveChecked, evolveEnded, evolveProduced } from "./refine.ts";
import { resetSubtasks } from "./restart.ts";
import { evolveReview, isReviewed } from "./review.ts";
import { changesOf, DEFAULT_SETTINGS, type SettingChanges } from "./settings.ts";
import { evolveSlots } from "./slots.ts";
import { initialState, type RunState, type SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";
import { restartTotals } from "./timeout.ts";
import { RUN_TABLE, SUBTASK_TABLE } from "./transitions.ts";
import { evolveUsage, overBudgetBy } from "./usage.ts";

/**
 * Follow one event, which must be the run's next.
 * @throws {Error} for an event that cannot happen in this state: a bug, or a damaged journal
 */
export function evolve(state: RunState, event: RunEvent): void {
  if (event.seq !== state.seq + 1) {
    throw new Error(`Event ${event.seq} of ${event.runId} does not follow ${state.seq}.`);
  }
  state.seq = event.seq;
  const wasHeld = state.review.replanning !== null;
  // First: whether a plan is about to become another decides who may wait for a turn.
  evolveReview(state.review, event);
  if ("subtask" in event) evolveSubtask(state, event);
  else evolveRun(state, event);
  // What waited for a revision goes on without one.
  if (wasHeld && event.type === "subtask.resolved") recount(state);
  evolveSlots(state.slots, event);
  evolveLifecycle(state.lifecycle, event);
  evolveQuestions(state.questions, event);
  evolveUsage(state.usage, event);
  evolveNotifications(state.notifications, event);
}

/** The state after all events of a run, from its first. */
export function fold(runId: string, events: Iterable<RunEvent>): RunState {
  const state = initialState(runId);
  for (const event of events) evolve(state, event);
  return state;
}

type SubtaskEvent = Extract<RunEvent, { readonly subtask: string }>;
type RunOnlyEvent = Exclude<RunEvent, SubtaskEvent>;

function evolveRun(state: RunState, event: RunOnlyEvent): void {
  if (!isAside(event)) {
    const next = RUN_TABLE[state.status][event.type];
    if (next === undefined) throw impossible(event, `a run that is ${state.status}`);
    if (next === "resumed") state.status = statusAfterResume(state);
    else if (next !== "completed") state.status = next;
  }
  switch (event.type) {
    case "run.started":
      state.goal = event.goal;
      state.settings = { ...DEFAULT_SETTINGS, ...event.settings };
      state.planner = event.planner;
      state.startedAt = event.at;
      break;
    case "plan.drafted":
      adoptPlan(state, extendDraft(state.accepted, event.added));
      beginJoins(state, event.at);
      break;
    case "plan.accepted":
    case "plan.revised":
      adoptPlan(state, event.accepted);
      beginJoins(state, event.at);
      break;
    case "run.completed":
      state.status = event.status;
      state.reason = event.reason;
      state.output = event.output;
      state.largeOutput = event.largeOutput ?? null;
      state.largeFields = event.largeFields ?? null;
      state.flags = [...event.flags];
      state.error = event.error;
      state.finishedAt = event.at;
      break;
    case "questions.asked":
      state.reason = "questions";
      break;
    case "questions.answered":
      state.reason = null;
      break;
    case "run.waiting":
      state.reason = event.reason;
      break;
    case "run.resumed":
      if (state.status !== "waiting") state.reason = null;
      forgetAdmissions(state);
      if (state.overBudget === "day") state.overBudget = null;
      restartTotals(state, event.at);
      restartJoins(state, event.at);
      changeSettings(state, changesOf(event));
      break;
    case "run.reopened":
      changeSettings(state, changesOf(event));
      state.overBudget = null;
      Object.assign(state, {
        reason: null,
        output: null,
        largeOutput: null,
        largeFields: null,
        flags: [],
        error: null,
        finishedAt: null,
      });
      break;
    case "budget.low":
      state.isBudgetLow = true;
      break;
    case "subtasks.reset":
      resetSubtasks(state, event.subtasks, event.keeping);
      beginJoins(state, event.at);
      break;
    case "replan.requested":
      holdWrites(state);
      break;
    case "replan.ended":
      recount(state);
      break;
    case "evaluation.decided":
      state.reason = null;
      break;
    case "evaluation.requested":
    case "evaluation.completed":
    case "answer.ignored":
    case "plan.rejected":
    case "breaker.opened":
    case "breaker.closed":
    case "dead_letters.threshold_reached":
    case "notification.delivered":
    case "notification.failed":
    case "pause.requested":
    case "run.paused":
    case "run.cancelled":
      break;
    default:
      event satisfies never;
  }
}

/** What is noted about a run and changes nothing of how it stands. */
type AsideEvent = Extract<
  RunEvent,
  {
    readonly type:
      | "pause.requested"
      | "subtasks.reset"
      | "budget.low"
      | "dead_letters.threshold_reached"
      | `notification.${string}`
      | `breaker.${string}`
      | `replan.${string}`
      | "evaluation.requested"
      | "evaluation.completed"
      | "answer.ignored";
  }
>;

function isAside(event: RunOnlyEvent): event is AsideEvent {
  return (
    event.type === "pause.requested" ||
    event.type === "subtasks.reset" ||
    event.type === "budget.low" ||
    event.type === "dead_letters.threshold_reached" ||
    event.type === "replan.requested" ||
    event.type === "replan.ended" ||
    event.type === "evaluation.requested" ||
    event.type === "evaluation.completed" ||
    event.type === "answer.ignored" ||
    event.type === "notification.delivered" ||
    event.type === "notification.failed" ||
    event.type === "breaker.opened" ||
    event.type === "breaker.closed"
  );
}

/** What changes the world and has not begun waits for the revision, and holds nothing meanwhile. */
function holdWrites(state: RunState): void {
  for (const [index, subtask] of state.subtasks.entries()) {
    const hasBegun = subtask.status !== "pending" && subtask.status !== "waiting";
    if (hasBegun || isReviewed(subtask) || !awaitsPlan(state, index)) continue;
    removeReady(state, index);
    subtask.admission = null;
  }
}

function changeSettings(state: RunState, changes: SettingChanges): void {
  state.settings = { ...state.settings, ...changes };
  if (changes.budget === undefined) return;
  state.overBudget = null;
  state.isBudgetLow = false;
}

function statusAfterResume(state: RunState): RunState["status"] {
  if (state.questions.open.length > 0) return "waiting";
  return isPlanned(state) ? "running" : "planning";
}

function evolveSubtask(state: RunState, event: SubtaskEvent): void {
  const index = indexOfSubtask(state, event.subtask);
  const subtask = state.subtasks[index] as SubtaskState;
  if (isRecord(event)) return evolveRecord(state, subtask, event);
  const next = SUBTASK_TABLE[subtask.status][event.type];
  if (next === undefined) throw impossible(event, `${event.subtask}, which is ${subtask.status}`);
  const wasFinal = isFinal(subtask.status);
  subtask.status = next;
  removeReady(state, index);
  switch (event.type) {
    case "items.expanded":
      subtask.startedAt ??= event.at;
      expandItems(state, index, event.count);
      noteBegun(state, index, event.at);
      break;
    case "items.collected":
      Object.assign(subtask, collectItems(state, index));
      subtask.error = null;
      break;
    case "join.closed":
      evolveJoin(state, index, event);
      break;
    case "iteration.produced":
      evolveProduced(state, index, event);
      break;
    case "iteration.checked":
      evolveChecked(state, index, event);
      break;
    case "iterations.ended":
      evolveEnded(subtask, event);
      break;
    case "output.produced":
      evolveProducedOutput(state, subtask, event);
      break;
    case "output.evaluated":
      evolveEvaluatedOutput(state, subtask, event);
      break;
    case "output.kept":
      evolveKeptOutput(subtask);
      break;
    case "route.decided":
      subtask.branch = event.branch;
      break;
    case "attempt.started":
      noteBegun(state, index, event.at);
      subtask.hasWritten ||= policyOf(programOf(state), subtask, index).effects === "write";
      subtask.retryAt = null;
      subtask.admission = null;
      subtask.attempts = event.attempt;
      subtask.effectKey = event.effectKey ?? null;
      subtask.startedAt ??= event.at;
      subtask.begunAt ??= event.at;
      break;
    case "attempt.failed":
      state.overBudget = overBudgetBy(event.error) ?? state.overBudget;
      subtask.error = event.error;
      // Who could not pay has not failed.
      if (overBudgetBy(event.error) === undefined) subtask.failures += 1;
      subtask.retryAt = event.retryAt ?? null;
      break;
    case "approval.requested":
      noteQuestion(subtask, event);
      break;
    case "approval.decided":
      noteDecision(subtask, event);
      if (event.decision === "approved") queueAgain(state, index);
      break;
    case "admission.requested":
      subtask.admission = "requested";
      subtask.admissionRequest = event.seq;
      noteBegun(state, index, event.at);
      subtask.begunAt ??= event.at;
      break;
    case "admission.delayed":
      subtask.admission = "delayed";
      break;
    case "admission.granted":
      subtask.admission = "granted";
      addReady(state, index);
      break;
    case "retry.due":
      subtask.retryAt = null;
      queueAgain(state, index);
      break;
    case "fallback.chosen":
      subtask.failures = 0;
      subtask.admission = null;
      subtask.usesFallback = true;
      queueAgain(state, index);
      break;
    case "attempt.uncertain":
      subtask.error = null;
      if (event.rerun) queueAgain(state, index);
      break;
    case "attempt.cancelled":
      // What the one before has said is not said of this one.
      subtask.error = null;
      break;
    case "subtask.succeeded":
      subtask.output = event.output;
      subtask.largeOutput = event.largeOutput ?? null;
      subtask.error = null;
      break;
    case "subtask.resolved":
      keepForLoops(state, index);
      subtask.isResolved = true;
      subtask.output = event.output;
      subtask.largeOutput = null;
      subtask.reason = null;
      subtask.error = null;
      subtask.finishedAt = event.at;
      noteResolved(state, index);
      break;
    case "subtask.failed":
      subtask.reason = event.reason;
      subtask.error = event.error;
      break;
    case "subtask.skipped":
      subtask.reason = event.reason;
      subtask.cause = event.cause ?? null;
      subtask.error = event.error ?? null;
      break;
    case "subtask.cancelled":
      subtask.reason = event.reason;
      break;
    default:
      event satisfies never;
  }
  if (isFinal(next) && !wasFinal) finishSubtask(state, index, event.at);
}

/** What is noted about a subtask, and does not change its status. */
type RecordEvent = Extract<
  SubtaskEvent,
  { readonly type: `dead_letter.${string}` | "route.shifted" }
>;

function isRecord(event: SubtaskEvent): event is RecordEvent {
  const { type } = event;
  return (
    type === "dead_letter.added" || type === "dead_letter.resolved" || type === "route.shifted"
  );
}

function evolveRecord(state: RunState, subtask: SubtaskState, { type }: RecordEvent): void {
  if (type === "route.shifted") return;
  const isDeadLetter = type === "dead_letter.added";
  state.openDeadLetters += Number(isDeadLetter) - Number(subtask.isDeadLetter);
  subtask.isDeadLetter = isDeadLetter;
}

function finishSubtask(state: RunState, index: number, at: number): void {
  const subtask = state.subtasks[index] as SubtaskState;
  subtask.retryAt = null;
  subtask.admission = null;
  if (subtask.review !== null) subtask.review = { ...subtask.review, phase: "ended" };
  subtask.finishedAt = at;
  dropItems(state, index, at);
  evolveDependents(state, index);
}

/** What it came to counts: among the items that it is one of, or for who joins it. */
function noteResolved(state: RunState, index: number): void {
  if (state.subtasks[index]?.item === null) return recountJoinsBelow(state, index);
  reopenParents(state, index);
  recount(state);
}

function impossible(event: RunEvent, where: string): Error {
  return new Error(
    `${event.type} (event ${event.seq} of ${event.runId}) cannot happen to ${where}.`,
  );
}
