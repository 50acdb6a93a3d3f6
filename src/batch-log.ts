import type { Clock } from "./base/clock.ts";
import type { JsonObject } from "./base/json.ts";
import type { BatchEventBody, BatchSummary } from "./batch.ts";
import type { Tally } from "./batch-counts.ts";
import { isFinished } from "./executor/core/status.ts";
import type { ItemRow, Journal, Lease } from "./journal/journal.ts";

/** Places of items that are read at a time. */
const PAGE = 256;

export type LoggedBatch = {
  readonly journal: Journal;
  /** Of the batch. */
  readonly lease: Lease;
  /** Of its newest event. */
  readonly seq: number;
  readonly summary: BatchSummary;
};

/** The batch's own events and summary. */
export class BatchLog {
  readonly #batch: LoggedBatch;
  readonly #clock: Clock;
  readonly #tally: Tally;
  #seq: number;
  #stored = "";
  summary: BatchSummary;

  constructor(batch: LoggedBatch, clock: Clock, tally: Tally) {
    this.#batch = batch;
    this.#clock = clock;
    this.#tally = tally;
    this.#seq = batch.seq;
    this.summary = batch.summary;
  }

  async add(body: BatchEventBody): Promise<void> {
    const { journal, lease } = this.#batch;
    const at = this.#clock.now();
    const status = body.type === "batch.stopped" ? body.status : "running";
    this.summary = {
      ...this.summary,
      status,
      ...this.#tally.sums(),
      finishedAt: isFinished(status) ? at : null,
    };
    this.#seq += 1;
    const event = { runId: lease.runId, seq: this.#seq, at, ...body };
    await journal.append(lease, [event], { summary: this.summary as unknown as JsonObject });
  }

  /** So that lists show how far it is. */
  async store(): Promise<void> {
    this.summary = { ...this.summary, ...this.#tally.sums() };
    const text = JSON.stringify(this.summary.counts);
    if (text === this.#stored) return;
    this.#stored = text;
    const { journal, lease } = this.#batch;
    await journal.append(lease, [], { summary: this.summary as unknown as JsonObject });
  }
}

/** What has a place in the batch already, asked for in order. */
export class Places {
  readonly #batch: Pick<LoggedBatch, "journal" | "lease">;
  #page: ItemRow[] = [];
  /** Behind which nothing was there when this batch was taken up. */
  #isAll: boolean;

  constructor(batch: Pick<LoggedBatch, "journal" | "lease">, isNew: boolean) {
    this.#batch = batch;
    this.#isAll = isNew;
  }

  async at(n: number): Promise<ItemRow | undefined> {
    if (this.#page.length === 0 && !this.#isAll) {
      const { journal, lease } = this.#batch;
      this.#page = await journal.readItems(lease.runId, { after: n - 1, limit: PAGE });
      this.#isAll = this.#page.length < PAGE;
    }
    return this.#page[0]?.n === n ? this.#page.shift() : undefined;
  }
}
