/** What follows when something was judged: see `review.ts`. */

import type { CompiledAccept } from "../../plan/compile-accept.ts";
import type { Evaluation } from "../../plan/evaluation.ts";
import type { ModelCallUsage } from "./consumption.ts";
import { effectKeyOf } from "./effect-key.ts";
import type { AttemptOutcome, RunInput } from "./input.ts";
import { keepOutput } from "./large-value.ts";
import { findSubtask, idOfSubtask, planIndexOf, programOf } from "./program.ts";
import { endReplanning, ignore, mayReplan, replanPoor } from "./replan.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

type Ok = Extract<AttemptOutcome, { readonly status: "ok" }>;

/** Evaluations in a row that brought nothing better, after which no further revision is asked for. */
const MOST_MISSES = 2;

/** What the output of a subtask must be like; undefined where nothing is said. */
export function acceptOf(state: RunState, index: number): CompiledAccept | undefined {
  const subtask = state.subtasks[index] as SubtaskState;
  return programOf(state).compiled.subtasks[planIndexOf(subtask, index)]?.accept;
}

/** Let what an attempt gave be judged, before anything depends on it. */
export function beginEvaluation(turn: Turn, index: number, outcome: Ok): void {
  const { state, values } = turn;
  const { output, usage, reused } = outcome;
  emit(turn, {
    type: "output.produced",
    subtask: idOfSubtask(state, index),
    attempt: state.subtasks[index]?.attempts ?? 0,
    ...keepOutput(output, values),
    ...(usage && { usage }),
    ...(reused && { reused }),
    ...effectKeyOf(state, index),
  });
}

type Evaluated = Extract<RunInput, { readonly type: "evaluated" }>;

export function decideEvaluated(turn: Turn, input: Evaluated): void {
  const { subtask } = input;
  if (subtask === null) judgeRun(turn, input);
  else judgeSubtask(turn, subtask, input);
}

function judgeSubtask(turn: Turn, id: string, { request, evaluation, usage }: Evaluated): void {
  const { state } = turn;
  const index = findSubtask(state, id);
  const { review = null, status } = state.subtasks[index] ?? {};
  if (status !== "waiting" || review?.phase !== "evaluating" || review.request !== request) {
    return ignore(turn, usage);
  }
  emit(turn, { type: "output.evaluated", subtask: id, evaluation, ...used(usage) });
  noteMisses(turn);
  if (evaluation.verdict === "fail" && mayReplan(state)) replanPoor(turn, index, evaluation);
  else keepOutputOf(turn, index);
}

function judgeRun(turn: Turn, { request, evaluation, usage }: Evaluated): void {
  const { review, accepted } = turn.state;
  if (review.evaluating !== request) return ignore(turn, usage);
  const revision = accepted?.revision ?? 0;
  emit(turn, { type: "evaluation.completed", revision, evaluation, ...used(usage) });
  if (evaluation.verdict === "fail") noteMisses(turn);
}

/** One revision after the other that brings nothing better is not worth its price. */
function noteMisses(turn: Turn): void {
  const { review } = turn.state;
  const isOver = review.ended !== null || review.replanning !== null;
  if (review.misses >= MOST_MISSES && !isOver) endReplanning(turn, "no_progress");
}

/** Let the best that it gave be its output. */
function keepOutputOf(turn: Turn, index: number): void {
  const { review } = turn.state.subtasks[index] as SubtaskState;
  const { evaluation } = review?.best ?? {};
  const isAccepted = evaluation?.verdict === "pass";
  emit(turn, { type: "output.kept", subtask: idOfSubtask(turn.state, index), isAccepted });
}

/** Nobody plans anew for them any more: what is poor stands, and the run says so. */
export function keepPoorOutputs(turn: Turn): void {
  if (turn.state.review.replanning !== null) return;
  for (const index of poorOutputs(turn.state)) keepOutputOf(turn, index);
}

/** Somebody wants other work done again: the revision that they waited for will not come. */
export function reconsiderPoorOutputs(turn: Turn): void {
  const { state } = turn;
  for (const index of poorOutputs(state)) {
    const { evaluation = null } = state.subtasks[index]?.review ?? {};
    if (evaluation !== null && mayReplan(state)) replanPoor(turn, index, evaluation);
    else keepOutputOf(turn, index);
  }
}

function poorOutputs({ accepted, subtasks }: RunState): number[] {
  if (accepted === null) return [];
  return subtasks.flatMap(({ review, status }, index) =>
    review?.phase === "judged" && status === "waiting" ? [index] : [],
  );
}

/** What a person says. The first decision stands, and only about what waits for one. */
export function decideEvaluation(
  turn: Turn,
  { decision, by, note }: Extract<RunInput, { readonly type: "evaluation_decided" }>,
): void {
  const { status, reason, review } = turn.state;
  if (status !== "waiting" || reason !== "evaluation" || review.best === null) return;
  const { revision, evaluation } = review.best;
  const shown = { revision, score: evaluation.score };
  emit(turn, { type: "evaluation.decided", ...shown, decision, by, note });
}

function used(usage: ModelCallUsage | undefined): { readonly usage?: ModelCallUsage } {
  return usage === undefined ? {} : { usage };
}

/** Whether an evaluation of what the run gives is wanted. */
export function isRunJudged(state: RunState): boolean {
  return programOf(state).compiled.accept !== undefined || state.settings.review.judgesGoal;
}

/** What is wrong with what the run gave; undefined where it was not judged, or is good enough. */
export function poorEvaluation({ review }: RunState): Evaluation | undefined {
  return review.evaluation?.verdict === "fail" ? review.evaluation : undefined;
}
