/**
 * Conditions: a subtask whose `when` is false is skipped the moment its dependencies are
 * final, without waiting for a slot.
 *
 * `when` must give true or false: anything else is a failure, not a guess at truth.
 */

import { toErrorData } from "../../base/errors.ts";
import { excerptOf, type Json } from "../../base/json.ts";
import { failSubtask } from "./failure.ts";
import { idOfSubtask, planIndexOf, programOf } from "./program.ts";
import { scopeFor } from "./scope.ts";
import type { SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/** Skip a ready subtask if its condition says so. */
export function considerCondition(turn: Turn, index: number): void {
  const { state } = turn;
  const program = programOf(state);
  const subtask = state.subtasks[index] as SubtaskState;
  const at = planIndexOf(subtask, index);
  const { when, isWhenOfItems = false } = program.compiled.subtasks[at] ?? {};
  if (when === undefined || when === true || isWhenOfItems !== (subtask.item !== null)) return;
  const id = idOfSubtask(state, index);
  let value: Json = false;
  if (when !== false) {
    try {
      value = when.evaluate(scopeFor(state, when, turn.values, index));
    } catch (error) {
      failSubtask(turn, index, "failed", toErrorData(error, "expression.failed"));
      return;
    }
  }
  if (value === false) {
    emit(turn, { type: "subtask.skipped", subtask: id, reason: "condition_false" });
  } else if (value !== true) {
    failSubtask(turn, index, "failed", {
      code: "expression.failed",
      path: `subtasks[${at}].when`,
      message: `The condition of ${id} gave ${excerptOf(value)}.`,
      hint: "Write an expression that is true or false, e.g. ${size(a.rows) > 0}.",
    });
  }
}
