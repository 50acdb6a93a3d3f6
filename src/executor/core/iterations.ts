/** What follows when an iteration has produced something, or was checked: see `refine.ts`. */

import { type ErrorData, toErrorData } from "../../base/errors.ts";
import { excerptOf, type Json } from "../../base/json.ts";
import type { CompiledRefine } from "../../plan/compile-control-flow.ts";
import type { Template } from "../../plan/expressions.ts";
import type { RunEvent } from "./event.ts";
import type { AttemptOutcome } from "./input.ts";
import { keepOutput } from "./large-value.ts";
import { idOfSubtask, isChecking, planIndexOf } from "./program.ts";
import { bestOf, bestSoFar, FIRST_ITERATION, refineOf } from "./refine.ts";
import { scopeFor } from "./scope.ts";
import type { SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

type Ok = Extract<AttemptOutcome, { readonly status: "ok" }>;

/** What an attempt of a subtask that is refined has given. @returns why it cannot be judged */
export function refine(turn: Turn, index: number, { output, usage }: Ok): ErrorData | undefined {
  const { state } = turn;
  const subtask = state.subtasks[index] as SubtaskState;
  const { attempts: attempt } = subtask;
  const id = idOfSubtask(state, index);
  const { iteration } = subtask.refine ?? FIRST_ITERATION;
  const used = usage && { usage };
  if (isChecking(subtask)) {
    const judged = judge(turn, index, output);
    if ("error" in judged) return judged.error;
    emit(turn, { type: "iteration.checked", subtask: id, iteration, attempt, ...judged, ...used });
  } else {
    const kept = keepOutput(output, turn.values);
    emit(turn, { type: "iteration.produced", subtask: id, attempt, iteration, ...kept, ...used });
    if (refineOf(state, index)?.check !== null) return undefined;
    const judged = judge(turn, index, null);
    if ("error" in judged) return judged.error;
    emit(turn, { type: "iteration.checked", subtask: id, iteration, ...judged });
  }
  if (subtask.refine?.phase === "ended") endIterations(turn, index);
  return undefined;
}

/** Let the best iteration stand, if there is one. @returns whether there is */
export function keepBest(turn: Turn, index: number, error: ErrorData): boolean {
  if (bestSoFar(turn.state, index) === null) return false;
  endIterations(turn, index, error);
  return true;
}

function endIterations(turn: Turn, index: number, error?: ErrorData): void {
  const subtask = turn.state.subtasks[index] as SubtaskState;
  const { iteration, score } = bestOf(subtask);
  emit(turn, {
    type: "iterations.ended",
    subtask: idOfSubtask(turn.state, index),
    best: iteration,
    score,
    isAccepted: subtask.refine?.isAccepted ?? false,
    ...(error && { error }),
  });
}

type Judgement = Pick<
  Extract<RunEvent, { readonly type: "iteration.checked" }>,
  "isAccepted" | "score" | "feedback"
>;

/** What the plan's expressions make of a candidate, and of what its check gave. */
function judge(turn: Turn, index: number, check: Json): Judgement | { error: ErrorData } {
  const { state, values } = turn;
  const { until, score, feedback, ...refining } = refineOf(state, index) as CompiledRefine;
  const subtask = state.subtasks[index] as SubtaskState;
  const at = planIndexOf(subtask, index);
  let field = "until";
  try {
    const id = idOfSubtask(state, index);
    const own = refining.check !== null && { check };
    const evaluate = (template: Template) =>
      template.evaluate({ ...scopeFor(state, template, values, index), ...own });
    const isAccepted = evaluate(until);
    if (typeof isAccepted !== "boolean") {
      return { error: unusable(at, field, id, isAccepted, "true or false") };
    }
    field = "score";
    const points = score === null ? Number(isAccepted) : evaluate(score);
    if (typeof points !== "number") return { error: unusable(at, field, id, points, "a number") };
    field = "feedback";
    return { isAccepted, score: points, feedback: feedback === null ? check : evaluate(feedback) };
  } catch (error) {
    const data = toErrorData(error, "expression.failed");
    return { error: { ...data, path: `subtasks[${at}].refine.${field}`, retryable: false } };
  }
}

function unusable(at: number, field: string, id: string, value: Json, wanted: string): ErrorData {
  return {
    code: "expression.failed",
    path: `subtasks[${at}].refine.${field}`,
    message: `\`${field}\` of ${id} gave ${excerptOf(value)}.`,
    hint: `Write an expression that gives ${wanted}.`,
    retryable: false,
  };
}
