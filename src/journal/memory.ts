import type { JsonObject } from "../base/json.ts";
import { isHolding } from "./holding.ts";
import type {
  AppendedWith,
  BlobUse,
  ItemPlace,
  ItemRow,
  Journal,
  Lease,
  ListedKind,
  RunRequest,
  RunRow,
  StoredEvent,
} from "./journal.ts";
import { MemoryAcrossRuns } from "./memory-across-runs.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import {
  closedJournal,
  lostLease,
  ownedRun,
  refusedPlace,
  staleHolder,
  takenRunId,
  unknownRun,
  wrongSeq,
} from "./refusals.ts";
import { eventTexts, textOf } from "./text.ts";

/** A journal that ends with its process: for tests, and for runs that nobody resumes. */
export function createMemoryJournal(): Journal {
  return new MemoryJournal();
}

type Run = {
  readonly runId: string;
  readonly createdAt: number;
  /** The event with `seq` n stands at n - 1. */
  readonly events: string[];
  readonly blobs: Set<string>;
  summary: string;
  token: number;
  lease: { readonly owner: string; readonly expiresAt: number } | null;
  readonly kind: ListedKind;
  /** Of a batch, by place: the run, or the record as text. */
  readonly items: Map<number, Run | string>;
};

type Request = {
  readonly id: number;
  readonly runId: string;
  readonly at: number;
  readonly text: string;
};

class MemoryJournal extends MemoryAcrossRuns implements Journal {
  readonly blobs = new MemoryBlobs();
  readonly #runs = new Map<string, Run>();
  readonly #requests = new Map<number, Request>();
  #newestRequest = 0;
  #closed = false;

  async createRun(options: Parameters<Journal["createRun"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, isBatch = false, place } = options;
    this.assertOpen();
    const summary = textOf(options.summary);
    if (this.#runs.has(runId)) throw takenRunId(runId);
    const places = place && this.#placesFor("run", place);
    const run: Run = {
      runId,
      createdAt: now,
      events: [],
      blobs: new Set(),
      summary,
      token: 1,
      lease: { owner, expiresAt: now + leaseMs },
      kind: isBatch ? "batches" : place ? "items" : "runs",
      items: new Map(),
    };
    if (place !== undefined) places?.set(place.n, run);
    this.#runs.set(runId, run);
    return { runId, owner, token: 1 };
  }

  async acquire(options: Parameters<Journal["acquire"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, takeFrom } = options;
    const run = this.#run(runId);
    const { lease } = run;
    if (isHolding(lease, now, takeFrom)) {
      throw ownedRun(runId, lease.owner, lease.expiresAt);
    }
    run.lease = { owner, expiresAt: now + leaseMs };
    run.token += 1;
    return { runId, owner, token: run.token };
  }

  async renew(lease: Lease, now: number, leaseMs: number): Promise<void> {
    const run = this.#held(lease);
    if (run === undefined) throw lostLease(lease);
    run.lease = { owner: run.lease?.owner ?? lease.owner, expiresAt: now + leaseMs };
  }

  async release(lease: Lease): Promise<void> {
    const run = this.#held(lease);
    if (run !== undefined) run.lease = null;
  }

  async append(
    lease: Lease,
    events: readonly StoredEvent[],
    more: AppendedWith = {},
  ): Promise<void> {
    const texts = eventTexts(lease.runId, events);
    const summaryText = more.summary && textOf(more.summary);
    const run = this.#held(lease);
    if (run === undefined) throw staleHolder(lease);
    const expected = run.events.length + 1;
    const given = events[0]?.seq ?? expected;
    if (given !== expected) throw wrongSeq(lease.runId, given, expected);
    const records = (more.records ?? []).map(({ n, record }) => ({ n, text: textOf(record) }));
    for (const { n } of records) this.#placesFor("record", { lease, n });
    const writeShared = this.prepareShared(lease.runId, events, more);
    for (const text of texts) run.events.push(text);
    for (const blob of more.blobs ?? []) run.blobs.add(blob);
    run.summary = summaryText ?? run.summary;
    for (const { n, text } of records) run.items.set(n, text);
    writeShared();
    if (more.release) run.lease = null;
  }

  async read(runId: string, afterSeq = 0): Promise<StoredEvent[]> {
    const { events } = this.#run(runId);
    return events.slice(afterSeq).map((text) => JSON.parse(text) as StoredEvent);
  }

  async list({ limit, of = "runs" }: Parameters<Journal["list"]>[0] = {}): Promise<RunRow[]> {
    this.assertOpen();
    // The sort is stable, so of equal times the one made last stays first.
    const newestFirst = [...this.#runs.values()]
      .filter(({ kind }) => kind === of)
      .reverse()
      .sort((a, b) => b.createdAt - a.createdAt);
    return newestFirst.slice(0, limit).map(toRow);
  }

  async readItems(...[batchId, options]: Parameters<Journal["readItems"]>): Promise<ItemRow[]> {
    const { after = 0, limit, withNewest = false } = options;
    const behind = [...this.#run(batchId).items].filter(([n]) => n > after);
    const inOrder = behind.sort(([a], [b]) => a - b).slice(0, limit);
    return inOrder.map(([n, item]) =>
      typeof item === "string"
        ? { n, run: null, record: JSON.parse(item) as JsonObject }
        : { n, run: toRow(item), record: null, ...(withNewest && newestOf(item)) },
    );
  }

  async find(runId: string): Promise<RunRow | undefined> {
    this.assertOpen();
    const run = this.#runs.get(runId);
    return run && toRow(run);
  }

  async post(runId: string, now: number, request: JsonObject): Promise<number> {
    const text = textOf(request);
    this.#run(runId);
    const id = ++this.#newestRequest;
    this.#requests.set(id, { id, runId, at: now, text });
    return id;
  }

  async requests(runId: string): Promise<RunRequest[]> {
    this.assertOpen();
    return [...this.#requests.values()]
      .filter((request) => request.runId === runId)
      .map(({ id, at, text }) => ({ id, at, request: JSON.parse(text) as JsonObject }));
  }

  async removeRequest(id: number): Promise<boolean> {
    this.assertOpen();
    return this.#requests.delete(id);
  }

  async readBlobUses(): Promise<BlobUse[]> {
    this.assertOpen();
    return [...this.#runs.values()].flatMap(({ runId, blobs }) =>
      [...blobs].map((blob) => ({ runId, blob })),
    );
  }

  async sizeOf(runId: string): Promise<number> {
    this.assertOpen();
    const events = this.#runs.get(runId)?.events ?? [];
    return events.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  }

  async removeRun(options: Parameters<Journal["removeRun"]>[0]): Promise<boolean> {
    const { runId, lastSeq, now, record } = options;
    this.assertOpen();
    const run = this.#runs.get(runId);
    if (run?.events.length !== lastSeq || isHolding(run.lease, now, undefined)) return false;
    const writeShared = this.prepareShared(runId, [], { audit: [{ at: now, record }] });
    this.#runs.delete(runId);
    for (const request of this.#requests.values()) {
      if (request.runId === runId) this.#requests.delete(request.id);
    }
    writeShared();
    return true;
  }

  async compact(): Promise<number> {
    this.assertOpen();
    return 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  protected override assertOpen(): void {
    if (this.#closed) throw closedJournal();
  }

  protected override isDriven(runId: string, now: number, goneOwner: string | undefined): boolean {
    const run = this.#runs.get(runId);
    return run !== undefined && isHolding(run.lease, now, goneOwner);
  }

  /** @throws {JournalError} `journal.conflict` when this one is not for its giver to give */
  #placesFor(what: "run" | "record", { lease, n }: ItemPlace): Map<number, Run | string> {
    const batch = this.#held(lease);
    const there = batch?.items.get(n);
    const isFree = there === undefined || (what === "run" && typeof there === "string");
    if (batch?.kind !== "batches" || !isFree) throw refusedPlace(lease, n);
    return batch.items;
  }

  #run(runId: string): Run {
    this.assertOpen();
    const run = this.#runs.get(runId);
    if (run === undefined) throw unknownRun(runId);
    return run;
  }

  /** The lease's run, unless the lease was lost. */
  #held({ runId, token }: Lease): Run | undefined {
    this.assertOpen();
    const run = this.#runs.get(runId);
    return run?.token === token && run.lease !== null ? run : undefined;
  }
}

function newestOf({ events }: Run): { newest?: StoredEvent } {
  const text = events.at(-1);
  return text === undefined ? {} : { newest: JSON.parse(text) as StoredEvent };
}

function toRow({ runId, createdAt, events, summary, lease }: Run): RunRow {
  return {
    runId,
    createdAt,
    lastSeq: events.length,
    summary: JSON.parse(summary) as JsonObject,
    lease,
  };
}
