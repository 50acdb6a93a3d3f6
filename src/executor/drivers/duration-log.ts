import type { DurationCount } from "../../base/quantile-sketch.ts";
import { bucketOf } from "../../base/quantile-sketch.ts";

/** How long attempts took, until it is written down. */
export class DurationLog {
  #counts = new Map<string, DurationCount>();

  add(tool: string, ms: number): void {
    const bucket = bucketOf(ms);
    const key = `${bucket} ${tool}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { tool, bucket, count });
  }

  /** All that was added since this was asked last. */
  take(): DurationCount[] {
    const taken = [...this.#counts.values()];
    this.#counts = new Map();
    return taken;
  }
}
