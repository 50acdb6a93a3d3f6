/**
 * Failure: what follows when a subtask cannot succeed any more. It never vanishes: an
 * optional one is skipped and flagged, a required one fails and becomes a dead letter.
 */

import type { ErrorData } from "../../base/errors.ts";
import { keepBest } from "./iterations.ts";
import { idOfSubtask, planned, programOf } from "./program.ts";
import type { SubtaskState } from "./state.ts";
import type { SubtaskReason } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

export function failSubtask(
  turn: Turn,
  index: number,
  reason: SubtaskReason,
  error: ErrorData,
): void {
  const { state } = turn;
  const subtask = idOfSubtask(state, index);
  const { attempts, item } = state.subtasks[index] as SubtaskState;
  // What was good enough to be kept is not lost with a later try.
  if ((reason === "failed" || reason === "denied") && keepBest(turn, index, error)) return;
  // What an item's failure means is for its fan-out to say. An interrupted effect is for a
  // person to decide about, however unimportant its result.
  const { optional } = planned(programOf(state), state.subtasks[index] as SubtaskState, index);
  if (optional && item === null && reason !== "interrupted") {
    emit(turn, { type: "subtask.skipped", subtask, reason: "optional_failed", error });
    return;
  }
  emit(turn, { type: "subtask.failed", subtask, reason, error });
  emit(turn, { type: "dead_letter.added", subtask, reason, attempts, error });
  noteThreshold(turn);
}

/** They come one by one, so the threshold is passed where they are exactly so many. */
function noteThreshold(turn: Turn): void {
  const { settings, openDeadLetters: count, subtasks } = turn.state;
  const threshold = settings.deadLetters?.threshold;
  if (count !== threshold) return;
  const open = subtasks.flatMap(({ isDeadLetter }, index) =>
    isDeadLetter ? [idOfSubtask(turn.state, index)] : [],
  );
  emit(turn, { type: "dead_letters.threshold_reached", count, threshold, subtasks: open });
}
