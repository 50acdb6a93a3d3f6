/**
 * The executor's core: `step(state, input) -> { events, effects }`.
 *
 * A state machine without clock, randomness or I/O. The driver's duty in one sentence:
 * events are durable before the effects that follow from them are performed.
 *
 * E1. Equal states and inputs give equal events and effects; `large-value.ts` says why that holds
 *     for values that are kept elsewhere, too.
 * E2. The cost of a step is that of the subtasks it changes and their neighbours, not of the plan.
 * E3. A run in which nothing runs, and which neither waits, nor is paused, nor still tells
 *     somebody outside, is finished.
 */

import { toErrorData } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { Template } from "../../plan/expressions.ts";
import { isAdmitted } from "./admit.ts";
import { approvedInput } from "./approval.ts";
import { budgetGate, noteLowBudget } from "./budget.ts";
import { completeRun } from "./completion.ts";
import { considerCondition } from "./condition.ts";
import { decide } from "./decide.ts";
import type { Effect } from "./effect.ts";
import type { RunEvent } from "./event.ts";
import { failSubtask } from "./failure.ts";
import { fanOut } from "./fan-out.ts";
import type { Gate } from "./gate.ts";
import type { RunInput } from "./input.ts";
import { type LargeValues, NO_LARGE_VALUES } from "./large-value.ts";
import { lifecycleGate } from "./lifecycle.ts";
import { idOfSubtask, type Program, planIndexOf, policyOf, programOf, toolOf } from "./program.ts";
import { firstReady } from "./ready.ts";
import { inputTemplate } from "./refine.ts";
import { replanFailures } from "./replan.ts";
import { withoutStale } from "./review-effects.ts";
import { scopeFor } from "./scope.ts";
import { settleDependents } from "./settle.ts";
import { slotsGate } from "./slots.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";
import { completePause } from "./stop.ts";
import { beginTurn, emit, type Turn } from "./turn.ts";
import { waitForPerson } from "./wait.ts";

export type Step = { readonly events: readonly RunEvent[]; readonly effects: readonly Effect[] };

/** In this order; the first closed gate gives the reason that people see. */
const GATES: readonly ((state: RunState, program: Program, index: number) => Gate)[] = [
  ({ lifecycle }) => lifecycleGate(lifecycle),
  budgetGate,
  ({ slots }) => slotsGate(slots),
];

/**
 * What one piece of news brings about. The state is updated in place.
 * @param state owned by the caller, made by `initialState` or `fold`
 * @param values where outputs are that are too large for events; left out, none is
 * @returns events to store, then effects to perform, both in order
 */
export function step(
  state: RunState,
  input: RunInput,
  values: LargeValues = NO_LARGE_VALUES,
): Step {
  const turn = beginTurn(state, input.at, values);
  decide(turn, input);
  settleDependents(turn);
  // Before anything starts: what follows from a failure may be about to be planned anew.
  replanFailures(turn);
  startReady(turn);
  replanFailures(turn);
  noteLowBudget(turn);
  completeRun(turn);
  completePause(turn);
  waitForPerson(turn);
  return { events: turn.events, effects: withoutStale(state, turn.effects) };
}

function startReady(turn: Turn): void {
  const { state } = turn;
  if (state.status !== "running" && state.status !== "planning") return;
  for (let index = firstReady(state); index !== -1; index = firstReady(state)) {
    const program = programOf(state);
    if (GATES.some((gate) => !gate(state, program, index).open)) return;
    startAttempt(turn, index);
    // A subtask whose input cannot be computed settles at once, and others below it.
    settleDependents(turn);
  }
}

function startAttempt(turn: Turn, index: number): void {
  const { state } = turn;
  const program = programOf(state);
  const subtask = state.subtasks[index];
  const compiled = subtask && program.compiled.subtasks[planIndexOf(subtask, index)];
  if (subtask === undefined || compiled === undefined) throw new Error(`No subtask ${index}.`);
  if (fanOut(turn, index)) return;
  if (subtask.item !== null) {
    considerCondition(turn, index);
    if (isFinal(subtask.status)) return;
  }
  const { template, field } = inputTemplate(state, index);
  const input = evaluate(turn, index, template, field) as JsonObject | undefined;
  if (input === undefined) return;
  const { idempotencyKey } = compiled;
  const effectKey = idempotencyKey && evaluate(turn, index, idempotencyKey, "idempotencyKey");
  if (idempotencyKey !== undefined && effectKey === undefined) return;
  const approved = approvedInput(turn, index, input);
  if (approved === undefined || !isAdmitted(turn, index, approved)) return;
  turn.input = approved;
  const tool = toolOf(program, subtask, index);
  const id = idOfSubtask(state, index);
  const { costUsd } = policyOf(program, subtask, index);
  const attempt = subtask.attempts + 1;
  emit(turn, {
    type: "attempt.started",
    subtask: id,
    attempt,
    tool,
    ...(costUsd > 0 && { costUsd }),
    ...(effectKey !== undefined && { effectKey: textOfKey(effectKey) }),
  });
}

/** What the expressions of a field give; undefined when they fail, and the subtask with them. */
function evaluate(turn: Turn, index: number, template: Template, field: string): Json | undefined {
  const { state } = turn;
  try {
    return template.evaluate(scopeFor(state, template, turn.values, index));
  } catch (error) {
    const data = toErrorData(error, "expression.failed");
    const at = planIndexOf(state.subtasks[index] as SubtaskState, index);
    failSubtask(turn, index, "failed", { ...data, path: `subtasks[${at}].${field}` });
    return undefined;
  }
}

/** A key that is no text is known by its JSON. */
function textOfKey(key: Json): string {
  return typeof key === "string" ? key : JSON.stringify(key);
}
