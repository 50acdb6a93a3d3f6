/**
 * Items: a subtask with `forEach` does its work once for each element of a list. Each item is a
 * subtask of its own, named `id[3]`, with attempts, waits and approval as any other.
 *
 * U1. Items stand behind the plan's subtasks, those of one fan-out side by side, in order.
 * U2. `begun` of them were let go, in order; `active` of these are not final, and never more
 *     than the fan-out's concurrency.
 * U3. Once an item failed of a fan-out that fails with it, no further one is let go, but those
 *     that a person wants done again.
 * U4. The elements stay what they were when it fanned out, whatever a person says later that
 *     others came to.
 * U5. When none is active and none is left to go, the fan-out ends: collected or failed.
 */

import { type KeptOutput, largeFieldsOf } from "./large-value.ts";
import { fanOutOf, idOfSubtask, planIndexOf, programOf } from "./program.ts";
import { queueSubtask } from "./queue.ts";
import { removeReady } from "./ready.ts";
import { type ItemsState, initialSubtask, type RunState, type SubtaskState } from "./state.ts";
import { isFinal, type SubtaskReason } from "./status.ts";

/** Why an item was cancelled that had not begun when its loop failed. */
const DROPPED = "item_failed" satisfies SubtaskReason;
/** In `itemsRedone`: every item of which nothing else is said. */
const ANY = "";

/** The part of `evolve` that belongs to `items.expanded`. */
export function expandItems(state: RunState, index: number, count: number): void {
  const parent = state.subtasks[index] as SubtaskState;
  const root = planIndexOf(parent, index);
  const first = state.subtasks.length;
  const { itemsRedone } = state.subtasks[root] as SubtaskState;
  const place = placeOf(state, index);
  parent.items = { first, count, begun: 0, active: 0, failed: 0, saw: {} };
  for (let at = 0; at < count; at += 1) {
    state.subtasks.push({
      ...initialSubtask(parent.attempts),
      timesRedone: itemsRedone[`${place}[${at}]`] ?? itemsRedone[ANY] ?? 0,
      item: { of: index, root, at, isRetried: false },
    });
  }
  state.unsettled += count;
  letGo(state, index);
}

/** An item became final: the next one may go. The part of `evolve` that belongs here. */
export function settleInParent(state: RunState, index: number): void {
  const { item, status } = state.subtasks[index] as SubtaskState;
  const items = state.subtasks[item?.of ?? -1]?.items;
  if (!item || !items) return;
  items.active -= 1;
  if (status === "failed") {
    items.failed += 1;
    if (isStopped(state, item.of)) holdBack(state, items);
  }
  letGo(state, item.of);
}

/** Whether one has failed, and all with it. */
export function isStopped(state: RunState, index: number): boolean {
  const failed = state.subtasks[index]?.items?.failed ?? 0;
  return failed > 0 && fanOutOf(state, index)?.onItemError === "fail";
}

/** Whether the fan-out is at its end. */
export function isExhausted(state: RunState, index: number): boolean {
  const items = state.subtasks[index]?.items;
  return items !== null && items !== undefined && items.active === 0 && items.begun === items.count;
}

/** An item that was cancelled with its run, so that the list cannot be whole; -1 for none. */
export function cancelledItem(state: RunState, index: number): number {
  const { first = 0, count = 0 } = state.subtasks[index]?.items ?? {};
  for (let k = first; k < first + count; k += 1) {
    if (state.subtasks[k]?.status === "cancelled") return k;
  }
  return -1;
}

/** Let items go, as many as may be under way. */
function letGo(state: RunState, index: number): void {
  const { items, status } = state.subtasks[index] as SubtaskState;
  if (items === null || isFinal(status)) return;
  const most = fanOutOf(state, index)?.concurrency ?? Number.POSITIVE_INFINITY;
  const stopped = isStopped(state, index);
  while (items.active < most && items.begun < items.count) {
    const next = items.first + items.begun;
    items.begun += 1;
    const { status: itsStatus, item } = state.subtasks[next] as SubtaskState;
    if (itsStatus !== "pending" || (stopped && !item?.isRetried)) continue;
    items.active += 1;
    queueSubtask(state, next);
  }
}

/** Those that were let go and have not started stay where they are. */
function holdBack(state: RunState, items: ItemsState): void {
  for (let at = 0; at < items.begun; at += 1) {
    const subtask = state.subtasks[items.first + at];
    if (subtask?.status !== "pending" || subtask.readyAt === -1 || subtask.item?.isRetried)
      continue;
    removeReady(state, items.first + at);
    items.active -= 1;
  }
}

/** The fan-out has ended: items that never started will not any more. */
export function dropItems(state: RunState, index: number, at: number): void {
  const { items, status, reason } = state.subtasks[index] as SubtaskState;
  if (items === null || status === "succeeded") return;
  const why = status === "cancelled" ? reason : DROPPED;
  for (let k = items.first; k < items.first + items.count; k += 1) {
    const item = state.subtasks[k] as SubtaskState;
    if (item.status !== "pending") continue;
    removeReady(state, k);
    Object.assign(item, { status: "cancelled", reason: why, finishedAt: at });
    state.unsettled -= 1;
  }
  items.active = 0;
}

/** The outputs in order, as the fan-out's rule for failed items has them. */
export function collectItems(state: RunState, index: number) {
  const { first = 0, count = 0 } = state.subtasks[index]?.items ?? {};
  const isCollecting = fanOutOf(state, index)?.onItemError === "collect";
  const parts: KeptOutput[] = [];
  for (let at = 0; at < count; at += 1) {
    const part = partOf(state.subtasks[first + at] as SubtaskState, at, isCollecting);
    if (part !== undefined) parts.push(part);
  }
  const named = parts.map((part, at) => [String(at), part] as const);
  return { output: parts.map(({ output }) => output), largeFields: largeFieldsOf(named) };
}

/** What an item gives to the list; undefined for nothing. */
function partOf(item: SubtaskState, at: number, isCollecting: boolean): KeptOutput | undefined {
  const { status, output, error } = item;
  if (status === "succeeded") {
    if (!isCollecting) return item;
    return { output: { index: at, output }, largeFields: largeFieldsOf([["output", item]]) };
  }
  if (!isCollecting || error === null) return undefined;
  const { code, message } = error;
  return { output: { index: at, error: { code, message } } };
}

/** The subtask, its items, and theirs. */
export function withItems(state: RunState, index: number): number[] {
  const { first = 0, count = 0 } = state.subtasks[index]?.items ?? {};
  const items = Array.from({ length: count }, (_, at) => first + at);
  return [index, ...items.flatMap((item) => withItems(state, item))];
}

/** Bring the items of subtasks along to their new places. */
export function carryItems(before: readonly SubtaskState[], subtasks: SubtaskState[]): void {
  // The list grows while it is walked: items may have items.
  for (let index = 0; index < subtasks.length; index += 1) {
    const parent = subtasks[index] as SubtaskState;
    const { items } = parent;
    if (items === null) continue;
    const first = subtasks.length;
    const root = planIndexOf(parent, index);
    for (let at = 0; at < items.count; at += 1) {
      const item = before[items.first + at] as SubtaskState;
      const isRetried = item.item?.isRetried ?? false;
      subtasks.push({ ...item, item: { of: index, root, at, isRetried } });
    }
    subtasks[index] = { ...parent, items: { ...items, first } };
  }
}

/** Let an item that is done again be wanted again by all that it is part of. */
export function reopenParents(state: RunState, index: number): void {
  const { item } = state.subtasks[index] as SubtaskState;
  if (item === null) return;
  const parent = state.subtasks[item.of] as SubtaskState;
  // It has begun anew itself, or is still under way.
  if (parent.items === null || !isFinal(parent.status)) return;
  reopen(state, item.of);
  reopenParents(state, item.of);
}

/** How often the items of a subtask will have succeeded and been wanted again, if they are now. */
export function redoneItems(state: RunState, index: number): Readonly<Record<string, number>> {
  const redone = withItems(state, index).flatMap((one) => {
    const { timesRedone, status } = state.subtasks[one] as SubtaskState;
    const times = timesRedone + (status === "succeeded" ? 1 : 0);
    return one === index || times === 0 ? [] : [[placeOf(state, one), times] as const];
  });
  return Object.fromEntries(redone);
}

/** How often others of their names came before the items of a subtask that is another now. */
export function renewedItems(state: RunState, index: number): Readonly<Record<string, number>> {
  const { itemsRedone } = state.subtasks[index] as SubtaskState;
  const [, ...items] = withItems(state, index);
  const times = items.map((item) => state.subtasks[item]?.timesRedone ?? 0);
  const most = [...times, ...Object.values(itemsRedone)].reduce((a, b) => Math.max(a, b), 0);
  // Of those that it had before these nobody knows more than that there were no more times.
  return { [ANY]: most + 1 };
}

/** What stands behind the id of the plan's subtask in that of its item: `[3]`; empty for itself. */
function placeOf(state: RunState, index: number): string {
  const { item = null } = state.subtasks[index] ?? {};
  return item === null ? "" : `${placeOf(state, item.of)}[${item.at}]`;
}

/**
 * What it gave is about to be something else; loops that have begun with it keep it. The part of
 * `evolve` that belongs here.
 */
export function keepForLoops(state: RunState, index: number): void {
  const { output, largeOutput, largeFields, item } = state.subtasks[index] as SubtaskState;
  if (item !== null) return;
  const id = idOfSubtask(state, index);
  for (const dependent of programOf(state).compiled.graph.dependents[index] ?? []) {
    const items = state.subtasks[dependent]?.items;
    if (!items || Object.hasOwn(items.saw, id)) continue;
    items.saw = { ...items.saw, [id]: { output, largeOutput, largeFields } };
  }
}

/**
 * It goes on with the items that it has. Those that were dropped for the failure of another are
 * wanted again; what was cancelled with the run stays so.
 */
function reopen(state: RunState, index: number): void {
  const subtask = state.subtasks[index] as SubtaskState;
  const { attempts, timesRedone, itemsRedone, item, items, join } = subtask;
  const kept = { timesRedone, itemsRedone, item, items, join };
  keepForLoops(state, index);
  const status = items === null ? "pending" : "waiting";
  state.subtasks[index] = { ...initialSubtask(attempts), ...kept, status };
  const { first = 0, count = 0 } = items ?? {};
  for (let k = first; k < first + count; k += 1) {
    const { status: its, reason } = state.subtasks[k] as SubtaskState;
    if (its === "cancelled" && reason === DROPPED) reopen(state, k);
  }
}

/** What follows from the items' statuses, after many changed. Those to go are queued. */
export function recountItems(state: RunState, index: number): void {
  const { items } = state.subtasks[index] as SubtaskState;
  if (items === null) return;
  items.active = 0;
  items.failed = 0;
  items.begun = 0;
  for (let at = 0; at < items.count; at += 1) {
    const { status } = state.subtasks[items.first + at] as SubtaskState;
    if (status === "failed") items.failed += 1;
    else if (status === "waiting" || status === "running") items.active += 1;
  }
  letGo(state, index);
}
