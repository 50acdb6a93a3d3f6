/**
 * A plan made anew, with the work of the plan before it that is still wanted.
 *
 * A subtask that does what one did before goes on under the old id, so that its result counts;
 * what cannot be undone stays, with all that it depends on.
 */

import { canonicalJson, type Json, type JsonObject } from "../../base/json.ts";
import { compilePlan } from "../../plan/compile.ts";
import type { PlanGraph } from "../../plan/graph.ts";
import type { Plan, Subtask } from "../../plan/schema.ts";
import { isOffered, offeredOf } from "../offered.ts";
import { applyWhole } from "../patch.ts";
import { renamedTemplate } from "./rename.ts";

/**
 * The new plan in the words of the old one.
 * @param after an acceptable plan for the same goal
 * @param fixed ids in the old plan of what cannot be undone
 * @returns undefined where the two cannot be told apart by ids
 */
export function takeOver(
  before: Plan,
  after: Plan,
  fixed: ReadonlySet<string>,
): JsonObject | undefined {
  const kept = withDependencies(before, fixed);
  const { graph } = compilePlan(after);
  const old = equalWork(before, after, graph);
  const names = namesFor(after, old, kept);
  const renamed = after.subtasks.map((subtask, index) => {
    return old.get(index) ?? renamedSubtask(subtask, names);
  });
  const output = after.output === undefined ? null : renamedTemplate(after.output as Json, names);
  const subtasks = renamed.filter((subtask) => subtask !== undefined);
  if (subtasks.length < renamed.length || output === undefined) return undefined;
  const ids = new Set(subtasks.map(({ id }) => id));
  const staying = before.subtasks.filter(({ id }) => kept.has(id) && !ids.has(id));
  return applyWhole(before, [...staying, ...subtasks] as Json, output ?? undefined);
}

/** The subtasks with these ids, and all that they wait for. */
function withDependencies(plan: Plan, ids: ReadonlySet<string>): ReadonlySet<string> {
  if (ids.size === 0) return ids;
  const { graph } = compilePlan(plan);
  const kept = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const index = graph.indexOf.get(id);
    if (index === undefined || kept.has(id)) continue;
    kept.add(id);
    open.push(...dependenciesOf(graph, index).map((at) => graph.ids[at] as string));
  }
  return kept;
}

function dependenciesOf(graph: PlanGraph, index: number): number[] {
  return (graph.dependencies[index] ?? []).map((dependency) => dependency.index);
}

/** Of the new plan's subtasks, by index, those of the old plan that do the same with the same. */
function equalWork(before: Plan, after: Plan, graph: PlanGraph): ReadonlyMap<number, Subtask> {
  const unused = new Map<string, Subtask[]>();
  for (const old of before.subtasks) {
    const work = workOf(old as JsonObject);
    unused.set(work, [...(unused.get(work) ?? []), old]);
  }
  const equal = new Map<number, Subtask>();
  const names = new Map<string, string>();
  for (const index of graph.batches.flat()) {
    // What works on something else does something else, though it may be written alike.
    if (!dependenciesOf(graph, index).every((at) => equal.has(at))) continue;
    const subtask = after.subtasks[index] as Subtask;
    const renamed = renamedSubtask(subtask, names);
    const candidates = (renamed && unused.get(workOf(renamed))) ?? [];
    const found = candidates.find(({ id }) => id === subtask.id) ?? candidates[0];
    if (found === undefined) continue;
    candidates.splice(candidates.indexOf(found), 1);
    equal.set(index, found);
    names.set(subtask.id, found.id);
  }
  return equal;
}

/** All that decides what a subtask does, as a key. */
function workOf(subtask: JsonObject): string {
  const { id: _id, description: _said, optional: _needed, ...work } = offeredOf(subtask);
  const { forEach, refine, route, join } = subtask;
  const flow = { forEach, refine, route, join };
  const said = Object.entries({ ...work, ...flow }).filter(([, value]) => value !== undefined);
  return canonicalJson(Object.fromEntries(said) as JsonObject);
}

/** An id for each subtask of the new plan: no two alike, and none that stands for other work. */
function namesFor(
  after: Plan,
  old: ReadonlyMap<number, Subtask>,
  kept: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const taken = new Set([...kept, ...[...old.values()].map(({ id }) => id)]);
  const names = new Map<string, string>();
  for (const [index, { id }] of after.subtasks.entries()) {
    const found = old.get(index)?.id;
    const name = found ?? freeId(id, taken);
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

function freeId(id: string, taken: ReadonlySet<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count++) free = `${id.slice(0, 60)}_${count}`;
  return free;
}

function renamedSubtask(
  subtask: Subtask,
  names: ReadonlyMap<string, string>,
): JsonObject | undefined {
  const { id, dependsOn, ...rest } = subtask;
  const name = (one: string) => names.get(one) ?? one;
  const written = Object.entries(rest as JsonObject).map(([field, value]) => {
    const isTemplate = field === "input" || field === "when" || !isOffered(field);
    return [field, isTemplate ? renamedTemplate(value, names) : value] as const;
  });
  if (written.some(([, value]) => value === undefined)) return undefined;
  return {
    ...(Object.fromEntries(written) as JsonObject),
    id: name(id),
    dependsOn: dependsOn.map((one) =>
      typeof one === "string" ? name(one) : { ...one, id: name(one.id) },
    ),
  };
}
