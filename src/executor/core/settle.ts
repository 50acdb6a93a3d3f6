/** What follows for the subtasks below one that became final. */

import { findDependency } from "../../plan/graph.ts";
import { considerCondition } from "./condition.ts";
import { settleItem } from "./fan-out.ts";
import { considerJoin } from "./joining.ts";
import { idOfSubtask, programOf } from "./program.ts";
import { isRoutedAway } from "./route.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

/** Decide about everything below the subtasks that became final in this turn. */
export function settleDependents(turn: Turn): void {
  const { state } = turn;
  // A list and not recursion: a chain of 100,000 may be skipped in one turn.
  for (let next = 0; next < turn.settled.length; next += 1) {
    const index = turn.settled[next] as number;
    if (state.subtasks[index]?.item != null) {
      settleItem(turn, index);
      continue;
    }
    for (const dependent of programOf(state).compiled.graph.dependents[index] ?? []) {
      settleDependent(turn, dependent, index);
    }
  }
  turn.settled.length = 0;
}

function settleDependent(turn: Turn, dependent: number, dependency: number): void {
  const { state } = turn;
  const subtask = state.subtasks[dependent];
  if (subtask?.status !== "pending") return;
  if (subtask.join !== null) considerJoin(turn, dependent);
  else if (isRoutedAway(state, dependent, dependency)) skipRoutedAway(turn, dependent, dependency);
  else if (needs(state, dependent, dependency)) skipBelow(turn, dependent, dependency);
  else if (subtask.blockedBy === 0) considerCondition(turn, dependent);
}

/** Whether the dependent cannot run because of how this dependency ended. */
function needs(state: RunState, dependent: number, dependency: number): boolean {
  if (state.subtasks[dependency]?.status === "succeeded") return false;
  return findDependency(programOf(state).compiled.graph, dependent, dependency)?.on === "success";
}

function skipRoutedAway(turn: Turn, dependent: number, dependency: number): void {
  emit(turn, {
    type: "subtask.skipped",
    subtask: idOfSubtask(turn.state, dependent),
    reason: "route_not_taken",
    cause: idOfSubtask(turn.state, dependency),
  });
}

function skipBelow(turn: Turn, dependent: number, dependency: number): void {
  const { state } = turn;
  const cause = state.subtasks[dependency] as SubtaskState;
  emit(turn, {
    type: "subtask.skipped",
    subtask: idOfSubtask(state, dependent),
    reason: cause.status === "failed" ? "dependency_failed" : "dependency_skipped",
    cause: idOfSubtask(state, dependency),
  });
}
