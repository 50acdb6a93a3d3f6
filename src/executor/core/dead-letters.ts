/**
 * Dead letters: what failed for good waits until somebody decides: try it again, leave it as it
 * is, or say what it came to.
 *
 * D1. Only about what is a dead letter is decided, so the first decision stands, whoever else
 *     had the same thought.
 * D2. What somebody has resolved is never run again by a retry, only by a restart, which wants
 *     its effect once more.
 * D3. An effect that may have happened is repeated by a retry only when it is named.
 * D4. What had enough without it does not follow from it, and is not done again by a retry.
 * D5. A resolution lets run what was skipped for want of the result; what had run keeps its own.
 */

import { effectKeyOf } from "./effect-key.ts";
import type { RunInput } from "./input.ts";
import { withItems } from "./items.ts";
import { hasDoneWithout, joinOf } from "./join.ts";
import { idOfSubtask, isPlanned } from "./program.ts";
import { goOn, redo } from "./redo.ts";
import { awaitsCheck } from "./refine.ts";
import { indicesOf, withDependents } from "./restart.ts";
import { decideRoute, routeOf } from "./route.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { emit, type Turn } from "./turn.ts";

type Input<T extends RunInput["type"]> = Extract<RunInput, { readonly type: T }>;

/** @returns whether there was anything to do */
export function retryDeadLetters(turn: Turn, input: Input<"dead_letters_retried">): boolean {
  const { state } = turn;
  const letters = openLetters(state, input.subtasks);
  if (letters.length === 0) return false;
  goOn(turn, input);
  const named = new Set(letters);
  const isKept = (index: number) =>
    !named.has(index) && isLeftAlone(state.subtasks[index] as SubtaskState);
  const follows = (index: number, dependency: number) =>
    !hasDoneWithout(state, index, dependency) && !withItems(state, index).some(isKept);
  const keeping = letters.filter((index) => awaitsCheck(state, index));
  redo(turn, withDependents(state, letters, follows), input.by, { keeping });
  return true;
}

/**
 * What is resolved may be a route: then what it came to chooses a branch.
 * @returns whether there was anything to do; not where there is no such branch
 */
export function resolveDeadLetter(turn: Turn, input: Input<"dead_letter_resolved">): boolean {
  const { state } = turn;
  const { subtask, output, by, note } = input;
  const [letter] = openLetters(state, [subtask]);
  if (letter === undefined) return false;
  const decided = routeOf(state, letter) && decideRoute(state, letter, output, turn.values);
  // Whoever gave it was told.
  if (decided && "error" in decided) return false;
  goOn(turn, input);
  emit(turn, { type: "dead_letter.resolved", subtask, resolution: "resolved", by, note });
  if (decided) emit(turn, { type: "route.decided", subtask, ...decided.decision });
  emit(turn, { type: "subtask.resolved", subtask, output, ...effectKeyOf(state, letter) });
  const waitsAgain = (index: number, dependency: number) => {
    const { status, cause } = state.subtasks[index] as SubtaskState;
    // What was about to run because one above it had been skipped waits for that one now.
    if (status === "waiting") return dependency !== letter;
    if (status !== "skipped") return false;
    // A join may have enough now, whatever it was skipped for first.
    const isJoin = joinOf(state, index) !== undefined && cause !== null;
    return isJoin || cause === idOfSubtask(state, dependency);
  };
  const again = withDependents(state, [letter], waitsAgain);
  redo(
    turn,
    again.filter((index) => index !== letter),
    by,
  );
  return true;
}

export function discardDeadLetter(turn: Turn, input: Input<"dead_letter_discarded">): void {
  const { subtask, by, note } = input;
  const [letter] = openLetters(turn.state, [subtask]);
  if (letter === undefined) return;
  const discarded = {
    resolution: "discarded",
    by,
    note,
    ...effectKeyOf(turn.state, letter),
  } as const;
  emit(turn, { type: "dead_letter.resolved", subtask, ...discarded });
}

/** Those of the subtasks about which nobody has decided, by index. */
function openLetters(state: RunState, ids: readonly string[]): number[] {
  if (!isPlanned(state)) return [];
  return indicesOf(state, ids).filter((index) => state.subtasks[index]?.isDeadLetter);
}

function isLeftAlone({ isResolved, isDeadLetter, reason }: SubtaskState): boolean {
  return isResolved || (isDeadLetter && reason === "interrupted");
}
