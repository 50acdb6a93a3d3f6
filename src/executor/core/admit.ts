/** How a subtask comes by its admission, see `admission.ts`. */

import type { JsonObject } from "../../base/json.ts";
import type { RunInput } from "./input.ts";
import { findSubtask, idOfSubtask, policyOf, programOf, toolOf } from "./program.ts";
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
    subtask: idOfSubtask(state, index),
    tool: toolOf(program, subtask, index),
  });
  return false;
}

type Answer<T extends RunInput["type"]> = Extract<RunInput, { readonly type: T }>;

/** Stale once the subtask waits for something else, or has asked for another tool. */
export function grantAdmission(turn: Turn, answer: Answer<"admission_granted">): void {
  if (waitingFor(turn.state, answer) === undefined) return;
  emit(turn, { type: "admission.granted", subtask: answer.subtask });
}

/** Its breaker is open: the fallback takes over, or it waits and people see why. */
export function delayAdmission(turn: Turn, answer: Answer<"admission_delayed">): void {
  const index = waitingFor(turn.state, answer);
  if (index === undefined) return;
  const { subtask, until } = answer;
  emit(turn, { type: "admission.delayed", subtask, reason: "breaker_open", until });
  chooseFallback(turn, index);
}

function waitingFor(
  state: RunState,
  { subtask: id, request }: Answer<"admission_granted" | "admission_delayed">,
): number | undefined {
  if (state.accepted === null) return undefined;
  const index = findSubtask(state, id);
  const { admission = null, admissionRequest } = state.subtasks[index] ?? {};
  const isWaiting = admission === "requested" || admission === "delayed";
  return isWaiting && admissionRequest === request ? index : undefined;
}
