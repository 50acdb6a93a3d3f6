/**
 * Adoption: a plan takes the place of none, of its own draft, or of the one before it.
 *
 * A1. A subtask that the new plan has unchanged keeps its state: same id, tool, input and
 *     condition, and the same of all that it depends on.
 * A2. Work that the new plan does not want is cancelled before the plan is adopted.
 * A3. No attempt has the number of another that had its subtask's name: an answer that
 *     comes late is told apart.
 *     Nor has it its idempotency key, if a plan was accepted before: it does something else.
 * A4. While the planner writes, only subtasks start that cannot change the world.
 */

import { canonicalJson } from "../../base/json.ts";
import { unchangedSubtasks } from "../../plan/fingerprint.ts";
import type { Dependency } from "../../plan/graph.ts";
import type { AcceptedPlan } from "./accepted-plan.ts";
import { carryItems, recountItems, renewedItems } from "./items.ts";
import { recountJoin } from "./join.ts";
import { isPlanned, programFor, programOf } from "./program.ts";
import { queueAgain, queueSubtask } from "./queue.ts";
import { isReviewed } from "./review.ts";
import { initialSubtask, type Predecessor, type RunState, type SubtaskState } from "./state.ts";
import { isFinal } from "./status.ts";

/**
 * For every subtask of the new plan the index of the same one in the run's present plan,
 * or -1.
 */
export function keptSubtasks(state: RunState, next: AcceptedPlan): readonly number[] {
  const program = programFor(next);
  if (state.accepted === null) return program.compiled.graph.ids.map(() => -1);
  const inputs = [state.accepted.inputs, next.inputs] as const;
  const areInputsSame =
    inputs[0] === inputs[1] || canonicalJson(inputs[0]) === canonicalJson(inputs[1]);
  return unchangedSubtasks(programOf(state).compiled, program.compiled, areInputsSame);
}

/** Let the plan be the run's plan. The part of `evolve` that belongs here. */
export function adoptPlan(state: RunState, next: AcceptedPlan): void {
  const kept = keptSubtasks(state, next);
  const before = state.subtasks;
  const wasPlanned = isPlanned(state);
  const present = state.accepted && programFor(state.accepted).compiled.graph;
  state.accepted = next;
  const { graph } = programOf(state).compiled;
  const earlier = new Map(Object.entries(state.predecessors));
  for (const [at, id] of present?.ids.entries() ?? []) {
    earlier.set(id, predecessorAt(state, at, wasPlanned));
  }
  const subtasks = kept.map((old, index) => {
    if (old !== -1) return keptAs(before[old] as SubtaskState, next, wasPlanned);
    const id = graph.ids[index] ?? "";
    const { review = null } = before[present?.indexOf.get(id) ?? -1] ?? {};
    const ended = wasPlanned && review ? { review: { ...review, phase: "ended" as const } } : {};
    return Object.assign(initialSubtask(), earlier.get(id), ended);
  });
  for (const id of graph.ids) earlier.delete(id);
  state.predecessors = Object.fromEntries(earlier);
  carryItems(before, subtasks);
  state.subtasks = subtasks;
  recount(state);
}

/** What a person said about it is about the same call in the new plan. */
function keptAs(subtask: SubtaskState, { revision }: AcceptedPlan, wasPlanned: boolean) {
  const { approval } = subtask;
  return approval === null || !wasPlanned
    ? subtask
    : { ...subtask, approval: { ...approval, revision } };
}

/** The number of its newest attempt, or of its items'. */
export function attemptsOf(
  subtasks: readonly SubtaskState[],
  subtask: SubtaskState | undefined,
): number {
  const { attempts = 0, items = null } = subtask ?? {};
  if (items === null) return attempts;
  const those = subtasks.slice(items.first, items.first + items.count);
  return those.reduce((most, item) => Math.max(most, attemptsOf(subtasks, item)), attempts);
}

/** What follows from the subtasks' statuses: who waits for how many, who is ready. */
export function recount(state: RunState): void {
  const { graph } = programOf(state).compiled;
  state.unsettled = 0;
  state.openDeadLetters = state.subtasks.filter(({ isDeadLetter }) => isDeadLetter).length;
  state.ready = [];
  const again: number[] = [];
  for (const [index, subtask] of state.subtasks.entries()) {
    if (!isFinal(subtask.status)) state.unsettled += 1;
    subtask.blockedBy = openOf(state, graph.dependencies[index] ?? []);
    recountJoin(state, index);
    if (subtask.readyAt !== -1 || isHeldBack(subtask)) again.push(index);
    subtask.readyAt = -1;
  }
  for (const index of again) queueAgain(state, index);
  for (const [index, { item, items, join, blockedBy }] of state.subtasks.entries()) {
    if (items !== null) recountItems(state, index);
    else if (item !== null) continue;
    else if (join === null ? blockedBy === 0 : join.missing !== null) queueSubtask(state, index);
  }
}

/** How many of the dependencies are not final. */
function openOf({ subtasks }: RunState, dependencies: readonly Dependency[]): number {
  let open = 0;
  for (const { index } of dependencies)
    if (!isFinal(subtasks[index]?.status ?? "pending")) open += 1;
  return open;
}

/** Its fallback, or its check, may change the world, and its turn came while the planner wrote. */
function isHeldBack(subtask: SubtaskState): boolean {
  const { status, items, retryAt, admission, approval } = subtask;
  const isAsked = admission !== null || (approval !== null && !approval.isApproved);
  const isWaiting = status === "waiting" && items === null && retryAt === null;
  return isWaiting && !isAsked && !isReviewed(subtask);
}

/**
 * What another of its name has to know, at once or in a later revision: where its attempts begin;
 * and that what it does is another effect, if anything has begun.
 */
function predecessorAt(state: RunState, index: number, wasPlanned: boolean): Predecessor {
  const subtask = state.subtasks[index] as SubtaskState;
  const { timesRedone, itemsRedone } = subtask;
  const attempts = attemptsOf(state.subtasks, subtask);
  if (!wasPlanned || attempts === 0) return { attempts, timesRedone, itemsRedone };
  return { attempts, timesRedone: timesRedone + 1, itemsRedone: renewedItems(state, index) };
}
