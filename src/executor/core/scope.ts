/** What expressions may see. */

import type { Json } from "../../base/json.ts";
import type { Scope, Template } from "../../plan/expressions.ts";
import { type LargeValues, outputOf } from "./large-value.ts";
import { fanOutOf, programOf } from "./program.ts";
import type { ItemsState, RunState } from "./state.ts";

/**
 * Outputs of subtasks (null without one) and the plan's inputs; for an item of a fan-out also
 * its element and its place.
 * @throws {PlanwrightError} `blob.missing`, `blob.damaged`
 * @param index of the subtask whose expressions they are; left out for the plan's output
 */
export function scopeFor(
  state: RunState,
  template: Template,
  values: LargeValues,
  index?: number,
): Scope {
  const program = programOf(state);
  const scope: Record<string, Scope[string]> = Object.create(null);
  for (const name of template.references) {
    const found = program.compiled.graph.indexOf.get(name);
    // A subtask may be called `inputs`; the plan's inputs then are out of sight.
    if (found === undefined) scope[name] = program.accepted.inputs;
    else {
      const subtask = state.subtasks[found];
      scope[name] = subtask === undefined ? null : outputOf(state.runId, name, subtask, values);
    }
  }
  if (index !== undefined) addItemNames(state, index, values, scope);
  return scope;
}

/** An item's own names hide all others; those of an inner fan-out hide an outer one's. */
function addItemNames(
  state: RunState,
  index: number,
  values: LargeValues,
  scope: Record<string, Json>,
): void {
  const { item } = state.subtasks[index] ?? {};
  if (!item) return;
  addItemNames(state, item.of, values, scope);
  const element = elementsOf(state, item.of, values)[item.at] ?? null;
  const fanOut = fanOutOf(state, item.of);
  if (fanOut !== undefined) scope[fanOut.as] = element;
  scope["index"] = item.at;
}

/** Worked out once for each fan-out: for every item anew it would cost the square. */
const elements = new WeakMap<ItemsState, readonly Json[]>();

/** The elements over which a subtask fans out. */
function elementsOf(state: RunState, index: number, values: LargeValues): readonly Json[] {
  const { items } = state.subtasks[index] ?? {};
  const fanOut = fanOutOf(state, index);
  if (!items || fanOut === undefined) return [];
  let found = elements.get(items);
  if (found === undefined) {
    found = fanOut.in.evaluate(scopeFor(state, fanOut.in, values, index)) as readonly Json[];
    elements.set(items, found);
  }
  return found;
}
