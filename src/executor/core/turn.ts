import type { JsonObject } from "../../base/json.ts";
import { givesBackAdmissions } from "./admission.ts";
import type { Effect } from "./effect.ts";
import { addEffects } from "./effects.ts";
import type { EventBody, RunEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { LargeValues } from "./large-value.ts";
import { indexOfSubtask } from "./program.ts";
import type { RunState } from "./state.ts";

/** What one step has brought about so far. */
export type Turn = {
  readonly state: RunState;
  readonly at: number;
  readonly values: LargeValues;
  readonly events: RunEvent[];
  readonly effects: Effect[];
  /** Subtasks that became final in this turn and whose dependents were not looked at yet. */
  readonly settled: number[];
  /** Required subtasks of the plan that failed in this turn. */
  readonly failed: number[];
  /** The resolved input of the attempt about to start: deciding computes it, its effect needs it. */
  input: JsonObject;
};

export function beginTurn(state: RunState, at: number, values: LargeValues): Turn {
  return { state, at, values, events: [], effects: [], settled: [], failed: [], input: {} };
}

/** Let a fact be true: the state follows it, and what must be done about it is noted. */
export function emit(turn: Turn, body: EventBody): void {
  const { state } = turn;
  const event: RunEvent = { runId: state.runId, seq: state.seq + 1, at: turn.at, ...body };
  const givesBack = givesBackAdmissions(state, body);
  evolve(state, event);
  turn.events.push(event);
  addEffects(state, event, turn.input, turn.effects, turn.values);
  for (const subtask of givesBack) turn.effects.push({ type: "withdraw_admission", subtask });
  switch (event.type) {
    case "items.collected":
    case "iterations.ended":
    case "output.kept":
    case "subtask.succeeded":
    case "subtask.failed":
    case "subtask.skipped":
    case "subtask.cancelled":
      turn.settled.push(indexOfSubtask(state, event.subtask));
      break;
    default:
  }
  if (event.type === "subtask.failed") noteFailure(turn, event.subtask);
}

/** What an item's failure means is for its fan-out to say. */
function noteFailure({ state, failed }: Turn, subtask: string): void {
  const index = indexOfSubtask(state, subtask);
  if (state.subtasks[index]?.item === null) failed.push(index);
}
