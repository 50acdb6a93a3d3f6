/** How work is done again, see `restart.ts`. */

import { completeRun } from "./completion.ts";
import type { Versions } from "./event.ts";
import { withItems } from "./items.ts";
import { reconsiderPoorOutputs } from "./judge.ts";
import { idOfSubtask } from "./program.ts";
import { recoverAttempts } from "./recovery.ts";
import { changesOf, type SettingChanges } from "./settings.ts";
import { isFinished } from "./status.ts";
import { cancelSubtask } from "./stop.ts";
import { emit, type Turn } from "./turn.ts";

type Signature = { readonly by: string; readonly versions?: Versions };
export type Redoing = Signature & SettingChanges;

/** Who takes a run up, and with what, as far as it was said. */
export function signatureOf({ by, versions }: Partial<Signature>): Partial<Signature> {
  return { ...(by !== undefined && { by }), ...(versions && { versions }) };
}

/** Let a run that has ended, or stands still, be under way again. */
export function goOn(turn: Turn, redoing: Redoing): void {
  const { state } = turn;
  const { by, versions } = redoing;
  const signature = { by, ...(versions && { versions }), ...changesOf(redoing) };
  if (!isFinished(state.status)) {
    emit(turn, { type: "run.resumed", ...signature });
    recoverAttempts(turn);
    if (state.lifecycle.stopping !== null) {
      // A cancel is not lifted: the run ends by it, and is then opened again.
      for (const index of state.subtasks.keys()) cancelSubtask(turn, index);
      completeRun(turn);
    }
    turn.settled.length = 0;
  }
  if (isFinished(state.status)) emit(turn, { type: "run.reopened", ...signature });
}

/**
 * Let these begin anew; the dead letters among them, and among their items, are none any more.
 * @param options.keeping of these, what goes on with the check of what it has produced
 */
export function redo(
  turn: Turn,
  indices: readonly number[],
  by: string,
  { keeping = [] }: { readonly keeping?: readonly number[] } = {},
): void {
  const { state } = turn;
  for (const index of indices.flatMap((one) => withItems(state, one))) {
    if (!state.subtasks[index]?.isDeadLetter) continue;
    const subtask = idOfSubtask(state, index);
    emit(turn, { type: "dead_letter.resolved", subtask, resolution: "retried", by, note: "" });
  }
  const subtasks = indices.map((index) => idOfSubtask(state, index));
  const kept = keeping.map((index) => idOfSubtask(state, index));
  if (subtasks.length > 0) {
    emit(turn, { type: "subtasks.reset", subtasks, ...(kept.length > 0 && { keeping: kept }) });
  }
  reconsiderPoorOutputs(turn);
}
