/** What an input means, given what is true now. Everything here speaks in events. */

import type { ErrorData } from "../../base/errors.ts";
import { withWanted } from "./accepted-plan.ts";
import { delayAdmission, grantAdmission } from "./admit.ts";
import { keptSubtasks } from "./adoption.ts";
import { mayHaveHappened } from "./answer-lost.ts";
import { decideApproval, endApproval, settleApprovals } from "./approval.ts";
import { considerCondition } from "./condition.ts";
import { discardDeadLetter, resolveDeadLetter, retryDeadLetters } from "./dead-letters.ts";
import { growthOf } from "./draft.ts";
import { failSubtask } from "./failure.ts";
import type { AttemptOutcome, RunInput, Timer } from "./input.ts";
import { endJoin } from "./joining.ts";
import { decideEvaluated, decideEvaluation, keepPoorOutputs } from "./judge.ts";
import { findSubtask, idOfSubtask, isPlanned, policyOf, programOf } from "./program.ts";
import { matchAnswers } from "./questions.ts";
import { recoverAttempt, recoverAttempts } from "./recovery.ts";
import { goOn, redo, signatureOf } from "./redo.ts";
import { bestSoFar } from "./refine.ts";
import { adoptRevision, failRevision, ignore } from "./replan.ts";
import { indicesOf, withDependents } from "./restart.ts";
import { chooseFallback, endWait, retryTime } from "./retry.ts";
import { changesOf } from "./settings.ts";
import { settleDependents } from "./settle.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinal, isFinished } from "./status.ts";
import { abandonRunning, cancelSubtask, replaceUnwanted, requestPause, stopRun } from "./stop.ts";
import { succeedAttempt } from "./success.ts";
import { timedOutSubtask, timeoutError } from "./timeout.ts";
import { endTotal } from "./total-timeout.ts";
import { emit, type Turn } from "./turn.ts";
import { overBudgetBy } from "./usage.ts";

export function decide(turn: Turn, input: RunInput): void {
  switch (input.type) {
    case "restart_requested":
      return decideRestart(turn, input);
    case "dead_letters_retried":
      if (retryDeadLetters(turn, input)) considerAdopted(turn);
      return;
    case "dead_letter_resolved":
      if (resolveDeadLetter(turn, input)) considerAdopted(turn);
      return;
    case "dead_letter_discarded":
      return discardDeadLetter(turn, input);
    default:
      if (!isFinished(turn.state.status)) decideUnfinished(turn, input);
  }
}

type LaterInput = Exclude<
  RunInput,
  {
    readonly type:
      | "restart_requested"
      | "dead_letters_retried"
      | "dead_letter_resolved"
      | "dead_letter_discarded";
  }
>;

function decideUnfinished(turn: Turn, input: LaterInput): void {
  switch (input.type) {
    case "start_requested":
      return decideStart(turn, input);
    case "plan_drafted":
      return decidePlanDrafted(turn, input);
    case "plan_made":
      return decidePlanMade(turn, input);
    case "plan_failed":
      return decidePlanFailed(turn, input);
    case "plan_questioned":
      return decideQuestions(turn, input);
    case "questions_answered":
      return decideAnswers(turn, input);
    case "evaluated":
      return decideEvaluated(turn, input);
    case "plan_revised":
      if (adoptRevision(turn, input)) considerAdopted(turn);
      return keepPoorOutputs(turn);
    case "revision_failed":
      failRevision(turn, input);
      return keepPoorOutputs(turn);
    case "answer_ignored":
      return ignore(turn, input.usage);
    case "evaluation_decided":
      return decideEvaluation(turn, input);
    case "attempt_ended":
      return decideAttemptEnded(turn, input.subtask, input.attempt, input.outcome);
    case "timer_rang":
      return decideTimer(turn, input.timer);
    case "admission_granted":
      return grantAdmission(turn, input);
    case "admission_delayed":
      return delayAdmission(turn, input);
    case "breaker_opened":
    case "breaker_closed":
      return noteBreaker(turn, input);
    case "resume_requested":
      return decideResume(turn, input);
    case "interruption_found":
      return decideInterruption(turn);
    case "approval_decided":
      return decideApproval(turn, input);
    case "notification_delivered":
    case "notification_failed":
      return noteNotification(turn, input);
    case "pause_requested":
      return requestPause(turn, input.by);
    case "cancel_requested":
      return stopRun(turn, "requested", input.by);
    default:
      input satisfies never;
  }
}

type Input<T extends RunInput["type"]> = Extract<RunInput, { type: T }>;

function decideStart(turn: Turn, input: Input<"start_requested">): void {
  const { goal, settings, plan, parent } = input;
  if (turn.state.startedAt !== null) return;
  const said = { ...(parent && { parent }), ...signatureOf(input) };
  const started = { type: "run.started", goal, settings, ...said } as const;
  if ("planner" in plan) {
    emit(turn, { ...started, planner: plan.planner });
  } else {
    emit(turn, { ...started, planner: null });
    emit(turn, { type: "plan.accepted", accepted: plan });
    considerReady(turn);
  }
}

function decidePlanDrafted(turn: Turn, { draft }: Input<"plan_drafted">): void {
  const { state } = turn;
  const added = isPlanning(state) ? growthOf(state.accepted, draft) : undefined;
  if (added === undefined) return;
  emit(turn, { type: "plan.drafted", added });
  considerAdopted(turn);
}

function decidePlanMade(turn: Turn, { accepted: made, usage }: Input<"plan_made">): void {
  if (!isPlanning(turn.state)) return;
  const accepted = withWanted(made, turn.state.settings.review.accept);
  replaceUnwanted(turn, keptSubtasks(turn.state, accepted));
  emit(turn, { type: "plan.accepted", accepted, ...(usage && { usage }) });
  // What failed while the planner wrote could not be planned anew before there was a plan.
  for (const [index, { status, item }] of turn.state.subtasks.entries()) {
    if (status === "failed" && item === null) turn.failed.push(index);
  }
  considerAdopted(turn);
}

function decidePlanFailed(turn: Turn, input: Input<"plan_failed">): void {
  // Aborted for the pause; it is asked again.
  if (!isPlanning(turn.state) || turn.state.lifecycle.pausing) return;
  const { error, issues, lastPlan, usage } = input;
  emit(turn, { type: "plan.rejected", error, issues, lastPlan, ...(usage && { usage }) });
  replaceUnwanted(turn, []);
  emit(turn, {
    type: "run.completed",
    status: "failed",
    reason: "planning_failed",
    output: null,
    flags: [],
    error,
  });
}

function decideQuestions(turn: Turn, { questions, usage }: Input<"plan_questioned">): void {
  if (!isPlanning(turn.state)) return;
  replaceUnwanted(turn, []);
  emit(turn, { type: "questions.asked", questions, ...(usage && { usage }) });
}

function decideAnswers(turn: Turn, { answers, by }: Input<"questions_answered">): void {
  const matched = matchAnswers(turn.state.questions, answers);
  if (matched !== undefined) emit(turn, { type: "questions.answered", answers: matched, by });
}

function isPlanning({ status, lifecycle }: RunState): boolean {
  return status === "planning" && lifecycle.stopping === null;
}

function decideAttemptEnded(
  turn: Turn,
  id: string,
  attempt: number,
  outcome: AttemptOutcome,
): void {
  const { state } = turn;
  const index = findSubtask(state, id);
  const subtask = state.subtasks[index];
  if (subtask?.status !== "running" || subtask.attempts !== attempt) return;
  switch (outcome.status) {
    case "ok":
      decideSuccess(turn, index, outcome);
      break;
    case "failed": {
      const { status: _, error, ...more } = outcome;
      failAttempt(turn, index, error, more);
      break;
    }
    case "cancelled":
      emit(turn, { type: "attempt.cancelled", subtask: id, attempt });
      cancelSubtask(turn, index);
      break;
    case "uncertain":
      recoverAttempt(turn, index);
      if (state.lifecycle.stopping !== null) cancelSubtask(turn, index);
      break;
    default:
      outcome satisfies never;
  }
}

function decideSuccess(
  turn: Turn,
  index: number,
  outcome: Extract<AttemptOutcome, { readonly status: "ok" }>,
): void {
  const { state } = turn;
  const error = succeedAttempt(turn, index, outcome);
  if (error !== undefined && state.subtasks[index]?.status === "running") {
    failAttempt(turn, index, error, outcome.usage && { usage: outcome.usage });
  } else if (error !== undefined) {
    // It was produced, and nobody can say how good it is.
    const policy = policyOf(programOf(state), state.subtasks[index] as SubtaskState, index);
    const isUncertain = bestSoFar(state, index) === null && mayHaveHappened(policy, error);
    failSubtask(turn, index, isUncertain ? "interrupted" : "failed", error);
  }
  // There is more to do, and no more time.
  if (state.lifecycle.stopping !== null) cancelSubtask(turn, index);
}

type FailedOutcome = Extract<AttemptOutcome, { readonly status: "failed" }>;

/** What follows a failed attempt: another one, the fallback, or the subtask's failure. */
function failAttempt(
  turn: Turn,
  index: number,
  error: ErrorData,
  { isUnpaid, ...more }: Omit<FailedOutcome, "status" | "error"> = {},
): void {
  const { state } = turn;
  const program = programOf(state);
  const subtask = state.subtasks[index] as SubtaskState;
  const id = idOfSubtask(state, index);
  const { attempts: attempt } = subtask;
  const isStopping = state.lifecycle.stopping !== null;
  const policy = policyOf(program, subtask, index);
  const isUncertain = mayHaveHappened(policy, error);
  const retryAt = isStopping ? undefined : retryTime(state, program, index, error, turn.at);
  emit(turn, {
    type: "attempt.failed",
    subtask: id,
    attempt,
    error,
    ...more,
    ...(isUnpaid && { unpaidUsd: policy.costUsd }),
    ...(retryAt !== undefined && { retryAt }),
  });
  if (isStopping) cancelSubtask(turn, index);
  else if (overBudgetBy(error) !== undefined) {
    // It has done nothing wrong, and is done again when there is more.
    emit(turn, { type: "retry.due", subtask: id, attempt });
  } else if (isUncertain) failSubtask(turn, index, "interrupted", error);
  else if (retryAt === undefined && !chooseFallback(turn, index)) {
    failSubtask(turn, index, "failed", error);
  }
}

function decideTimer(turn: Turn, timer: Timer): void {
  const { state } = turn;
  switch (timer.kind) {
    case "attempt_timeout": {
      const index = timedOutSubtask(state, timer);
      if (index === -1) return;
      failAttempt(turn, index, timeoutError(state, index));
      break;
    }
    case "total_timeout":
      endTotal(turn, timer);
      break;
    case "retry":
      endWait(turn, timer);
      break;
    case "join":
      endJoin(turn, timer);
      break;
    case "approval":
      endApproval(turn, timer);
      break;
    case "run_timeout":
      stopRun(turn, "timeout", "planwright");
      break;
    case "cancel_grace":
      abandonRunning(turn);
      break;
    default:
      timer satisfies never;
  }
}

function decideResume(turn: Turn, input: Input<"resume_requested">): void {
  const { state } = turn;
  if (state.startedAt === null) return endUnbegun(turn);
  emit(turn, { type: "run.resumed", ...changesOf(input), ...signatureOf(input) });
  if (state.accepted === null) return;
  recoverAttempts(turn);
  settleApprovals(turn);
  if (state.lifecycle.stopping !== null) abandonQueued(turn);
  considerReady(turn);
}

/**
 * The run stands still from now on, as if somebody had paused it when its process went; a
 * cancel that was under way is completed.
 */
function decideInterruption(turn: Turn): void {
  const { status, accepted, lifecycle } = turn.state;
  if (status !== "running" && status !== "planning") return;
  requestPause(turn, "planwright");
  if (accepted !== null) recoverAttempts(turn);
  if (lifecycle.stopping !== null) abandonQueued(turn);
}

/** Its process was gone before the first event was durable: nobody knows what it was to do. */
function endUnbegun(turn: Turn): void {
  emit(turn, {
    type: "run.completed",
    status: "failed",
    reason: "interrupted",
    output: null,
    flags: [],
    error: {
      code: "run.no_plan",
      message: "The run was interrupted before it had begun.",
      hint: "Ask the goal again.",
    },
  });
}

/** Of tools that the run has nothing to do with nothing is said. */
function noteBreaker(turn: Turn, input: Input<"breaker_opened" | "breaker_closed">): void {
  const { tool, circuit } = input;
  if (turn.state.accepted?.tools[tool] === undefined) return;
  if (input.type === "breaker_closed") emit(turn, { type: "breaker.closed", tool, circuit });
  else emit(turn, { type: "breaker.opened", tool, circuit, until: input.until });
}

/** One that is on its way no more says nothing new. */
function noteNotification(
  turn: Turn,
  input: Input<"notification_delivered" | "notification_failed">,
): void {
  const { notification } = input;
  const isKnown = turn.state.notifications.undelivered.some(
    (one) => one.notification === notification,
  );
  if (!isKnown) return;
  if (input.type === "notification_delivered") {
    emit(turn, { type: "notification.delivered", notification });
  } else emit(turn, { type: "notification.failed", notification, error: input.error });
}

/** What ended goes on; what stands still is done again from there. */
function decideRestart(turn: Turn, input: Input<"restart_requested">): void {
  const { state } = turn;
  if (!isPlanned(state)) return;
  goOn(turn, input);
  redo(turn, withDependents(state, indicesOf(state, input.subtasks)), input.by);
  considerAdopted(turn);
}

/** A crash in the middle of a cancel: what was to run again is cancelled instead. */
function abandonQueued(turn: Turn): void {
  for (const index of turn.state.subtasks.keys()) cancelSubtask(turn, index);
}

/** What the adopted plan makes of subtasks that were final before it came. */
function considerAdopted(turn: Turn): void {
  for (const [index, { status }] of turn.state.subtasks.entries()) {
    if (isFinal(status)) turn.settled.push(index);
  }
  // What is skipped because of them is not asked for its condition, which may read them.
  settleDependents(turn);
  considerReady(turn);
}

/** Ask the conditions of all that is ready; afterwards only newly ready ones are asked. */
function considerReady(turn: Turn): void {
  for (const index of [...turn.state.ready]) considerCondition(turn, index);
}
