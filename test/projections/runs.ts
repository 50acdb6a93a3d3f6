import { expect } from "vitest";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";

/** What follows from the inputs, with the state after each event, as a driver tells it. */
export function play(inputs: readonly RunInput[]) {
  const state = initialState("r1");
  const events = inputs.flatMap((input) => step(state, input).events);
  return { events, state };
}

/** What the projection says of each event, given the state after all events of its step. */
export function told<T>(
  inputs: readonly RunInput[],
  project: (event: RunEvent, state: RunState) => T | undefined,
): T[] {
  const state = initialState("r1");
  return inputs.flatMap((input) =>
    step(state, input).events.flatMap((event) => project(event, state) ?? []),
  );
}

/** The same run twice must look the same, whether it was watched or is read back. */
export function expectSameWhenReadBack<T>(
  inputs: readonly RunInput[],
  project: (state: RunState) => T,
): void {
  const { events, state } = play(inputs);
  expect(project(fold("r1", events))).toEqual(project(state));
}
