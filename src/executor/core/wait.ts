/**
 * Waiting: a run in which nothing can go on before a person has said something lets go of its
 * process, for days if need be.
 */

import { budgetGate } from "./budget.ts";
import { completeRun } from "./completion.ts";
import { awaitsDeadline } from "./join.ts";
import { isNotifying } from "./notifications.ts";
import { openApprovals } from "./open-approvals.ts";
import { idOfSubtask, programOf } from "./program.ts";
import { firstReady } from "./ready.ts";
import { endReplanning } from "./replan.ts";
import { isReviewed, isUnderReview } from "./review.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

export function waitForPerson(turn: Turn): void {
  const { state } = turn;
  const { status, lifecycle, slots, unsettled } = state;
  const isFree = status === "running" && !lifecycle.pausing && lifecycle.stopping === null;
  if (!isFree || slots.used > 0 || unsettled === 0) return;
  if (isNotifying(state.notifications, state.lifecycle) || isUnderReview(state)) return;
  const isPoor = isOverBudget(state);
  const goesOn = (subtask: SubtaskState) =>
    isPassing(subtask) || (!isPoor && awaitsDeadline(subtask));
  // One whose wait is over in a while may cost less, or need nobody.
  if (state.subtasks.some(goesOn) && !(isPoor && holdsPlace(state))) return;
  if (isPoor && state.review.best !== null) endOverBudget(turn);
  else if (isPoor) emit(turn, { type: "run.waiting", reason: "budget_exceeded" });
  else if (openApprovals(state).length > 0) emit(turn, { type: "run.waiting", reason: "approval" });
}

/** There is a result already, and more cannot be had: it is what the run gives. */
function endOverBudget(turn: Turn): void {
  const { state } = turn;
  if (state.review.ended === null) endReplanning(turn, "budget");
  for (const [index, { status }] of state.subtasks.entries()) {
    if (isFinal(status)) continue;
    const subtask = idOfSubtask(state, index);
    emit(turn, { type: "subtask.cancelled", subtask, reason: "budget_exceeded" });
  }
  turn.settled.length = 0;
  completeRun(turn);
}

/** Whether what the subtask waits for comes by itself. */
function isPassing(subtask: SubtaskState): boolean {
  const { retryAt, admission } = subtask;
  const isAsked = admission === "requested" || admission === "delayed";
  return retryAt !== null || isAsked || isReviewed(subtask);
}

/** Whether others may wait for what a subtask was given that cannot pay for its start. */
function holdsPlace({ subtasks }: RunState): boolean {
  return (
    subtasks.some(({ admission }) => admission === "granted") &&
    subtasks.every(({ retryAt }) => retryAt === null)
  );
}

function isOverBudget(state: RunState): boolean {
  const next = firstReady(state);
  return next !== -1 && !budgetGate(state, programOf(state), next).open;
}
