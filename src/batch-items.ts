/** The items of a batch: how their runs begin or go on, and what they came to together. */

import type { Clock } from "./base/clock.ts";
import type { JsonObject } from "./base/json.ts";
import { type BatchSummary, type ItemCounts, type ItemStatus, NO_ITEMS } from "./batch.ts";
import type { AcceptedPlan } from "./executor/core/accepted-plan.ts";
import type { Usage } from "./executor/core/consumption.ts";
import { changesOf, type RunSettings } from "./executor/core/settings.ts";
import { initialState, type RunState } from "./executor/core/state.ts";
import { isFinished, type RunStatus } from "./executor/core/status.ts";
import { type RunSummary, summaryOf } from "./executor/core/summary.ts";
import { initialUsage } from "./executor/core/usage.ts";
import type { Drive, News, World } from "./executor/drivers/driver.ts";
import { driveInProcess } from "./executor/drivers/in-process.ts";
import type { ItemRow, Journal, Lease, RunRow } from "./journal/journal.ts";
import { thisOwner } from "./journal/owner.ts";
import { type HeldRun, LEASE_MS, type RunStore } from "./run-store.ts";
import { signed } from "./signature.ts";

export type ItemParts = {
  readonly store: RunStore;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly world: World;
  readonly settings: RunSettings;
  /** Without inputs. */
  readonly accepted: AcceptedPlan;
};

/** The runs of the items, each driven like any other. */
export class ItemRuns {
  readonly #parts: ItemParts;

  constructor(parts: ItemParts) {
    this.#parts = parts;
  }

  async begin(batch: Lease, n: number, inputs: JsonObject): Promise<Drive> {
    const { journal, clock } = this.#parts;
    const runId = itemRunId(batch.runId, n);
    const state = initialState(runId);
    const lease = await journal.createRun({
      runId,
      owner: thisOwner,
      now: clock.now(),
      leaseMs: LEASE_MS,
      summary: summaryOf(state) as unknown as JsonObject,
      place: { lease: batch, n },
    });
    return this.#drive({ state, lease }, this.#start(inputs));
  }

  /** One whose process ended before its first event. */
  async beginAgain({ runId }: RunRow, inputs: JsonObject): Promise<Drive> {
    const lease = await this.#parts.store.acquire(runId);
    return this.#drive({ state: initialState(runId), lease }, this.#start(inputs));
  }

  async resume(runId: string): Promise<Drive> {
    const { store, settings } = this.#parts;
    const { budget, approver } = settings;
    const changes = changesOf({
      ...(budget !== null && { budget }),
      ...(approver !== null && { approver }),
    });
    return this.#drive(await store.takeOver(runId), { type: "resume_requested", ...changes });
  }

  #start(inputs: JsonObject): News {
    const { accepted, settings } = this.#parts;
    const plan = { ...accepted, inputs };
    return { type: "start_requested", goal: accepted.plan.goal, settings, plan };
  }

  #drive({ state, lease }: HeldRun, first: News): Drive {
    const { journal, world, store } = this.#parts;
    const news = [signed(first)];
    return driveInProcess({
      world,
      journal,
      lease,
      leaseMs: LEASE_MS,
      state,
      first: news,
      listener: {},
      largeValues: store.largeValues,
    });
  }
}

/** Sorts as the items do, up to ten million of them. */
function itemRunId(batchId: string, n: number): string {
  return `${batchId}-${String(n).padStart(7, "0")}`;
}

/** What the items of a batch came to, as sums. */
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
    const { succeeded, degraded, failed, cancelled, waiting, invalid } = this.#counts;
    if (waiting > 0) return "waiting";
    if (succeeded + degraded === 0) return "failed";
    return degraded + failed + cancelled + invalid > 0 ? "degraded" : "succeeded";
  }

  #add(status: RunStatus, usage: Readonly<Usage>): void {
    if (status === "waiting" || isFinished(status)) this.end(status as ItemStatus);
    else this.#standing += 1;
    const sum = this.#usage;
    for (const name of ["inputTokens", "outputTokens", "cachedTokens"] as const) {
      sum[name] += usage[name];
    }
    sum.modelCalls += usage.modelCalls;
    sum.toolCalls += usage.toolCalls;
    sum.usd = sum.usd === null || usage.usd === null ? null : sum.usd + usage.usd;
  }
}
