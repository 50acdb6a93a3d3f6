/**
 * Completion: a run ends when every subtask is final. Its output is computed here, and
 * its status is decided by one rule.
 */

import { type ErrorData, toErrorData } from "../../base/errors.ts";
import type { QualityFlag } from "./event.ts";
import { type KeptOutput, keepOutput, keepOutputs } from "./large-value.ts";
import { isNotifying } from "./notifications.ts";
import { idOfSubtask, isPlanned, planIndexOf, programOf } from "./program.ts";
import { scopeFor } from "./scope.ts";
import type { ItemsState, JoinState, RunState, SubtaskState } from "./state.ts";
import { isFinished } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

const NONE: KeptOutput = { output: null };

export function completeRun(turn: Turn): void {
  const { state } = turn;
  if (isFinished(state.status)) return;
  if (state.unsettled > 0 || isNotifying(state.notifications, state.lifecycle)) return;
  if (!isPlanned(state)) {
    if (state.lifecycle.stopping !== null) finish(turn, NONE, [], null);
    return;
  }
  const flags = qualityFlags(state);
  try {
    finish(turn, outputOfRun(turn), flags, null);
  } catch (error) {
    const missing = missingForOutput(state);
    if (missing === undefined) finish(turn, NONE, flags, toErrorData(error, "output.failed"));
    else finish(turn, NONE, [...flags, missing], null);
  }
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

function finish(
  turn: Turn,
  { output, largeOutput, largeFields }: KeptOutput,
  flags: QualityFlag[],
  error: ErrorData | null,
): void {
  const { stopping } = turn.state.lifecycle;
  const failed = turn.state.subtasks.find(
    ({ status, item }) => status === "failed" && item === null,
  );
  const end = {
    type: "run.completed",
    output,
    ...(largeOutput && { largeOutput }),
    ...(largeFields && { largeFields }),
    flags,
  } as const;
  if (stopping === "requested") {
    emit(turn, { ...end, status: "cancelled", reason: "requested", error: null });
  } else if (stopping === "timeout") {
    emit(turn, { ...end, status: "failed", reason: "timeout", error: runTimeoutError(turn.state) });
  } else if (failed) {
    emit(turn, { ...end, status: "failed", reason: "subtask_failed", error: failed.error });
  } else if (error) {
    emit(turn, { ...end, status: "failed", reason: "output_failed", error });
  } else {
    emit(turn, {
      ...end,
      status: flags.length > 0 ? "degraded" : "succeeded",
      reason: null,
      error,
    });
  }
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

function qualityFlags(state: RunState): QualityFlag[] {
  const flags: QualityFlag[] = [];
  const unaccepted = countUnaccepted(state);
  for (const [index, subtask] of state.subtasks.entries()) {
    const { items, status } = subtask;
    if (items !== null && items.failed > 0 && status === "succeeded") {
      flags.push(failedItems(idOfSubtask(state, index), items));
    }
    if (status === "succeeded" && subtask.join?.isShort) {
      flags.push(missingParts(idOfSubtask(state, index), subtask.join));
    }
    const refined = unaccepted.get(index);
    if (refined) flags.push(notAccepted(idOfSubtask(state, index), subtask, refined));
    if (subtask.reason !== "optional_failed") continue;
    const id = idOfSubtask(state, index);
    flags.push({
      code: "optional_failed",
      subtask: id,
      message: `The optional subtask ${id} failed: ${subtask.error?.message ?? "unknown"}`,
    });
  }
  return flags;
}

function missingParts(id: string, { missing }: JoinState): QualityFlag {
  const message = `${id} went on without ${missing?.join(", ")}.`;
  return { code: "join_incomplete", subtask: id, message };
}

/** Of how many outputs how many were taken although none was good enough. */
type Unaccepted = { readonly of: number; readonly count: number };

/** By subtask of the plan, with those of its items at any depth; none where all were accepted. */
function countUnaccepted(state: RunState): ReadonlyMap<number, Unaccepted> {
  const counts = new Map<number, Unaccepted>();
  for (const [index, subtask] of state.subtasks.entries()) {
    if (!isUnaccepted(subtask)) continue;
    const root = planIndexOf(subtask, index);
    counts.set(root, { of: 0, count: (counts.get(root)?.count ?? 0) + 1 });
  }
  if (counts.size === 0) return counts;
  for (const [index, subtask] of state.subtasks.entries()) {
    const root = planIndexOf(subtask, index);
    const { of, count } = counts.get(root) ?? {};
    if (of === undefined || count === undefined || subtask.items !== null) continue;
    counts.set(root, { of: of + 1, count });
  }
  return counts;
}

function isUnaccepted({ status, refine, isResolved }: SubtaskState): boolean {
  return status === "succeeded" && refine !== null && !refine.isAccepted && !isResolved;
}

function notAccepted(
  id: string,
  { items, refine }: SubtaskState,
  { of, count }: Unaccepted,
): QualityFlag {
  const { iteration, best, error } = refine ?? {};
  const why = error ? ` Number ${iteration} failed: ${error.message}` : "";
  const message =
    items !== null
      ? `${count} of the ${of} items of ${id} were not accepted in any iteration.`
      : `${id} was not accepted in ${iteration} iterations; the best one, number ${best?.iteration}, was taken.${why}`;
  return { code: "not_accepted", subtask: id, message };
}

function failedItems(id: string, { failed, count }: ItemsState): QualityFlag {
  const message = `${failed} of the ${count} items of ${id} failed.`;
  return { code: "items_failed", subtask: id, message };
}
