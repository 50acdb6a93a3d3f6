import type { Clock } from "../../src/base/clock.ts";

type Timer = { readonly at: number; readonly ring: () => void };

const EPOCH = Date.UTC(2026, 10, 21);

/**
 * Time that passes only from one timer to the next.
 *
 * As on a real machine there are two times: the one that passes (`elapsed`, by which timers
 * ring), and the one that a wall clock shows (`now`), which somebody may set forward or back.
 */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #offset = EPOCH;

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.#elapsed;
  }

  now(): number {
    return this.#offset + this.#elapsed;
  }

  setTimer(delayMs: number, ring: () => void): () => void {
    const timer = { at: this.#elapsed + Math.max(0, delayMs), ring };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Somebody sets the wall clock. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  /** Let time pass until the next timer, and ring it. @returns whether there was one */
  ringNext(): boolean {
    let next: Timer | undefined;
    // Of equal ones the one set first: a set keeps their order.
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#elapsed = next.at;
    next.ring();
    return true;
  }
}
