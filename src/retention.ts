/**
 * Retention: what nobody needs any more is found, and removed from the journal.
 *
 * R1. Only runs go that ended long enough ago, left nothing undecided, and are held by nobody at
 *     the moment at which they go; and processes that died before their run had begun.
 * R2. A blob goes when no run that stays refers to it, and it has been there for a while: who has
 *     just put it is about to refer to it.
 * R3. The audit trail stays whole and tells which runs were removed, by whom. Keys of effects
 *     stay: a key that were forgotten would let its effect happen again.
 * R4. A crash in between leaves blobs without runs, never runs without blobs.
 */

import type { Clock } from "./base/clock.ts";
import { JournalError } from "./base/errors.ts";
import type { RunEvent } from "./executor/core/event.ts";
import { fold } from "./executor/core/evolve.ts";
import { isFinished, type RunStatus } from "./executor/core/status.ts";
import type { RunSummary } from "./executor/core/summary.ts";
import type { BlobRow, Journal, RunRow } from "./journal/journal.ts";
import { userName } from "./run.ts";
import type { RunStore } from "./run-store.ts";

export type GarbageOptions = {
  /** Runs that ended less than so many milliseconds ago stay. */
  readonly olderThanMs: number;
};

/** A run that nobody needs any more. */
export type OldRun = {
  readonly runId: string;
  readonly goal: string;
  readonly status: RunStatus;
  /** Milliseconds since the epoch; null for one that never began. */
  readonly finishedAt: number | null;
  readonly events: number;
  /** Of its events. */
  readonly bytes: number;
};

/** What can be removed, or was. */
export type Garbage = {
  readonly runs: readonly OldRun[];
  /** Large values that no run refers to that stays, and what a crash has left half written. */
  readonly blobs: { readonly count: number; readonly bytes: number };
};

export type Collected = Garbage & {
  /**
   * The bytes by which the journal's file became smaller. Null where that has to wait until no
   * run is under way; what is free in it is used again.
   */
  readonly freedBytes: number | null;
};

/** How long a blob may be there without anybody referring to it. */
const GRACE_MS = 60 * 60 * 1000;

const NOTHING: Garbage = { runs: [], blobs: { count: 0, bytes: 0 } };

export class GarbageCollector {
  readonly #store: RunStore;
  readonly #clock: Clock;

  constructor(store: RunStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** What could be removed now. */
  async find(options: GarbageOptions): Promise<Garbage> {
    const journal = await this.#store.openToRead();
    if (journal === undefined) return NOTHING;
    const runs = await this.#oldRuns(journal, options);
    const blobs = await this.#oldBlobs(journal, new Set(runs.map(({ runId }) => runId)));
    return { runs, blobs: { count: blobs.length, bytes: bytesOf(blobs) } };
  }

  /** Remove it. */
  async collect(options: GarbageOptions): Promise<Collected> {
    if ((await this.#store.openToRead()) === undefined) return { ...NOTHING, freedBytes: 0 };
    const journal = await this.#store.open();
    const runs: OldRun[] = [];
    for (const run of await this.#oldRuns(journal, options)) {
      const { runId, events: lastSeq, status } = run;
      const record = { type: "run.removed", by: userName(), status, events: lastSeq };
      const now = this.#clock.now();
      if (await journal.removeRun({ runId, lastSeq, now, record })) runs.push(run);
    }
    const blobs: BlobRow[] = [];
    for (const blob of await this.#oldBlobs(journal, new Set())) {
      if (await journal.blobs.remove(blob.id, this.#blobsBefore())) blobs.push(blob);
    }
    const freedBytes = await this.#compact(journal);
    return { runs, blobs: { count: blobs.length, bytes: bytesOf(blobs) }, freedBytes };
  }

  async #oldRuns(journal: Journal, { olderThanMs }: GarbageOptions): Promise<OldRun[]> {
    const before = this.#clock.now() - olderThanMs;
    const old: OldRun[] = [];
    for (const row of await journal.list()) {
      if (!this.#isOver(row, before) || (await hasOpenLetters(journal, row))) continue;
      const { runId, lastSeq: events } = row;
      const { goal, status, finishedAt } = row.summary as unknown as RunSummary;
      const bytes = await journal.sizeOf(runId);
      old.push({ runId, goal, status, finishedAt, events, bytes });
    }
    return old;
  }

  #isOver({ lastSeq, createdAt, lease, summary }: RunRow, before: number): boolean {
    if (lease !== null && lease.expiresAt > this.#clock.now()) return false;
    if (lastSeq === 0) return createdAt < before;
    const { status, finishedAt } = summary as unknown as RunSummary;
    return isFinished(status) && finishedAt !== null && finishedAt < before;
  }

  /** The blobs first, then who refers to them: what comes in between is young. */
  async #oldBlobs(journal: Journal, removed: ReadonlySet<string>): Promise<BlobRow[]> {
    const before = this.#blobsBefore();
    const old = (await journal.blobs.list()).filter(({ at }) => at < before);
    if (old.length === 0) return [];
    const uses = await journal.readBlobUses();
    const used = new Set(uses.flatMap((use) => (removed.has(use.runId) ? [] : [use.blob])));
    return old.filter(({ id }) => !used.has(id));
  }

  #blobsBefore(): number {
    return this.#clock.now() - GRACE_MS;
  }

  /** Not while somebody writes: he would wait for all of it, and not for ever. */
  async #compact(journal: Journal): Promise<number | null> {
    const now = this.#clock.now();
    const rows = await journal.list();
    if (rows.some(({ lease }) => lease !== null && lease.expiresAt > now)) return null;
    try {
      return await journal.compact();
    } catch (error) {
      if (error instanceof JournalError && error.code === "journal.locked") return null;
      throw error;
    }
  }
}

/** Summaries of early versions do not say. */
async function hasOpenLetters(journal: Journal, { runId, summary }: RunRow): Promise<boolean> {
  const { deadLetters } = summary as { readonly deadLetters?: number };
  if (deadLetters !== undefined) return deadLetters > 0;
  return fold(runId, (await journal.read(runId)) as RunEvent[]).openDeadLetters > 0;
}

function bytesOf(blobs: readonly BlobRow[]): number {
  return blobs.reduce((sum, { bytes }) => sum + bytes, 0);
}
