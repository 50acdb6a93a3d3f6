/** How a subtask comes by its admission, see `admission.ts`. */

import type { JsonObject } from "../../base/json.ts";
import type { RunInput } from "./input.ts";
import { idOfSubtask, policyOf, programOf, toolOf } from "./program.ts";
import { chooseFallback } from "./retry.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/** May the subtask start with this input? If it had to ask first, it has done so now. */
export function isAdmitted(turn: Turn, index: number, input: JsonObject): boolean {
  const { state } = turn;
  const program = programOf(state);
  const subtask = state.subtasks[index] as SubtaskState;
  if (!policyOf(program, subtask, index).needsAdmission) return true;
  if (subtask.admission === "granted") return true;
  turn.input = input;
  emit(turn, {
    type: "admission.requested",
    subtask: idOfSubtask(program, index),
    tool: toolOf(program, subtask, index),
  });
  return false;
}

/** Stale once the subtask waits for something else. */
export function grantAdmission(turn: Turn, id: string): void {
  if (waitingFor(turn.state, id) !== undefined)
    emit(turn, { type: "admission.granted", subtask: id });
}

/** Its breaker is open: the fallback takes over, or it waits and people see why. */
export function delayAdmission(
  turn: Turn,
  { subtask: id, until }: Extract<RunInput, { type: "admission_delayed" }>,
): void {
  const index = waitingFor(turn.state, id);
  if (index === undefined) return;
  emit(turn, { type: "admission.delayed", subtask: id, reason: "breaker_open", until });
  chooseFallback(turn, index);
}

function waitingFor(state: RunState, id: string): number | undefined {
  if (state.accepted === null) return undefined;
  const index = programOf(state).compiled.graph.indexOf.get(id) ?? -1;
  const admission = state.subtasks[index]?.admission ?? null;
  return admission === null || admission === "granted" ? undefined : index;
}
