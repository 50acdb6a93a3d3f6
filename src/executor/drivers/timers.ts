import type { Clock } from "../../base/clock.ts";
import type { Timer } from "../core/input.ts";

type Entry = { readonly at: number; readonly timer: Timer };

/**
 * The timers of one run on one timer of the clock. Most are stale before they ring (an
 * attempt ends before its timeout), so setting one must cost next to nothing.
 *
 * A binary heap, earliest first.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #ring: (timer: Timer) => void;
  readonly #heap: Entry[] = [];
  #disarm: (() => void) | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: (timer: Timer) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  set(timer: Timer, at: number): void {
    const heap = this.#heap;
    let hole = heap.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Entry;
      if (above.at <= at) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = { at, timer };
    if (at < this.#armedFor) this.#arm();
  }

  clear(): void {
    this.#heap.length = 0;
    this.#disarm?.();
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#disarm?.();
    const [first] = this.#heap;
    this.#armedFor = first?.at ?? Number.POSITIVE_INFINITY;
    if (first === undefined) return;
    const delay = first.at - this.#clock.now();
    this.#disarm = this.#clock.setTimer(delay, () => this.#ringDue());
  }

  #ringDue(): void {
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      this.#removeFirst();
      this.#ring(first.timer);
    }
    this.#arm();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Entry).at < (heap[child] as Entry).at) {
        child += 1;
      }
      if ((heap[child] as Entry).at >= last.at) break;
      heap[hole] = heap[child] as Entry;
      hole = child;
    }
    heap[hole] = last;
  }
}
