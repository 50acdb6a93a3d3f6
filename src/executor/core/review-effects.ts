/** Who is asked to judge, and to plan anew: see `review.ts`. */

import type { Effect } from "./effect.ts";
import { orderForRun, orderForSubtask } from "./evaluation-order.ts";
import type { RunEvent } from "./event.ts";
import { feedbackFor } from "./feedback.ts";
import type { LargeValues } from "./large-value.ts";
import { findSubtask, indexOfSubtask, programOf } from "./program.ts";
import { isUnderReview } from "./review.ts";
import type { RunState } from "./state.ts";

type Asking = Extract<
  RunEvent,
  { readonly type: "output.produced" | "evaluation.requested" | "replan.requested" }
>;

export function reviewEffects(state: RunState, event: Asking, values: LargeValues): Effect[] {
  // Who takes the run up again asks.
  if (!mayAsk(state)) return [];
  switch (event.type) {
    case "output.produced":
      return [evaluateSubtask(state, indexOfSubtask(state, event.subtask), values)];
    case "evaluation.requested":
      return [{ type: "evaluate", request: event.seq, ...orderForRun(state, values) }];
    case "replan.requested": {
      const { trigger, isStronger } = event;
      return [requestRevision(state, { request: event.seq, trigger, isStronger })];
    }
  }
}

/** Those who were asked before are gone with their process. */
export function reviewAgain(state: RunState, values: LargeValues): Effect[] {
  const { evaluating, replanning } = state.review;
  const effects: Effect[] = [];
  if (!mayAsk(state)) return effects;
  for (const [index, { review }] of state.subtasks.entries()) {
    if (review?.phase === "evaluating") effects.push(evaluateSubtask(state, index, values));
  }
  if (evaluating !== null) {
    effects.push({ type: "evaluate", request: evaluating, ...orderForRun(state, values) });
  }
  if (replanning !== null) effects.push(requestRevision(state, replanning));
  return effects;
}

/** Whether the run goes on. */
function mayAsk({ status, lifecycle }: RunState): boolean {
  const isUnderWay = status === "running" || status === "planning";
  return isUnderWay && !lifecycle.pausing && lifecycle.stopping === null;
}

/** The effects without orders about which something else in the same step has decided. */
export function withoutStale(state: RunState, effects: readonly Effect[]): readonly Effect[] {
  const isStale = (effect: Effect) => isAsking(effect) && !isAwaited(state, effect);
  return effects.some(isStale) ? effects.filter((effect) => !isStale(effect)) : effects;
}

type AskingEffect = Extract<Effect, { readonly type: "evaluate" | "request_revision" }>;

function isAsking(effect: Effect): effect is AskingEffect {
  return effect.type === "evaluate" || effect.type === "request_revision";
}

function isAwaited(state: RunState, effect: AskingEffect): boolean {
  const { review } = state;
  if (effect.type === "request_revision") return review.replanning?.request === effect.request;
  const { subtask, request } = effect;
  if (subtask === null) return review.evaluating === request;
  const own = state.subtasks[findSubtask(state, subtask)]?.review;
  return own?.phase === "evaluating" && own.request === request;
}

export function isAnythingReviewed(state: RunState): boolean {
  return (
    isUnderReview(state) || state.subtasks.some(({ review }) => review?.phase === "evaluating")
  );
}

function evaluateSubtask(state: RunState, index: number, values: LargeValues): Effect {
  const request = state.subtasks[index]?.review?.request ?? 0;
  return { type: "evaluate", request, ...orderForSubtask(state, index, values) };
}

type Asked = Pick<Extract<RunEvent, { type: "replan.requested" }>, "trigger" | "isStronger">;

function requestRevision(
  state: RunState,
  { request, trigger, isStronger }: Asked & { readonly request: number },
): Effect {
  return {
    type: "request_revision",
    request,
    goal: state.goal,
    feedback: feedbackFor(state, trigger),
    inputs: programOf(state).accepted.inputs,
    tools: programOf(state).accepted.tools,
    isStronger,
    isGiven: state.planner === null,
  };
}
