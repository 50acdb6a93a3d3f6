import { bucketOf } from "../../base/quantile-sketch.ts";
import type { DurationCount } from "../../journal/journal.ts";

/** How long attempts took, until it is written down. */
export class DurationLog {
  #counts = new Map<string, Map<number, number>>();

  add(tool: string, ms: number): void {
    const counts = this.#counts.get(tool) ?? new Map<number, number>();
    const bucket = bucketOf(ms);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    this.#counts.set(tool, counts);
  }

  /** All that was added since this was asked last. */
  take(): DurationCount[] {
    const taken = [...this.#counts].flatMap(([tool, counts]) =>
      [...counts].map(([bucket, count]) => ({ tool, bucket, count })),
    );
    this.#counts = new Map();
    return taken;
  }
}
