/** What somebody must know who judges an output, taken from the state. */

import { PlanwrightError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { type CompiledAccept, resolveCriteria } from "../../plan/compile-accept.ts";
import { OUTPUT_NAME } from "../../plan/compile-control-flow.ts";
import type { EvaluationOrder, Evidence } from "../../plan/evaluation.ts";
import { type LargeValues, outputOf } from "./large-value.ts";
import { idOfSubtask, planIndexOf, programOf } from "./program.ts";
import { scopeFor } from "./scope.ts";
import type { RunState, SubtaskState } from "./state.ts";

/** For the output of a subtask that waits to be judged. */
export function orderForSubtask(
  state: RunState,
  index: number,
  values: LargeValues,
): EvaluationOrder {
  const program = programOf(state);
  const subtask = state.subtasks[index] as SubtaskState;
  const at = planIndexOf(subtask, index);
  const id = idOfSubtask(state, index);
  const accept = program.compiled.subtasks[at]?.accept;
  return {
    goal: state.goal,
    subtask: id,
    output: judgedOutput(state, index, values),
    ...criteriaFor(state, accept, values, index),
    judgesGoal: false,
    evidence: needsEvidence(accept) ? evidenceFor(state, index, values) : [],
  };
}

/** For what came out of the run. */
export function orderForRun(state: RunState, values: LargeValues): EvaluationOrder {
  const { accept, graph } = programOf(state).compiled;
  const { judgesGoal } = state.settings.review;
  return {
    goal: state.goal,
    subtask: null,
    output: judgedOutput(state, undefined, values),
    ...criteriaFor(state, accept, values),
    judgesGoal,
    evidence:
      judgesGoal || needsEvidence(accept)
        ? evidenceOf(state, new Set(graph.ids.keys()), values)
        : [],
  };
}

/** Whether somebody looks at more than the output itself. */
function needsEvidence(accept: CompiledAccept | undefined): boolean {
  return (accept?.rules ?? []).some(
    ({ criterion, cites, grounded, evaluator }) => criterion ?? cites ?? grounded ?? evaluator,
  );
}

/** What a subtask's output is made of; of an item its element, in the place of the whole list. */
function evidenceFor(state: RunState, index: number, values: LargeValues): readonly Evidence[] {
  const subtask = state.subtasks[index] as SubtaskState;
  const at = planIndexOf(subtask, index);
  const upstream = upstreamOf(state, at);
  if (subtask.item === null) return evidenceOf(state, upstream, values);
  const { graph, subtasks } = programOf(state).compiled;
  const { fanOuts = [], input } = subtasks[at] ?? {};
  const used = new Set(input?.references);
  for (const name of fanOuts.flatMap((level) => level.in.references)) {
    if (!used.has(name)) upstream.delete(graph.indexOf.get(name) ?? -1);
  }
  const scope = readable(() => scopeFor(state, { references: [] }, values, index)) ?? {};
  const elements = fanOuts.flatMap(({ as }) => {
    const output = scope[as];
    return output === undefined ? [] : [{ subtask: as, tool: "", description: "", output }];
  });
  return [...evidenceOf(state, upstream, values), ...elements];
}

function criteriaFor(
  state: RunState,
  accept: CompiledAccept | undefined,
  values: LargeValues,
  index?: number,
): Pick<EvaluationOrder, "criteria" | "threshold"> {
  const threshold = accept?.threshold ?? state.settings.review.threshold;
  if (accept === undefined) return { criteria: [], threshold };
  const output = judgedOutput(state, index, values);
  const criteria = resolveCriteria(accept, (template) => ({
    ...scopeFor(state, template, values, index),
    [OUTPUT_NAME]: output,
  }));
  return { criteria, threshold };
}

function judgedOutput(state: RunState, index: number | undefined, values: LargeValues): Json {
  const kept =
    index === undefined ? state.review.candidate?.kept : state.subtasks[index]?.review?.candidate;
  const whose = index === undefined ? "the run" : idOfSubtask(state, index);
  return readable(() => outputOf(state.runId, whose, kept ?? { output: null }, values)) ?? null;
}

/** All that a subtask of the plan is made of, directly or not. */
function upstreamOf(state: RunState, index: number): Set<number> {
  const { graph } = programOf(state).compiled;
  const found = new Set<number>();
  const open = [index];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { index: need } of graph.dependencies[next] ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      open.push(need);
    }
  }
  return found;
}

/** A large value that is gone is judged like one that never was; whoever reads it is told. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlanwrightError) return undefined;
    throw error;
  }
}

function evidenceOf(
  state: RunState,
  indices: ReadonlySet<number>,
  values: LargeValues,
): readonly Evidence[] {
  const { plan } = programOf(state).compiled;
  return plan.subtasks.flatMap(({ id, tool, description = "" }, index) => {
    const subtask = state.subtasks[index];
    if (!indices.has(index) || subtask?.status !== "succeeded") return [];
    const output = readable(() => outputOf(state.runId, id, subtask, values));
    return output === undefined ? [] : [{ subtask: id, tool, description, output }];
  });
}
