/** How long tools took, as the journal remembers it, and what limits follow from it. */

import { adaptiveTimeout } from "./base/adaptive-timeout.ts";
import { type BucketCount, quantile, totalOf } from "./base/quantile-sketch.ts";
import { DEFAULT_SETTINGS } from "./executor/core/settings.ts";
import type { RunStore } from "./run-store.ts";
import type { Tool } from "./tools/tool.ts";

/** Of calls that ended, and of those that timed out; old ones count less. */
export type Durations = {
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

export class Timings {
  readonly #store: RunStore;
  readonly #usualMs: number;

  /** @param attemptTimeoutMs of a run, where tools have no own */
  constructor(store: RunStore, attemptTimeoutMs = DEFAULT_SETTINGS.attemptTimeoutMs) {
    this.#store = store;
    this.#usualMs = attemptTimeoutMs;
  }

  /** Undefined for a tool that was never called. */
  async durationsOf({ name }: Tool): Promise<Durations | undefined> {
    const counts = await this.#counts(name);
    const [p50Ms, p99Ms] = [quantile(counts, 0.5), quantile(counts, 0.99)];
    if (p50Ms === undefined || p99Ms === undefined) return undefined;
    return { calls: totalOf(counts), p50Ms, p99Ms };
  }

  /** The fixed limit of one attempt. */
  fixedTimeoutMs({ timeoutMs }: Tool): number {
    return timeoutMs ?? this.#usualMs;
  }

  /** Undefined while too few calls are known. */
  async adaptiveTimeoutMs(tool: Tool): Promise<number | undefined> {
    return adaptiveTimeout(await this.#counts(tool.name), this.fixedTimeoutMs(tool));
  }

  async #counts(tool: string): Promise<readonly BucketCount[]> {
    return (await (await this.#store.openToRead())?.readDurations(tool)) ?? [];
  }
}
