/** When a subtask has its items, and what becomes of it when they have ended: see `items.ts`. */

import { type ErrorData, toErrorData } from "../../base/errors.ts";
import { excerptOf, type Json } from "../../base/json.ts";
import { failSubtask } from "./failure.ts";
import { cancelledItem, isExhausted, isStopped } from "./items.ts";
import { fanOutOf, idOfSubtask, planIndexOf, planned, programOf } from "./program.ts";
import { scopeFor } from "./scope.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/** Let a subtask have its items, if it is to have any. @returns whether it is */
export function fanOut(turn: Turn, index: number): boolean {
  const { state } = turn;
  const list = fanOutOf(state, index)?.in;
  if (list === undefined) return false;
  const subtask = state.subtasks[index] as SubtaskState;
  const path = `subtasks[${planIndexOf(subtask, index)}].forEach`;
  try {
    const elements = list.evaluate(scopeFor(state, list, turn.values, index));
    if (!Array.isArray(elements)) {
      failSubtask(turn, index, "failed", noList(path, elements));
      return true;
    }
    const id = idOfSubtask(state, index);
    emit(turn, { type: "items.expanded", subtask: id, count: elements.length });
    if (elements.length === 0) end(turn, index);
  } catch (error) {
    failSubtask(turn, index, "failed", { ...toErrorData(error, "expression.failed"), path });
  }
  return true;
}

function noList(path: string, value: Json): ErrorData {
  return {
    code: "expression.failed",
    path,
    message: `What it is done for each element of is no list: ${excerptOf(value)}.`,
    hint: "Write an expression that gives a list, e.g. ${a.rows}.",
    retryable: false,
  };
}

/** An item became final; perhaps the last one. */
export function settleItem(turn: Turn, index: number): void {
  const { state } = turn;
  const of = state.subtasks[index]?.item?.of ?? -1;
  if (state.subtasks[of]?.status === "waiting" && isExhausted(state, of)) end(turn, of);
}

function end(turn: Turn, index: number): void {
  const { state } = turn;
  const subtask = idOfSubtask(state, index);
  if (!isStopped(state, index)) {
    const { reason } = state.subtasks[cancelledItem(state, index)] ?? {};
    if (reason) emit(turn, { type: "subtask.cancelled", subtask, reason });
    else emit(turn, { type: "items.collected", subtask });
    return;
  }
  const { item } = state.subtasks[index] as SubtaskState;
  const error = errorOf(state, index);
  const { optional } = planned(programOf(state), state.subtasks[index] as SubtaskState, index);
  // The items that failed are the dead letters.
  if (optional && item === null) {
    emit(turn, { type: "subtask.skipped", subtask, reason: "optional_failed", error });
  } else emit(turn, { type: "subtask.failed", subtask, reason: "item_failed", error });
}

function errorOf(state: RunState, index: number): ErrorData {
  const { items } = state.subtasks[index] as SubtaskState;
  const { first = 0, count = 0, failed = 0 } = items ?? {};
  const all = state.subtasks.slice(first, first + count);
  const at = all.findIndex(({ status }) => status === "failed");
  const { code = "tool.failed", message = "" } = all[at]?.error ?? {};
  const id = idOfSubtask(state, index);
  return {
    code,
    message: `${failed} of the ${count} items of ${id} failed, first ${id}[${at}]: ${message}`,
    hint: "Retry its dead letters, or let the plan go on without them with `onItemError`.",
    retryable: false,
  };
}
