/** What follows an attempt that went well: mostly the success of its subtask. */

import { hasShifted } from "../../base/distribution-shift.ts";
import type { ErrorData } from "../../base/errors.ts";
import { effectKeyOf } from "./effect-key.ts";
import type { AttemptOutcome, BranchHistory } from "./input.ts";
import { refine } from "./iterations.ts";
import { acceptOf, beginEvaluation } from "./judge.ts";
import { keepOutput } from "./large-value.ts";
import { idOfSubtask } from "./program.ts";
import { refineOf } from "./refine.ts";
import { decideRoute, routeOf } from "./route.ts";
import { emit, type Turn } from "./turn.ts";

/** @returns why the attempt has failed after all: what it gave cannot be used */
export function succeedAttempt(
  turn: Turn,
  index: number,
  outcome: Extract<AttemptOutcome, { readonly status: "ok" }>,
): ErrorData | undefined {
  const { state, values } = turn;
  if (refineOf(state, index) !== undefined) return refine(turn, index, outcome);
  if (acceptOf(state, index) !== undefined) {
    beginEvaluation(turn, index, outcome);
    return undefined;
  }
  const { output, usage, reused } = outcome;
  const subtask = idOfSubtask(state, index);
  if (routeOf(state, index) !== undefined) {
    const decided = decideRoute(state, index, output, values);
    if ("error" in decided) return decided.error;
    emit(turn, { type: "route.decided", subtask, ...decided.decision });
    noteShift(turn, subtask, decided.decision.branch, outcome.branches);
  }
  emit(turn, {
    type: "subtask.succeeded",
    subtask,
    attempt: state.subtasks[index]?.attempts ?? 0,
    ...keepOutput(output, values),
    ...(usage && { usage }),
    ...(reused && { reused }),
    ...effectKeyOf(state, index),
  });
  return undefined;
}

/** The branch may be the one that fills a window. */
function noteShift(
  turn: Turn,
  subtask: string,
  branch: string,
  history: BranchHistory | undefined,
): void {
  if (history === undefined) return;
  const { past } = history;
  const recent = { ...history.recent, [branch]: (history.recent[branch] ?? 0) + 1 };
  if (hasShifted(past, recent)) emit(turn, { type: "route.shifted", subtask, past, recent });
}
