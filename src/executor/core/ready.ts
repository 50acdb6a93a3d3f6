/**
 * The ready queue: subtasks that wait for nothing but their turn, longest remaining path
 * first, ties in plan order. A binary heap of indices; every subtask knows its place, so
 * that one which is skipped or cancelled leaves in O(log n).
 *
 * R1. No parent in the heap comes after one of its children.
 * R2. `subtasks[ready[k]].readyAt === k` for every place k; -1 for all others.
 */

import { type Program, planIndexOf, programOf } from "./program.ts";
import type { RunState } from "./state.ts";

export function addReady(state: RunState, index: number): void {
  place(state, state.ready.length, index);
  siftUp(state, programOf(state), state.ready.length - 1);
}

/** The subtask to start next, or -1. */
export function firstReady(state: RunState): number {
  return state.ready[0] ?? -1;
}

/** Harmless for a subtask that is not queued. */
export function removeReady(state: RunState, index: number): void {
  const subtask = at(state.subtasks, index);
  const hole = subtask.readyAt;
  if (hole === -1) return;
  subtask.readyAt = -1;
  const last = state.ready.pop();
  if (last === undefined || last === index) return;
  place(state, hole, last);
  const program = programOf(state);
  siftUp(state, program, hole);
  siftDown(state, program, at(state.subtasks, last).readyAt);
}

function siftUp(state: RunState, program: Program, from: number): void {
  const moving = at(state.ready, from);
  let hole = from;
  while (hole > 0) {
    const parentPlace = (hole - 1) >> 1;
    const parent = at(state.ready, parentPlace);
    if (!precedes(state, program, moving, parent)) break;
    place(state, hole, parent);
    hole = parentPlace;
  }
  place(state, hole, moving);
}

function siftDown(state: RunState, program: Program, from: number): void {
  const { ready } = state;
  const moving = at(ready, from);
  let hole = from;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= ready.length) break;
    if (
      child + 1 < ready.length &&
      precedes(state, program, at(ready, child + 1), at(ready, child))
    ) {
      child += 1;
    }
    if (!precedes(state, program, at(ready, child), moving)) break;
    place(state, hole, at(ready, child));
    hole = child;
  }
  place(state, hole, moving);
}

function precedes(state: RunState, program: Program, a: number, b: number): boolean {
  const difference = priorityOf(state, program, a) - priorityOf(state, program, b);
  return difference > 0 || (difference === 0 && a < b);
}

function priorityOf(state: RunState, program: Program, index: number): number {
  return at(program.priority, planIndexOf(at(state.subtasks, index), index));
}

function place(state: RunState, hole: number, index: number): void {
  state.ready[hole] = index;
  at(state.subtasks, index).readyAt = hole;
}

function at<T>(list: { readonly [index: number]: T }, index: number): T {
  return list[index] as T;
}
