/** Which items of a batch needed many iterations, of how many. Keeps the hardest only. */

import type { RunEvent } from "../executor/core/event.ts";

export type RefinedItem = {
  readonly item: number;
  /** Of its run. */
  readonly subtask: string;
  readonly iterations: number;
  readonly score: number;
  readonly isAccepted: boolean;
};

export type RefinedReport = {
  /** How often something was refined, in all items. */
  readonly count: number;
  /** Iterations of these, on average. */
  readonly mean: number;
  /** Those that needed more than two iterations, or were not accepted. */
  readonly many: number;
  /** Of these the ones that needed most. */
  readonly hardest: readonly RefinedItem[];
};

const SHOWN = 20;

export class RefinedTally {
  #count = 0;
  #iterations = 0;
  #many = 0;
  #hardest: RefinedItem[] = [];
  /** Of the item that is gone through now: the newest iteration of each subtask. */
  readonly #under = new Map<string, number>();

  take(item: number, event: RunEvent): void {
    if (event.type === "iteration.produced") this.#under.set(event.subtask, event.iteration);
    if (event.type !== "iterations.ended") return;
    const { subtask, score, isAccepted } = event;
    const iterations = this.#under.get(subtask) ?? event.best;
    this.#under.delete(subtask);
    this.#count += 1;
    this.#iterations += iterations;
    if (iterations <= 2 && isAccepted) return;
    this.#many += 1;
    this.#hardest.push({ item, subtask, iterations, score, isAccepted });
    if (this.#hardest.length > 2 * SHOWN) this.#hardest = this.#hardestFirst();
  }

  endItem(): void {
    this.#under.clear();
  }

  /** Null where nothing was refined. */
  report(): RefinedReport | null {
    if (this.#count === 0) return null;
    const mean = this.#iterations / this.#count;
    return { count: this.#count, mean, many: this.#many, hardest: this.#hardestFirst() };
  }

  #hardestFirst(): RefinedItem[] {
    return this.#hardest
      .toSorted((a, b) => b.iterations - a.iterations || a.item - b.item)
      .slice(0, SHOWN);
  }
}
