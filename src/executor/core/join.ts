/**
 * Joins: a subtask that starts although not all that it depends on is there: with the first,
 * with so many, or with what there is when the time is up.
 *
 * Q1. `arrived` is the number of its dependencies that have succeeded, and of those that need
 *     not, and have ended.
 * Q2. It goes on by one event, `join.closed`, which names what is missing. From then on it sees
 *     nothing of that, also in later attempts, whatever becomes of it.
 * Q3. It never waits for ever: when enough cannot come any more it goes on with what is there,
 *     if it has a deadline and that is not too little, or is skipped with the cause.
 * Q4. The time counts from when the first of what it depends on began, or the newest resume; where
 *     that had begun before the join was there, or before it was wanted again, from then.
 */

import type { CompiledJoin } from "../../plan/compile-control-flow.ts";
import { type Dependency, findDependency } from "../../plan/graph.ts";
import type { RunEvent } from "./event.ts";
import type { Timer } from "./input.ts";
import { idOfSubtask, indexOfSubtask, programOf } from "./program.ts";
import { queueSubtask } from "./queue.ts";
import type { JoinState, RunState, SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";

type JoinClosed = Extract<RunEvent, { readonly type: "join.closed" }>;

export function joinOf(state: RunState, index: number): CompiledJoin | undefined {
  return programOf(state).compiled.subtasks[index]?.join;
}

/** Count anew, after many statuses changed. The part of `evolve` that belongs here. */
export function recountJoin(state: RunState, index: number): void {
  const subtask = state.subtasks[index] as SubtaskState;
  const dependencies = programOf(state).compiled.graph.dependencies[index] ?? [];
  if (joinOf(state, index) === undefined || dependencies.length === 0) {
    subtask.join = null;
    return;
  }
  const arrived = dependencies.filter((one) => isThere(state, one)).length;
  const { since = null, missing = null, isShort = false } = subtask.join ?? {};
  subtask.join = { arrived, since, missing, isShort };
}

/** A dependency that had failed is there after all. The part of `evolve` that belongs here. */
export function recountJoinsBelow(state: RunState, dependency: number): void {
  for (const index of programOf(state).compiled.graph.dependents[dependency] ?? []) {
    recountJoin(state, index);
  }
}

/** A dependency became final. The part of `evolve` that belongs here. */
export function noteArrival(state: RunState, index: number, dependency: number): void {
  const { join } = state.subtasks[index] as SubtaskState;
  if (join === null) return;
  const { graph } = programOf(state).compiled;
  const found = findDependency(graph, index, dependency);
  if (found !== undefined && isThere(state, found)) join.arrived += 1;
}

/** A dependency began: the time counts. The part of `evolve` that belongs here. */
export function noteBegun(state: RunState, dependency: number, at: number): void {
  for (const { join } of openJoinsBelow(state, dependency)) join.since ??= at;
}

/** Joins are new, or begin anew, and what they wait for has begun. The part of `evolve` that belongs here. */
export function beginJoins(state: RunState, at: number): void {
  const { compiled, hasJoins } = programOf(state);
  if (!hasJoins) return;
  const hasBegun = ({ index }: { readonly index: number }) => {
    const { startedAt, begunAt, items } = state.subtasks[index] as SubtaskState;
    return startedAt !== null || begunAt !== null || items !== null;
  };
  for (const [index, dependencies] of compiled.graph.dependencies.entries()) {
    const join = openJoin(state, index);
    if (join !== null && dependencies.some(hasBegun)) join.since ??= at;
  }
}

/** Time in which nobody drove the run does not count. The part of `evolve` that belongs here. */
export function restartJoins({ subtasks }: RunState, at: number): void {
  for (const { join } of subtasks) if (join !== null && join.since !== null) join.since = at;
}

/** It goes on. The part of `evolve` that belongs here. */
export function evolveJoin(state: RunState, index: number, event: JoinClosed): void {
  const { join } = state.subtasks[index] as SubtaskState;
  if (join === null) throw new Error(`${event.subtask} does not join.`);
  join.missing = event.missing;
  const isLost = (id: string) => !isRightlySkipped(state, id);
  join.isShort = event.reason !== "enough" && event.missing.some(isLost);
  queueSubtask(state, index);
}

/** Whether it was skipped on purpose, or below what was. */
function isRightlySkipped(state: RunState, id: string): boolean {
  let subtask = state.subtasks[indexOfSubtask(state, id)] as SubtaskState;
  while (subtask.reason === "dependency_skipped" && subtask.cause !== null) {
    subtask = state.subtasks[indexOfSubtask(state, subtask.cause)] as SubtaskState;
  }
  const { reason } = subtask;
  return reason === "condition_false" || reason === "route_not_taken";
}

/** Whether its deadline will ring by itself. */
export function awaitsDeadline({ status, join }: SubtaskState): boolean {
  return status === "pending" && join !== null && join.missing === null && join.since !== null;
}

/** The deadlines that count since this moment, for what depends on the subtask. */
export function joinTimers(
  state: RunState,
  dependency: number,
  at: number,
): { readonly timer: Timer; readonly at: number }[] {
  return openJoinsBelow(state, dependency).flatMap(({ index, join }) =>
    join.since === at ? joinTimer(state, index) : [],
  );
}

/** The deadlines that count since this moment, of all joins. */
export function newJoinTimers(
  state: RunState,
  at: number,
): { readonly timer: Timer; readonly at: number }[] {
  if (!programOf(state).hasJoins) return [];
  return state.subtasks.flatMap(({ join }, index) =>
    join?.since === at ? joinTimer(state, index) : [],
  );
}

/** The deadline of one join, if it has one that counts. */
export function joinTimer(
  state: RunState,
  index: number,
): { readonly timer: Timer; readonly at: number }[] {
  const { join } = state.subtasks[index] as SubtaskState;
  const { withinMs = null } = joinOf(state, index) ?? {};
  const since = join?.since ?? null;
  if (join === null || join.missing !== null || since === null || withinMs === null) return [];
  const timer = { kind: "join", subtask: idOfSubtask(state, index), since } as const;
  return [{ timer, at: since + withinMs }];
}

function openJoinsBelow(
  state: RunState,
  dependency: number,
): { readonly index: number; readonly join: JoinState }[] {
  const { compiled, hasJoins } = programOf(state);
  if (!hasJoins) return [];
  return (compiled.graph.dependents[dependency] ?? []).flatMap((index) => {
    const join = openJoin(state, index);
    return join === null ? [] : [{ index, join }];
  });
}

/** Null unless it waits, and not for ever. */
function openJoin(state: RunState, index: number): JoinState | null {
  const { join, status } = state.subtasks[index] as SubtaskState;
  const hasDeadline = (joinOf(state, index)?.withinMs ?? null) !== null;
  return hasDeadline && join?.missing === null && status === "pending" ? join : null;
}

/** Whether a join has what it wants of a dependency. */
export function isThere({ subtasks }: RunState, { index, on }: Dependency): boolean {
  const { status } = subtasks[index] as SubtaskState;
  return status === "succeeded" || (on === "settled" && isFinal(status));
}

/** Whether a join had enough before the dependency was there, and so never sees anything of it. */
export function hasDoneWithout(state: RunState, index: number, dependency: number): boolean {
  const { join, status } = state.subtasks[index] as SubtaskState;
  const missing = join?.missing ?? null;
  if (missing === null || status === "failed" || status === "cancelled") return false;
  const dependencies = programOf(state).compiled.graph.dependencies[index] ?? [];
  if (dependencies.length - missing.length < neededBy(state, index)) return false;
  return missing.includes(idOfSubtask(state, dependency));
}

/** How many must be there for a join to go on at once. */
export function neededBy(state: RunState, index: number): number {
  const { require = "all" } = joinOf(state, index) ?? {};
  if (require === "any") return 1;
  return require === "all"
    ? (programOf(state).compiled.graph.dependencies[index]?.length ?? 0)
    : require;
}
