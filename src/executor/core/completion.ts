/**
 * Completion: a run ends when every subtask is final. Its output is computed here, and
 * its status is decided by one rule.
 */

import { type ErrorData, toErrorData } from "../../base/errors.ts";
import type { QualityFlag } from "./event.ts";
import { type KeptOutput, keepOutput, keepOutputs } from "./large-value.ts";
import { isNotifying } from "./notifications.ts";
import { idOfSubtask, isPlanned, programOf } from "./program.ts";
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
  for (const [index, subtask] of state.subtasks.entries()) {
    const { items, status } = subtask;
    if (items !== null && items.failed > 0 && status === "succeeded") {
      flags.push(failedItems(idOfSubtask(state, index), items));
    }
    if (status === "succeeded" && subtask.join?.isShort) {
      flags.push(missingParts(idOfSubtask(state, index), subtask.join));
    }
    const notAccepted = countNotAccepted(state, index);
    if (notAccepted > 0) flags.push(unaccepted(idOfSubtask(state, index), subtask, notAccepted));
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

/** How many outputs of a subtask of the plan were taken although none was good enough. */
function countNotAccepted(state: RunState, index: number): number {
  const { item, items } = state.subtasks[index] as SubtaskState;
  if (item !== null) return 0;
  if (items === null) return Number(isUnaccepted(state, index));
  let count = 0;
  for (const [at, { item: one }] of state.subtasks.entries()) {
    if (one?.root === index && isUnaccepted(state, at)) count += 1;
  }
  return count;
}

function isUnaccepted(state: RunState, index: number): boolean {
  const { status, refine, isResolved } = state.subtasks[index] as SubtaskState;
  return status === "succeeded" && refine !== null && !refine.isAccepted && !isResolved;
}

function unaccepted(id: string, { items, refine }: SubtaskState, count: number): QualityFlag {
  const { iteration, best } = refine ?? {};
  const message =
    items !== null
      ? `${count} of the ${items.count} items of ${id} were not accepted in any iteration.`
      : `${id} was not accepted in ${iteration} iterations; the best one, number ${best?.iteration}, was taken.`;
  return { code: "not_accepted", subtask: id, message };
}

function failedItems(id: string, { failed, count }: ItemsState): QualityFlag {
  const message = `${failed} of the ${count} items of ${id} failed.`;
  return { code: "items_failed", subtask: id, message };
}
