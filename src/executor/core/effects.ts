/** What must be done about each event, once it is durable. */

import type { JsonObject } from "../../base/json.ts";
import type { Subtask } from "../../plan/schema.ts";
import type { Deciding, Effect } from "./effect.ts";
import type { RunEvent } from "./event.ts";
import type { Timer } from "./input.ts";
import { joinTimer, joinTimers, newJoinTimers } from "./join.ts";
import type { LargeValues } from "./large-value.ts";
import { openApprovals } from "./open-approvals.ts";
import { idOfSubtask, indexOfSubtask, planned, programOf } from "./program.ts";
import { idempotencyKey } from "./restart.ts";
import { isAnythingReviewed, reviewAgain, reviewEffects } from "./review-effects.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { attemptTimeoutMs, totalDeadline } from "./timeout.ts";

/**
 * @param state after the event
 * @param input of the attempt, if the event starts one
 * @param effects where the orders are added
 * @param values where large outputs are
 */
export function addEffects(
  state: RunState,
  event: RunEvent,
  input: JsonObject,
  effects: Effect[],
  values: LargeValues,
): void {
  switch (event.type) {
    case "run.started":
    case "run.reopened":
    case "run.resumed":
      if (state.settings.runTimeoutMs !== null) {
        const at = event.at + state.settings.runTimeoutMs;
        effects.push({ type: "set_timer", timer: { kind: "run_timeout" }, at });
      }
      if (event.type === "run.resumed") {
        setTimersAgain(state, effects);
        effects.push(...reviewAgain(state, values));
      }
      notify(state, effects);
      // A given plan is accepted by the next event of the same step.
      if (
        state.status === "planning" &&
        state.planner !== null &&
        state.lifecycle.stopping === null
      ) {
        requestPlan(state, effects);
      }
      break;
    case "output.produced":
    case "evaluation.requested":
    case "replan.requested":
      effects.push(...reviewEffects(state, event, values));
      break;
    case "plan.drafted":
    case "plan.accepted":
    case "plan.revised":
    case "subtasks.reset":
      setTimers(newJoinTimers(state, event.at), effects);
      break;
    case "dead_letters.threshold_reached":
      notify(state, effects, event.seq);
      break;
    case "questions.answered":
      requestPlan(state, effects);
      break;
    case "items.expanded":
      setJoinTimers(state, event, effects);
      break;
    case "admission.requested":
      setJoinTimers(state, event, effects);
      effects.push({
        type: "request_admission",
        subtask: event.subtask,
        request: event.seq,
        tool: event.tool,
        input,
      });
      setTotalTimer(state, event.subtask, effects, event.at);
      break;
    case "approval.requested":
      if (event.expiry !== undefined)
        effects.push(approvalTimer(event, event.seq, event.expiry.at));
      break;
    case "attempt.started":
      setJoinTimers(state, event, effects);
      startAttempt(state, event, input, effects);
      break;
    case "attempt.failed":
      if (event.retryAt !== undefined) {
        const { subtask, attempt, retryAt } = event;
        effects.push({
          type: "set_timer",
          timer: { kind: "retry", subtask, attempt },
          at: retryAt,
        });
      }
      // An attempt that timed out may still be under way; for any other this changes nothing.
      if (event.error.code === "tool.timeout" || event.error.code === "subtask.timeout") {
        effects.push(abortion(event, "timeout"));
      }
      break;
    case "attempt.cancelled":
      // Cancelled by a new plan; for one that was aborted before this changes nothing.
      effects.push(abortion(event, "cancelled"));
      break;
    case "pause.requested":
      abortAdvice(state, effects);
      break;
    case "run.cancelled":
      abortAdvice(state, effects);
      abortRunning(state, event.at, effects);
      break;
    default:
  }
}

function startAttempt(
  state: RunState,
  event: Extract<RunEvent, { readonly type: "attempt.started" }>,
  input: JsonObject,
  effects: Effect[],
): void {
  const { subtask, attempt, tool, effectKey: key } = event;
  const program = programOf(state);
  const index = indexOfSubtask(state, subtask);
  const subtaskState = state.subtasks[index] as SubtaskState;
  const { tool: named, route } = planned(program, subtaskState, index);
  effects.push(
    {
      type: "start_attempt",
      subtask,
      attempt,
      tool,
      input,
      idempotencyKey: key ?? idempotencyKey(state, index),
      ...(key !== undefined && { effect: { key, tool: named } }),
      ...(route && { decides: decidingOf(route) }),
    },
    {
      type: "set_timer",
      timer: { kind: "attempt_timeout", subtask, attempt },
      at: event.at + attemptTimeoutMs(state, program, index),
    },
  );
  setTotalTimer(state, subtask, effects, event.at);
}

function decidingOf(route: NonNullable<Subtask["route"]>): Deciding {
  const { cache = null, by, branches, default: otherwise = null } = route;
  return { cache, between: { by, branches: Object.keys(branches), default: otherwise } };
}

/** What waits for the subtask waits from now on. */
function setJoinTimers(
  state: RunState,
  { subtask, at }: { readonly subtask: string; readonly at: number },
  effects: Effect[],
): void {
  setTimers(joinTimers(state, indexOfSubtask(state, subtask), at), effects);
}

function setTimers(
  rings: readonly { readonly timer: Timer; readonly at: number }[],
  effects: Effect[],
): void {
  for (const ring of rings) effects.push({ type: "set_timer", ...ring });
}

/** The timers of the process that is gone are gone too. */
function setTimersAgain(state: RunState, effects: Effect[]): void {
  if (state.accepted === null) return;
  for (const [index, { retryAt, attempts, begunAt }] of state.subtasks.entries()) {
    const subtask = idOfSubtask(state, index);
    if (retryAt !== null) {
      const timer = { kind: "retry", subtask, attempt: attempts } as const;
      effects.push({ type: "set_timer", timer, at: retryAt });
    }
    if (begunAt !== null) setTotalTimer(state, subtask, effects, begunAt);
    for (const ring of joinTimer(state, index)) effects.push({ type: "set_timer", ...ring });
  }
  for (const index of openApprovals(state)) {
    const { request, expiry } = state.subtasks[index]?.approval ?? {};
    if (request === undefined || !expiry) continue;
    const subtask = idOfSubtask(state, index);
    effects.push(approvalTimer({ subtask }, request, expiry.at));
  }
}

/** @param at of the event: it is set once, by the event that begins what is limited */
function setTotalTimer(state: RunState, subtask: string, effects: Effect[], at: number): void {
  const index = indexOfSubtask(state, subtask);
  const deadline = totalDeadline(state, index);
  if (deadline === undefined || state.subtasks[index]?.begunAt !== at) return;
  const timer = { kind: "total_timeout", subtask, since: at } as const;
  effects.push({ type: "set_timer", timer, at: deadline });
}

function approvalTimer(
  { subtask }: { readonly subtask: string },
  request: number,
  at: number,
): Effect {
  return { type: "set_timer", timer: { kind: "approval", subtask, request }, at };
}

/** @param only the `seq` of one event; left out, all that nobody was told of yet */
function notify({ runId, goal, notifications }: RunState, effects: Effect[], only?: number): void {
  const type = "dead_letters.threshold_reached";
  for (const { notification, threshold, subtasks } of notifications.undelivered) {
    if (only !== undefined && notification !== only) continue;
    effects.push({
      type: "notify",
      notification,
      message: { type, runId, goal, count: subtasks.length, threshold, subtasks },
      idempotencyKey: `${runId}/${notification}`,
    });
  }
}

function requestPlan({ goal, questions }: RunState, effects: Effect[]): void {
  effects.push({ type: "request_plan", goal, clarifications: [...questions.answered] });
}

function abortRunning(state: RunState, at: number, effects: Effect[]): void {
  if (state.slots.used === 0) return;
  for (const [index, { status, attempts }] of state.subtasks.entries()) {
    if (status !== "running") continue;
    effects.push(abortion({ subtask: idOfSubtask(state, index), attempt: attempts }, "cancelled"));
  }
  const rings = at + state.settings.cancelGraceMs;
  effects.push({ type: "set_timer", timer: { kind: "cancel_grace" }, at: rings });
}

/** A planner and judges are not waited for. */
function abortAdvice(state: RunState, effects: Effect[]): void {
  if (state.status === "planning") effects.push({ type: "abort_planning" });
  if (isAnythingReviewed(state)) effects.push({ type: "abort_review" });
}

type Abortion = Extract<Effect, { readonly type: "abort_attempt" }>;

function abortion(
  { subtask, attempt }: Pick<Abortion, "subtask" | "attempt">,
  reason: Abortion["reason"],
): Effect {
  return { type: "abort_attempt", subtask, attempt, reason };
}
