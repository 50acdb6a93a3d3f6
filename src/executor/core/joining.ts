/** When a join goes on, and what becomes of it when it cannot: see `join.ts`. */

import { renderDuration } from "../../base/duration.ts";
import type { CompiledJoin } from "../../plan/compile-control-flow.ts";
import { considerCondition } from "./condition.ts";
import { failSubtask } from "./failure.ts";
import type { Timer } from "./input.ts";
import { isThere, joinOf, neededBy } from "./join.ts";
import { findSubtask, idOfSubtask, programOf } from "./program.ts";
import type { SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

/** Something became of what a join waits for: does it go on? */
export function considerJoin(turn: Turn, index: number): void {
  const { state } = turn;
  const { status, join, blockedBy } = state.subtasks[index] as SubtaskState;
  const policy = joinOf(state, index);
  if (policy === undefined || join === null) return;
  if (status !== "pending" || join.missing !== null) return;
  const dependencies = programOf(state).compiled.graph.dependencies[index] ?? [];
  const { withinMs, atLeast } = policy;
  const needed = neededBy(state, index);
  if (join.arrived >= needed) return close(turn, index, "enough");
  if (join.arrived + blockedBy >= needed) return;
  if (withinMs !== null && blockedBy > 0) return;
  if (withinMs !== null && join.arrived >= atLeast) return close(turn, index, "settled");
  const cause = dependencies.find((one) => {
    const { status } = state.subtasks[one.index] as SubtaskState;
    return isFinal(status) && !isThere(state, one);
  });
  if (cause === undefined) return;
  emit(turn, {
    type: "subtask.skipped",
    subtask: idOfSubtask(state, index),
    reason:
      state.subtasks[cause.index]?.status === "failed" ? "dependency_failed" : "dependency_skipped",
    cause: idOfSubtask(state, cause.index),
  });
}

/** Its time is up; a ring for another wait than the present one is stale. */
export function endJoin(turn: Turn, timer: Extract<Timer, { readonly kind: "join" }>): void {
  const { state } = turn;
  if (state.accepted === null || state.lifecycle.stopping !== null) return;
  const index = findSubtask(state, timer.subtask);
  const { join = null, status } = state.subtasks[index] ?? {};
  if (status !== "pending" || join === null || join.missing !== null) return;
  if (join.since !== timer.since) return;
  const { withinMs, atLeast } = joinOf(state, index) as CompiledJoin;
  if (join.arrived >= atLeast) return close(turn, index, "deadline");
  failSubtask(turn, index, "failed", {
    code: "join.deadline",
    path: `subtasks[${index}].join.within`,
    message: `Of what ${timer.subtask} waits for ${join.arrived} had succeeded within ${renderDuration(withinMs ?? 0)}; ${atLeast} must have.`,
    hint: "Give it longer with `within`, or let it go on with less: `atLeast`.",
    retryable: false,
  });
}

function close(turn: Turn, index: number, reason: "enough" | "deadline" | "settled"): void {
  const { state } = turn;
  const { dependencies } = programOf(state).compiled.graph;
  const missing = (dependencies[index] ?? [])
    .filter((one) => !isThere(state, one))
    .map((one) => idOfSubtask(state, one.index));
  emit(turn, { type: "join.closed", subtask: idOfSubtask(state, index), reason, missing });
  considerCondition(turn, index);
}
