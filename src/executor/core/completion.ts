/**
 * Completion: a run ends when every subtask is final. Its output is computed here, and
 * its status is decided by one rule.
 */

import { type ErrorData, toErrorData } from "../../base/errors.ts";
import { isRunJudged, poorEvaluation } from "./judge.ts";
import { type KeptOutput, keepOutput, keepOutputs } from "./large-value.ts";
import { isNotifying } from "./notifications.ts";
import { idOfSubtask, isPlanned, programOf } from "./program.ts";
import { NOT_JUDGED, qualityFlags, reviewFlags } from "./quality.ts";
import type { QualityFlag } from "./quality-flag.ts";
import { mayReplan, replanPoor, requestReplan } from "./replan.ts";
import { isUnderReview, type Judged } from "./review.ts";
import { scopeFor } from "./scope.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinished } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

const NONE: KeptOutput = { output: null };

/** What the run has come to, once all subtasks have ended. */
type Outcome = {
  readonly kept: KeptOutput;
  readonly flags: readonly QualityFlag[];
  /** Why there is no output, where there should be one. */
  readonly error: ErrorData | null;
  /** Why there is none, where nothing has gone wrong. */
  readonly missing?: QualityFlag | undefined;
  readonly failed: SubtaskState | undefined;
};

export function completeRun(turn: Turn): void {
  const { state } = turn;
  if (isFinished(state.status)) return;
  if (state.unsettled > 0 || isNotifying(state.notifications, state.lifecycle)) return;
  const isStopping = state.lifecycle.stopping !== null;
  if (!isPlanned(state)) {
    const nothing = { kept: NONE, flags: [], error: null, failed: undefined };
    if (isStopping) finish(turn, nothing);
    return;
  }
  if (isUnderReview(state) && !isStopping) return;
  const outcome = outcomeOf(turn);
  if (isStopping || !isReviewPending(turn, outcome)) finish(turn, outcome);
}

function outcomeOf(turn: Turn): Outcome {
  const { state } = turn;
  const flags = qualityFlags(state);
  const failed = state.subtasks.find(({ status, item }) => status === "failed" && item === null);
  try {
    return { kept: outputOfRun(turn), flags, error: null, failed };
  } catch (error) {
    const missing = missingForOutput(state);
    if (missing) return { kept: NONE, flags: [...flags, missing], error: null, missing, failed };
    return { kept: NONE, flags, error: toErrorData(error, "output.failed"), failed };
  }
}

/** Whether somebody has to say something about it before the run can end. */
function isReviewPending(turn: Turn, outcome: Outcome): boolean {
  const { state } = turn;
  const { failed, missing, error, kept, flags } = outcome;
  const standsStill = state.status !== "running" || state.lifecycle.pausing;
  // What failed was planned anew when it did, if it could be.
  if (failed || state.review.decision !== null || cutShort(state) !== null) return false;
  const trouble = troubleWith(state, outcome);
  if (trouble !== undefined && mayReplan(state)) {
    const causes = [{ subtask: null, message: trouble }];
    if (!standsStill) requestReplan(turn, { trigger: "nothing_to_do", causes, blame: [] });
    return true;
  }
  if (error || missing) return false;
  if (state.review.evaluation !== null || !isRunJudged(state)) {
    return isPoorPending(turn, standsStill);
  }
  const { revision = 0 } = state.accepted ?? {};
  if (!standsStill) {
    emit(turn, { type: "evaluation.requested", revision, ...fieldsOf(kept), flags });
  }
  return true;
}

/** Why there is nothing to judge; undefined where there is something. */
function troubleWith({ subtasks }: RunState, { error, missing }: Outcome): string | undefined {
  const isIdle = subtasks.length > 0 && subtasks.every(wasNotWanted);
  return error?.message ?? missing?.message ?? (isIdle ? "Every subtask was skipped." : undefined);
}

/** Whether something follows from what was judged too poor. */
function isPoorPending(turn: Turn, standsStill: boolean): boolean {
  const { state } = turn;
  const poor = poorEvaluation(state);
  if (poor === undefined) return false;
  if (standsStill) return true;
  if (mayReplan(state)) replanPoor(turn, null, poor);
  else if (!state.settings.review.asksPerson) return false;
  else emit(turn, { type: "run.waiting", reason: "evaluation" });
  return true;
}

function wasNotWanted({ reason }: SubtaskState): boolean {
  return reason === "condition_false" || reason === "dependency_skipped";
}

/** An output that reads a subtask which was rightly skipped is missing, not wrong. */
function missingForOutput(state: RunState): QualityFlag | undefined {
  const { output, graph } = programOf(state).compiled;
  for (const name of output?.references ?? []) {
    const subtask = state.subtasks[graph.indexOf.get(name) ?? -1];
    if (subtask?.status !== "skipped") continue;
    const message = `There is no output: it reads ${name}, which was skipped.`;
    return { code: "output_missing", subtask: name, message };
  }
  return undefined;
}

function finish(turn: Turn, { kept, flags, error, missing, failed }: Outcome): void {
  const { state } = turn;
  const { stopping } = state.lifecycle;
  const end = { type: "run.completed", ...fieldsOf(kept), flags } as const;
  const trouble = cutShort(state) ?? failed?.error ?? error ?? missing ?? null;
  const best = bestInstead(state, trouble);
  if (stopping === "requested") {
    emit(turn, { ...end, status: "cancelled", reason: "requested", error: null });
  } else if (best) {
    const all = [...best.flags, ...reviewFlags(state, best, trouble)];
    const status = all.length > 0 ? "degraded" : "succeeded";
    const instead = { ...end, ...fieldsOf(best.kept), flags: all };
    emit(turn, { ...instead, status, reason: null, error: null });
  } else if (stopping === "timeout") {
    emit(turn, { ...end, status: "failed", reason: "timeout", error: runTimeoutError(state) });
  } else if (failed) {
    emit(turn, { ...end, status: "failed", reason: "subtask_failed", error: failed.error });
  } else if (error) {
    emit(turn, { ...end, status: "failed", reason: "output_failed", error });
  } else {
    const all = [...flags, ...reviewFlags(state, state.review.best, null)];
    const status = all.length > 0 ? "degraded" : "succeeded";
    emit(turn, { ...end, flags: all, status, reason: null, error });
  }
}

/** What was judged best, where what there is now is worse, or nothing at all. */
function bestInstead({ review, lifecycle }: RunState, trouble: unknown): Judged | null {
  const { best, candidate, evaluation } = review;
  const isPoor = evaluation !== null && evaluation.verdict !== "pass";
  if (best !== null) return trouble || isPoor ? best : null;
  // All was done when the time was up; only nobody has said how good it is.
  if (lifecycle.stopping !== "timeout" || candidate === null) return null;
  return { ...candidate, revision: 0, evaluation: NOT_JUDGED };
}

/** Why not all was done that was wanted; null where it was, or where somebody wanted no more. */
function cutShort(state: RunState): Pick<ErrorData, "message"> | null {
  if (state.lifecycle.stopping === "timeout") return runTimeoutError(state);
  const isOverBudget = state.subtasks.some(({ reason }) => reason === "budget_exceeded");
  return isOverBudget ? { message: "The budget did not allow to go on." } : null;
}

function fieldsOf({ output, largeOutput, largeFields }: KeptOutput) {
  return {
    output,
    ...(largeOutput && { largeOutput }),
    ...(largeFields && { largeFields }),
  };
}

function runTimeoutError(state: RunState): ErrorData {
  return {
    code: "run.timeout",
    message: `The run did not finish within ${(state.settings.runTimeoutMs ?? 0) / 1000} s.`,
    hint: "Give it more with --max-seconds.",
  };
}

/** What the plan calls its output; without that, what the subtasks gave on which no other depends. */
function outputOfRun({ state, values }: Turn): KeptOutput {
  const program = programOf(state);
  const { output, graph } = program.compiled;
  if (output !== undefined) {
    return keepOutput(output.evaluate(scopeFor(state, output, values)), values);
  }
  const last: [string, KeptOutput][] = [];
  for (const [index, subtask] of state.subtasks.entries()) {
    if (graph.dependents[index]?.length === 0) last.push([idOfSubtask(state, index), subtask]);
  }
  const [only] = last;
  return last.length === 1 && only ? only[1] : keepOutputs(last, values);
}
