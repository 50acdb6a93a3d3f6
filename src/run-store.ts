/** The runs in the journal: found, begun, taken over. Nothing is opened before it is needed. */

import { randomBytes } from "node:crypto";
import type { Clock } from "./base/clock.ts";
import { inputError } from "./base/errors.ts";
import type { JsonObject } from "./base/json.ts";
import type { RunEvent } from "./executor/core/event.ts";
import { fold } from "./executor/core/evolve.ts";
import type { LargeValues } from "./executor/core/large-value.ts";
import { initialState, type RunState } from "./executor/core/state.ts";
import { isFinished, type RunReason, type RunStatus } from "./executor/core/status.ts";
import { type RunSummary, summaryOf } from "./executor/core/summary.ts";
import type { LargeValueOptions } from "./executor/drivers/driver.ts";
import { BlobValues, RecentValues } from "./executor/drivers/large-values.ts";
import type { Journal, Lease, ListedKind, RunRow } from "./journal/journal.ts";
import { journalExists, openJournal } from "./journal/open.ts";
import { isGone, thisOwner } from "./journal/owner.ts";

/** How long a silent process keeps its run. A process that is known to be gone loses it at once. */
export const LEASE_MS = 15_000;

/** How often somebody who told a process something looks whether it has heard. */
const HEARING_MS = 50;

/** A run that this process may drive. */
export type HeldRun = { readonly state: RunState; readonly lease: Lease };

type ListOptions = { readonly limit?: number; readonly of?: ListedKind };

export type ListedRun = RunSummary & { readonly runId: string };

export class RunStore {
  /** For all runs of the journal, which share what was read last. */
  readonly largeValues: LargeValueOptions;
  readonly #journal: string | Journal;
  readonly #clock: Clock;
  #reader: Promise<Journal> | undefined;
  #writer: Promise<Journal> | undefined;

  constructor(
    journal: string | Journal,
    clock: Clock,
    { largeValueBytes: aboveBytes }: { readonly largeValueBytes?: number | undefined } = {},
  ) {
    this.#journal = journal;
    this.#clock = clock;
    this.largeValues = { aboveBytes, cache: new RecentValues() };
  }

  /** To write; made if it is not there. */
  open(): Promise<Journal> {
    const journal = this.#journal;
    this.#writer ??= typeof journal === "string" ? openJournal(journal) : Promise.resolve(journal);
    const opened = this.#writer;
    // What could not be opened now may be there when it is asked for again.
    opened.catch(() => {
      this.#writer = undefined;
    });
    return opened;
  }

  /** Undefined when there is none: reading leaves nothing behind, and needs no right to write. */
  async openToRead(): Promise<Journal | undefined> {
    const journal = this.#journal;
    if (this.#writer !== undefined || typeof journal !== "string") return this.open();
    if (this.#reader === undefined && !journalExists(journal)) return undefined;
    this.#reader ??= openJournal(journal, { readOnly: true });
    const opened = this.#reader;
    opened.catch(() => {
      this.#reader = undefined;
    });
    return opened;
  }

  async close(): Promise<void> {
    const opened = [this.#reader, this.#writer];
    this.#reader = undefined;
    this.#writer = undefined;
    // A journal that the caller made is the caller's to close.
    if (typeof this.#journal !== "string") return;
    for (const journal of await Promise.all(opened)) await journal?.close();
  }

  /** Where the large outputs of a journal's runs are read. */
  valuesIn({ blobs }: Journal): LargeValues {
    return new BlobValues(blobs, this.largeValues);
  }

  /** @throws {InputError} `run.unknown` */
  async find(runId: string): Promise<{ journal: Journal; row: RunRow }> {
    const journal = await this.openToRead();
    const row = await journal?.find(runId);
    if (journal === undefined || row === undefined || !hasBegun(row, this.#clock.now())) {
      throw inputError(
        "run.unknown",
        `The journal has no run ${JSON.stringify(runId)}.`,
        "`planwright runs` lists the runs; --journal names another journal.",
      );
    }
    return { journal, row };
  }

  /** Newest first. */
  async list(options: ListOptions): Promise<ListedRun[]> {
    const now = this.#clock.now();
    return (await this.rows(options)).map((row) => {
      const summary = row.summary as unknown as RunSummary;
      return { runId: row.runId, ...asInterrupted(summary, row, now) };
    });
  }

  /** Newest first. */
  async rows({ limit = Number.POSITIVE_INFINITY, of = "runs" }: ListOptions): Promise<RunRow[]> {
    const journal = await this.openToRead();
    for (let asked = limit; journal !== undefined; ) {
      const rows = await journal.list({ of, ...(Number.isFinite(asked) && { limit: asked }) });
      const begun = rows.filter((row) => hasBegun(row, this.#clock.now()) && !isEval(row));
      if (rows.length < asked || begun.length === limit) return begun;
      asked += limit - begun.length;
    }
    return [];
  }

  async create(): Promise<HeldRun> {
    const journal = await this.open();
    const now = this.#clock.now();
    const runId = newRunId(now);
    const state = initialState(runId);
    const summary = summaryOf(state) as unknown as JsonObject;
    const run = { runId, owner: thisOwner, now, leaseMs: LEASE_MS, summary };
    return { state, lease: await journal.createRun(run) };
  }

  /** Take a run of which nothing but its row is there. @throws {JournalError} `run.owned` */
  async acquire(runId: string): Promise<Lease> {
    const journal = await this.open();
    const { lease } = (await journal.find(runId)) ?? {};
    const goneOwner = lease && isGone(lease.owner) ? lease.owner : undefined;
    const now = this.#clock.now();
    return journal.acquire({
      runId,
      owner: thisOwner,
      now,
      leaseMs: LEASE_MS,
      takeFrom: goneOwner,
    });
  }

  /**
   * The run of this id, as its events left it, or a new one, whoever else may want it.
   * @throws {JournalError} `run.owned` while another process drives it
   */
  async claim(runId: string): Promise<HeldRun> {
    const journal = await this.open();
    const now = this.#clock.now();
    const run = { runId, owner: thisOwner, now, leaseMs: LEASE_MS };
    const row = await journal.find(runId);
    if (row === undefined) {
      const state = initialState(runId);
      const summary = summaryOf(state) as unknown as JsonObject;
      return { state, lease: await journal.createRun({ ...run, summary }) };
    }
    const owner = row.lease?.owner;
    const takeFrom = owner !== undefined && isGone(owner) ? owner : undefined;
    const lease = await journal.acquire({ ...run, takeFrom });
    return { state: fold(runId, (await journal.read(runId)) as RunEvent[]), lease };
  }

  /**
   * Tell the process that drives a run, and wait until it has acted on it.
   * @returns false when there is none, or it let go of the run before it heard
   */
  async tell({ runId, ...row }: RunRow, request: JsonObject): Promise<boolean> {
    if (!isOwned(row, this.#clock.now())) return false;
    const journal = await this.open();
    const id = await journal.post(runId, this.#clock.now(), request);
    for (;;) {
      await new Promise<void>((done) => this.#clock.setTimer(HEARING_MS, done));
      if ((await journal.requests(runId)).every((waiting) => waiting.id !== id)) return true;
      const { lease } = (await this.find(runId)).row;
      // Of the two, the one who removes it acts on it.
      if (!isOwned({ lease }, this.#clock.now())) return !(await journal.removeRequest(id));
    }
  }

  /**
   * Take a run that nobody drives, as its events left it.
   * @param check may refuse by throwing, before anything is changed
   * @throws {InputError} `run.unknown`, `run.finished` unless that is allowed
   * @throws {JournalError} `run.owned`
   */
  async takeOver(
    runId: string,
    check?: (state: RunState) => void,
    { mayBeFinished = false } = {},
  ): Promise<HeldRun> {
    const { journal, row } = await this.find(runId);
    requireRun(row);
    if (!mayBeFinished) requireUnfinished(row);
    check?.(fold(runId, (await journal.read(runId)) as RunEvent[]));
    const writer = await this.open();
    const lease = await this.acquire(runId);
    try {
      const state = fold(runId, (await writer.read(runId)) as RunEvent[]);
      // Again, for until now another process may have driven it on.
      if (!mayBeFinished) requireUnfinished({ runId, summary: summaryOf(state) as JsonObject });
      check?.(state);
      return { state, lease };
    } catch (error) {
      await writer.release(lease);
      throw error;
    }
  }
}

/** Of a run or a batch. Sorts by time and is short enough to type; the random part keeps hosts apart. */
export function newRunId(now: number): string {
  return `${now.toString(36).padStart(9, "0")}${randomBytes(3).toString("hex")}`;
}

/** A batch is held like a run, and has other events. @throws {InputError} `run.unknown` */
export function requireRun({ runId, summary }: RunRow): void {
  if (isEval({ summary })) {
    const message = `${runId} is an eval, not a run.`;
    throw inputError("run.unknown", message, "Go on with it with `planwright eval --resume`.");
  }
  if (!isBatchSummary(summary)) return;
  const hint = `See \`planwright report ${runId}\`; its items are runs with ids of their own.`;
  throw inputError("run.unknown", `${runId} is a batch, not a run.`, hint);
}

/** An eval is held like a batch, and told by other commands. */
function isEval({ summary }: Pick<RunRow, "summary">): boolean {
  return summary["eval"] !== undefined;
}

/** Whether the summary is that of a batch, not of a run. */
export function isBatchSummary(summary: JsonObject): boolean {
  return summary["counts"] !== undefined;
}

/** @throws {InputError} `run.finished` */
export function requireUnfinished({ runId, summary }: Pick<RunRow, "runId" | "summary">): void {
  const { status } = summary as unknown as RunSummary;
  if (!isFinished(status)) return;
  throw inputError(
    "run.finished",
    `The run ${runId} has finished: ${status}.`,
    "Start it anew, or look at it with `planwright show`.",
  );
}

/** One whose process ended before its first event never was: nothing of it is known, or was done. */
function hasBegun(row: RunRow, now: number): boolean {
  return row.lastSeq > 0 || isOwned(row, now);
}

/** One that was under way, and that no process drives any more, stands still. */
export function asInterrupted<
  T extends { readonly status: RunStatus; readonly reason?: RunReason | null },
>(run: T, row: RunRow, now: number): T {
  const isOpen = run.status === "planning" || run.status === "running";
  return isOpen && !isOwned(row, now) ? { ...run, status: "paused", reason: "interrupted" } : run;
}

/** Whether a process drives it. */
export function isOwned({ lease }: Pick<RunRow, "lease">, now: number): boolean {
  return lease !== null && lease.expiresAt > now && !isGone(lease.owner);
}
