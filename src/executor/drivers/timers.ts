import type { Clock } from "../../base/clock.ts";
import type { Timer } from "../core/input.ts";

type Entry = { readonly timer: Timer; readonly at: number };

/**
 * The timers of one run on one timer of the clock.
 *
 * Nearly all are dropped before they ring, because their attempt ends in time. So setting
 * and dropping cost a map entry, and finding the next one, which is rare, looks at all.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #ring: (timer: Timer) => void;
  readonly #entries = new Map<string, Entry>();
  #disarm: (() => void) | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: (timer: Timer) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** @param name one timer has it at a time; a later one takes its place */
  set(name: string, timer: Timer, at: number): void {
    this.#entries.set(name, { timer, at });
    if (at < this.#armedFor) this.#arm(at);
  }

  drop(name: string): void {
    this.#entries.delete(name);
  }

  clear(): void {
    this.#entries.clear();
    this.#disarm?.();
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #arm(at: number): void {
    this.#disarm?.();
    this.#armedFor = at;
    this.#disarm = this.#clock.setTimer(at - this.#clock.now(), () => this.#ringDue());
  }

  #ringDue(): void {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [name, { timer, at }] of this.#entries) {
      if (at > now) {
        next = Math.min(next, at);
        continue;
      }
      this.#entries.delete(name);
      this.#ring(timer);
    }
    this.#armedFor = next;
    if (next !== Number.POSITIVE_INFINITY) this.#arm(next);
  }
}
