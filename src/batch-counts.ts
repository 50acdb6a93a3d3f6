/**
 * What the items of a batch came to, as sums: while the batch goes on, and when an item goes on by
 * itself later, because somebody tries it again, decides about it, or gives it anew.
 */

import type { Clock } from "./base/clock.ts";
import { JournalError } from "./base/errors.ts";
import type { JsonObject } from "./base/json.ts";
import { type BatchSummary, type ItemCounts, type ItemStatus, NO_ITEMS } from "./batch.ts";
import { isBatch } from "./batch-history.ts";
import { batchOfRun } from "./batch-items.ts";
import type { Usage } from "./executor/core/consumption.ts";
import type { RunState } from "./executor/core/state.ts";
import { isFinished, type RunStatus } from "./executor/core/status.ts";
import { type RunSummary, summaryOf } from "./executor/core/summary.ts";
import { initialUsage } from "./executor/core/usage.ts";
import { sinceThen } from "./inner-runs.ts";
import type { ItemRow, Lease } from "./journal/journal.ts";
import type { RunStore } from "./run-store.ts";

/** How often a batch that somebody holds is asked for again, and after how long. */
const TRIES = 5;
const PAUSE_MS = 50;

type Ended = "succeeded" | "degraded" | "failed";

/** The sums of a batch under way. */
export class Tally {
  readonly #counts: Record<ItemStatus, number> = { ...NO_ITEMS };
  readonly #usage: Usage = initialUsage();
  /** Begun and neither ended nor waiting: they were paused. */
  #standing = 0;

  get counts(): ItemCounts {
    return { ...this.#counts };
  }

  sums(): Pick<BatchSummary, "counts" | "usage"> {
    return { counts: this.counts, usage: { ...this.#usage } };
  }

  end(status: ItemStatus): void {
    this.#counts[status] += 1;
  }

  /** @returns whether the item has ended; what else there is of it is driven on */
  addRow({ run }: ItemRow): boolean {
    if (run === null) {
      this.end("invalid");
      return true;
    }
    const { status, usage } = run.summary as unknown as RunSummary;
    if (run.lastSeq === 0 || !isFinished(status)) return false;
    this.#add(status, usage);
    return true;
  }

  addState({ status, usage }: RunState): void {
    this.#add(status, usage);
  }

  statusAtEnd(stopping: "pause" | "cancel" | undefined): BatchSummary["status"] {
    if (stopping !== undefined) return stopping === "pause" ? "paused" : "cancelled";
    if (this.#standing > 0) return "paused";
    return this.#counts.waiting > 0 ? "waiting" : endedAs(this.#counts);
  }

  #add(status: RunStatus, usage: Readonly<Usage>): void {
    const counted = countedAs(status);
    if (counted === undefined) this.#standing += 1;
    else this.end(counted);
    addUsage(this.#usage, usage);
  }
}

/** The sums of batches that stand in the journal. */
export class BatchCounts {
  readonly #store: RunStore;
  readonly #clock: Clock;
  /** One after the other: each takes the batch for a moment. */
  #last: Promise<void> = Promise.resolve();

  constructor(store: RunStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Count an item anew when its run, which goes on without its batch, stands.
   * @param before what the run had come to before
   * @param ended of any run; those of no batch are left alone
   * @returns the same, settled when it is counted
   */
  follow(runId: string, before: RunSummary, ended: Promise<RunState>): Promise<RunState> {
    const batchId = batchOfRun(runId);
    if (batchId === undefined) return ended;
    return ended.then(async (state) => {
      const after = summaryOf(state);
      // Sums are for lists, and the report makes its own: nothing is lost where this cannot be
      // stored. A process that drives the batch, for one, keeps the sums itself.
      this.#last = this.#last.then(() => this.#count(batchId, before, after)).catch(() => {});
      await this.#last;
      return state;
    });
  }

  async #count(batchId: string, before: RunSummary, after: RunSummary): Promise<void> {
    if (!(await isBatch(this.#store, batchId))) return;
    const journal = await this.#store.open();
    const lease = await this.#acquire(batchId);
    const row = await journal.find(batchId);
    const summary = recounted(row?.summary as unknown as BatchSummary, before, after);
    await journal.append(lease, [], { summary: summary as unknown as JsonObject, release: true });
  }

  /** Who decides about another item, or counts one, has the batch for a moment only. */
  async #acquire(batchId: string): Promise<Lease> {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await this.#store.acquire(batchId);
      } catch (error) {
        if (left === 0 || !isOwnedByOthers(error)) throw error;
      }
      await new Promise<void>((done) => this.#clock.setTimer(PAUSE_MS, done));
    }
  }
}

function isOwnedByOthers(error: unknown): boolean {
  return error instanceof JournalError && error.code === "run.owned";
}

function recounted(batch: BatchSummary, before: RunSummary, after: RunSummary): BatchSummary {
  const counts = { ...batch.counts };
  const [was, is] = [countedAs(before.status), countedAs(after.status)];
  // The sums of a batch whose process died may lag behind.
  if (was !== undefined) counts[was] = Math.max(0, counts[was] - 1);
  if (is !== undefined) counts[is] += 1;
  const usage = { ...batch.usage };
  addUsage(usage, sinceThen(after.usage, before.usage));
  const { status } = batch;
  const hasEnded = isFinished(status) && status !== "cancelled";
  return { ...batch, counts, usage, status: hasEnded ? endedAs(counts) : status };
}

/** Undefined for what is neither ended nor waiting. */
function countedAs(status: RunStatus): ItemStatus | undefined {
  return status === "waiting" || isFinished(status) ? (status as ItemStatus) : undefined;
}

/** What a batch came to none of whose items is under way. */
function endedAs({ succeeded, degraded, ...others }: ItemCounts): Ended {
  if (succeeded + degraded === 0) return "failed";
  const isAll = degraded === 0 && Object.values(others).every((amount) => amount === 0);
  return isAll ? "succeeded" : "degraded";
}

function addUsage(sum: Usage, usage: Readonly<Usage>): void {
  for (const name of ["inputTokens", "outputTokens", "cachedTokens"] as const) {
    sum[name] += usage[name];
  }
  sum.modelCalls += usage.modelCalls;
  sum.toolCalls += usage.toolCalls;
  sum.usd = sum.usd === null || usage.usd === null ? null : sum.usd + usage.usd;
}
