import type { Clock } from "../../src/base/clock.ts";

type Timer = { readonly at: number; readonly delayMs: number; readonly ring: () => void };

/** Time that moves only when it is told to. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;
  #changed = Promise.withResolvers<void>();

  constructor(now = Date.UTC(2026, 10, 21)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, ring: () => void): () => void {
    const timer = { at: this.#now + delayMs, delayMs, ring };
    this.#timers.add(timer);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return () => this.#timers.delete(timer);
  }

  /** Delays of the timers that are set, shortest first. */
  get delays(): number[] {
    return [...this.#timers].map(({ delayMs }) => delayMs).sort((a, b) => a - b);
  }

  /** Wait until a timer of this delay is set, and let its time pass. */
  async pass(delayMs: number): Promise<void> {
    while (!this.delays.includes(delayMs)) await this.#changed.promise;
    this.#now += delayMs;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.ring();
    }
  }
}
