/**
 * What became of the items of a batch: how many reached and passed each step, how long that
 * took, what it cost, and why some failed. Fed with one item at a time, of which it keeps
 * counts only; so its size is that of the plan, however many items there are.
 */

import type { ErrorCode, ErrorData } from "../base/errors.ts";
import { bucketOf, quantile } from "../base/quantile-sketch.ts";
import type { Usage } from "../executor/core/consumption.ts";
import type { RunEvent } from "../executor/core/event.ts";
import { evolveUsage, initialUsage } from "../executor/core/usage.ts";
import type { Plan } from "../plan/schema.ts";
import { type RefinedReport, RefinedTally } from "./refined-items.ts";

/** Milliseconds that a share of the items did not exceed; null where there were none. */
export type Percentiles = {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
};

export type StepReport = Percentiles & {
  readonly id: string;
  readonly tool: string;
  /** Items of which it has begun. */
  readonly reached: number;
  /** Items of which it has succeeded. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly attempts: number;
  /** Attempts that followed a failed one. */
  readonly retries: number;
};

export type FailureReport = {
  readonly code: ErrorCode;
  /** Null for items that could not be run, or that failed as a whole. */
  readonly step: string | null;
  readonly count: number;
  /** The first of them. */
  readonly example: { readonly item: number; readonly message: string };
};

export type ItemsReport = {
  readonly items: {
    readonly succeeded: number;
    readonly degraded: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly waiting: number;
    readonly invalid: number;
    /** Begun, and neither ended nor waiting for anybody. */
    readonly open: number;
  };
  readonly steps: readonly StepReport[];
  /** From an item's start to its end. */
  readonly endToEnd: Percentiles;
  /** Share of the attempts that followed a failed one. */
  readonly retryRate: number;
  readonly usage: Readonly<Usage>;
  /** Of the items that have ended; null where a price is unknown, or none has. */
  readonly usdPerItem: number | null;
  /** Most frequent first. */
  readonly failures: readonly FailureReport[];
  /** Of steps that are refined; null where there are none. */
  readonly refined: RefinedReport | null;
  /** Milliseconds since the epoch; null before the first item. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
};

export class ItemsTally {
  readonly #steps: Map<string, StepTally>;
  readonly #items = {
    succeeded: 0,
    degraded: 0,
    failed: 0,
    cancelled: 0,
    waiting: 0,
    invalid: 0,
    open: 0,
  };
  readonly #endToEnd = new Durations();
  readonly #usage: Usage = initialUsage();
  readonly #failures = new Map<string, FailureReport>();
  readonly #refined = new RefinedTally();
  #firstAt: number | null = null;
  #lastAt: number | null = null;

  constructor({ subtasks }: Plan) {
    this.#steps = new Map(subtasks.map(({ id, tool }) => [id, new StepTally(id, tool)]));
  }

  /** An item that was run: all events of its run. */
  addRun(item: number, events: readonly RunEvent[]): void {
    const run = new RunTally();
    for (const event of events) {
      evolveUsage(this.#usage, event);
      run.take(event, (id) => this.#steps.get(stepOf(id)));
      this.#refined.take(item, event);
    }
    this.#refined.endItem();
    for (const step of this.#steps.values()) step.endItem();
    this.#items[run.status] += 1;
    const first = events[0]?.at ?? null;
    const last = events.at(-1)?.at ?? null;
    if (first !== null) this.#firstAt = Math.min(first, this.#firstAt ?? first);
    if (last !== null) this.#lastAt = Math.max(last, this.#lastAt ?? last);
    if (run.endedAt !== null && first !== null) this.#endToEnd.add(run.endedAt - first);
    if (run.status !== "failed") return;
    const { failure, error } = run;
    if (failure !== undefined) this.#addFailure(item, failure.error, stepOf(failure.subtask));
    else if (error !== null) this.#addFailure(item, error, null);
  }

  /** An item that could not be run. */
  addInvalid(item: number, error: ErrorData): void {
    this.#items.invalid += 1;
    this.#addFailure(item, error, null);
  }

  report(): ItemsReport {
    const steps = [...this.#steps.values()].map((step) => step.report());
    const attempts = steps.reduce((sum, step) => sum + step.attempts, 0);
    const retries = steps.reduce((sum, step) => sum + step.retries, 0);
    const { succeeded, degraded, failed, cancelled } = this.#items;
    const ended = succeeded + degraded + failed + cancelled;
    const { usd } = this.#usage;
    return {
      items: { ...this.#items },
      steps,
      endToEnd: this.#endToEnd.percentiles(),
      retryRate: attempts === 0 ? 0 : retries / attempts,
      usage: { ...this.#usage },
      usdPerItem: usd === null || ended === 0 ? null : usd / ended,
      failures: [...this.#failures.values()].sort((a, b) => b.count - a.count),
      refined: this.#refined.report(),
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
    };
  }

  #addFailure(item: number, { code, message }: ErrorData, step: string | null): void {
    const key = JSON.stringify([code, step]);
    const before = this.#failures.get(key) ?? { code, step, count: 0, example: { item, message } };
    this.#failures.set(key, { ...before, count: before.count + 1 });
  }
}

/** The subtask of the plan that an instance such as `parse[3]` belongs to. */
function stepOf(subtask: string): string {
  const bracket = subtask.indexOf("[");
  return bracket === -1 ? subtask : subtask.slice(0, bracket);
}

/** One run, while its events are gone through. */
class RunTally {
  status: keyof ItemsReport["items"] = "open";
  endedAt: number | null = null;
  error: ErrorData | null = null;
  /** The first subtask that failed for good, and still has. */
  failure: { readonly subtask: string; readonly error: ErrorData } | undefined;

  take(event: RunEvent, find: (subtask: string) => StepTally | undefined): void {
    switch (event.type) {
      case "subtasks.reset":
        for (const id of event.subtasks) {
          if (this.failure?.subtask === id) this.failure = undefined;
          find(id)?.reset();
        }
        break;
      case "run.reopened":
      case "run.resumed":
        this.status = "open";
        this.endedAt = null;
        break;
      case "run.waiting":
        this.status = "waiting";
        break;
      case "run.completed":
        this.status = event.status as keyof ItemsReport["items"];
        this.endedAt = event.at;
        this.error = event.error;
        break;
      case "subtask.failed":
        this.failure ??= { subtask: event.subtask, error: event.error };
        find(event.subtask)?.take(event);
        break;
      default:
        if ("subtask" in event) find(event.subtask)?.take(event);
    }
  }
}

/** One step of the plan, over all items. */
class StepTally {
  readonly #id: string;
  readonly #tool: string;
  readonly #durations = new Durations();
  readonly #sums = { reached: 0, passed: 0, failed: 0, skipped: 0, attempts: 0, retries: 0 };
  /** Of the item that is gone through now. */
  #begunAt: number | null = null;
  #isReached = false;
  #outcome: "passed" | "failed" | "skipped" | undefined;

  constructor(id: string, tool: string) {
    this.#id = id;
    this.#tool = tool;
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case "attempt.started":
        this.#isReached = true;
        this.#begunAt ??= event.at;
        this.#sums.attempts += 1;
        break;
      case "attempt.failed":
        if (event.retryAt !== undefined) this.#sums.retries += 1;
        break;
      case "items.collected":
      case "iterations.ended":
      case "output.kept":
      case "subtask.succeeded":
        if (this.#begunAt !== null) this.#durations.add(event.at - this.#begunAt);
        this.#outcome = "passed";
        break;
      case "subtask.resolved":
        this.#outcome = "passed";
        break;
      case "subtask.failed":
        this.#outcome = "failed";
        break;
      case "subtask.skipped":
        this.#outcome = "skipped";
        break;
      default:
    }
  }

  reset(): void {
    this.#begunAt = null;
    this.#outcome = undefined;
  }

  endItem(): void {
    if (this.#isReached) this.#sums.reached += 1;
    if (this.#outcome !== undefined) this.#sums[this.#outcome] += 1;
    this.#isReached = false;
    this.reset();
  }

  report(): StepReport {
    return {
      id: this.#id,
      tool: this.#tool,
      ...this.#sums,
      ...this.#durations.percentiles(),
    };
  }
}

class Durations {
  readonly #counts = new Map<number, number>();

  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  percentiles(): Percentiles {
    const counts = [...this.#counts].map(([bucket, count]) => ({ bucket, count }));
    const at = (q: number) => quantile(counts, q) ?? null;
    return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
  }
}
