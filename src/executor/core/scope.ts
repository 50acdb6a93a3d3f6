/** What expressions may see. */

import type { Json } from "../../base/json.ts";
import type { Scope, Template } from "../../plan/expressions.ts";
import { type LargeValues, outputOf } from "./large-value.ts";
import { fanOutOf, idOfSubtask, planIndexOf, programOf } from "./program.ts";
import type { ItemsState, RunState, SubtaskState } from "./state.ts";

/**
 * Outputs of subtasks (null without one) and the plan's inputs; for an item of a fan-out also
 * its element and its place.
 * @throws {PlanwrightError} `blob.missing`, `blob.damaged`
 * @param index of the subtask whose expressions they are; left out for the plan's output
 */
export function scopeFor(
  state: RunState,
  template: Pick<Template, "references">,
  values: LargeValues,
  index?: number,
): Scope {
  const program = programOf(state);
  const missing = index === undefined ? NOTHING : missingFor(state, index);
  const saw = index === undefined ? undefined : rootOf(state, index).items?.saw;
  const scope: Record<string, Scope[string]> = Object.create(null);
  for (const name of template.references) {
    const found = program.compiled.graph.indexOf.get(name);
    // A subtask may be called `inputs`; the plan's inputs then are out of sight.
    if (found === undefined) scope[name] = program.accepted.inputs;
    else {
      const subtask = state.subtasks[found];
      const isHidden = missing.has(name);
      const kept = saw?.[name] ?? subtask;
      scope[name] = isHidden || !kept ? null : outputOf(state.runId, name, kept, values);
    }
  }
  if (index === undefined) return scope;
  addItemNames(state, index, values, scope);
  if (program.compiled.subtasks[planIndexOf(subtaskAt(state, index), index)]?.refine) {
    addIterationNames(state, index, values, scope);
  }
  return scope;
}

/** What a subtask that is refined calls its iteration, and what that has produced. */
function addIterationNames(
  state: RunState,
  index: number,
  values: LargeValues,
  scope: Record<string, Json>,
): void {
  const { iteration = 1, feedback = null, candidate = null } = subtaskAt(state, index).refine ?? {};
  Object.assign(scope, { iteration, feedback });
  if (candidate === null) return;
  scope["output"] = outputOf(state.runId, idOfSubtask(state, index), candidate, values);
}

/** What was not there when a join went on is out of its sight for good. */
function missingFor(state: RunState, index: number): ReadonlySet<string> {
  const { missing = null } = rootOf(state, index).join ?? {};
  // Each may be missing, and each be named: as a list that would cost the square.
  return missing === null ? NOTHING : new Set(missing);
}

const NOTHING: ReadonlySet<string> = new Set();

/** The subtask of the plan. */
function rootOf(state: RunState, index: number): SubtaskState {
  return subtaskAt(state, planIndexOf(subtaskAt(state, index), index));
}

function subtaskAt(state: RunState, index: number): SubtaskState {
  return state.subtasks[index] as SubtaskState;
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
