/**
 * The journal: append-only store of the events of runs. The journal is the truth; a run's
 * state is the fold of its events. What runs have in common stands in across-runs.ts.
 *
 * J1. `append` is all or nothing, and durable when it resolves.
 * J2. The events of a run have `seq` 1, 2, 3, … without gaps.
 * J3. Only the holder of a run's lease appends to it: an append whose lease was taken over,
 *     or whose `seq` does not follow, changes nothing and fails with `journal.conflict`.
 * J4. A lease ends by release or by time; whoever acquires it next has a greater `token`.
 *     Time alone takes nothing away: until somebody acquires it, the late holder still holds it.
 * J5. What is read is a copy, as JSON carries it: nothing that a caller does later to what it
 *     gave or got changes the journal.
 *
 * Times are whole milliseconds since the epoch, and come from the caller. Ids and owners are
 * well-formed Unicode, and so are the names of subtasks and tools, and keys; inside events,
 * summaries, requests, audit records and outputs any string survives.
 *
 * Besides the errors named below, every method may fail with `journal.locked` (another
 * process writes and does not end), `journal.corrupt` (what is stored is damaged) and
 * `journal.unusable` (cannot be read or written, or was closed).
 */

import type { JsonObject } from "../base/json.ts";
import type { AcrossRuns, SharedAppends } from "./across-runs.ts";

export type {
  AuditEntry,
  AuditRow,
  ClaimAnswer,
  DurationCount,
  EffectClaim,
  EffectEnd,
  EffectHolder,
  Spending,
} from "./across-runs.ts";

/** One journaled fact of a run. What else it carries depends on its type. */
export interface StoredEvent {
  readonly runId: string;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
}

/** What is listed of a run without reading its events. */
export interface RunRow {
  readonly runId: string;
  readonly createdAt: number;
  /** `seq` of the newest event; 0 when there is none yet. */
  readonly lastSeq: number;
  /** The newest summary that was appended with events; the journal does not look inside. */
  readonly summary: JsonObject;
  /** Who holds it, until when; the time may be over. Null once released. */
  readonly lease: { readonly owner: string; readonly expiresAt: number } | null;
}

/** The right to drive one run. */
export interface Lease {
  readonly runId: string;
  readonly owner: string;
  /** Grows with every acquisition: the fencing token. */
  readonly token: number;
}

/** Somebody's wish about a run that another process may own; kept until its owner takes it. */
export interface RunRequest {
  readonly id: number;
  readonly at: number;
  /** What the journal does not look into, e.g. `{ type: "cancel", by: "ada" }`. */
  readonly request: JsonObject;
}

/** What becomes durable together with events, or not at all. */
export interface AppendedWith extends SharedAppends {
  /** @default the one before stays */
  readonly summary?: JsonObject | undefined;
}

export interface Journal extends AcrossRuns {
  /**
   * Make a run and take its lease.
   * @throws {JournalError} `journal.conflict` when the id is taken
   */
  createRun(options: {
    readonly runId: string;
    readonly owner: string;
    readonly now: number;
    readonly leaseMs: number;
    readonly summary: JsonObject;
  }): Promise<Lease>;

  /**
   * Take the lease of a run that nobody holds, or whose holder's time is up.
   *
   * @param options.takeFrom a holder that the caller knows to be gone (its process ended):
   *   the lease is taken before its time if this very owner holds it
   * @throws {JournalError} `run.unknown`; `run.owned` when somebody else holds it
   */
  acquire(options: {
    readonly runId: string;
    readonly owner: string;
    readonly now: number;
    readonly leaseMs: number;
    readonly takeFrom?: string | undefined;
  }): Promise<Lease>;

  /** Hold the lease until `now + leaseMs`. @throws {JournalError} `journal.lease_lost` */
  renew(lease: Lease, now: number, leaseMs: number): Promise<void>;

  /** Give the lease back; harmless when it was lost. */
  release(lease: Lease): Promise<void>;

  /**
   * Add events, whose `seq` must follow the newest stored one, and what is true with them.
   * @throws {JournalError} `journal.conflict`, `journal.write_failed`; nothing was added then
   */
  append(lease: Lease, events: readonly StoredEvent[], more?: AppendedWith): Promise<void>;

  /**
   * The events of a run in order.
   * @param afterSeq only those with a greater `seq`; @default 0
   * @throws {JournalError} `run.unknown`
   */
  read(runId: string, afterSeq?: number): Promise<StoredEvent[]>;

  /**
   * By `createdAt`, newest first; of equal ones the one made last.
   * @param options.limit at most so many; @default all
   */
  list(options?: { readonly limit?: number }): Promise<RunRow[]>;

  /** @returns undefined for an unknown run */
  find(runId: string): Promise<RunRow | undefined>;

  /** Leave a request for whoever drives the run, now or next. @throws {JournalError} `run.unknown` */
  post(runId: string, now: number, request: JsonObject): Promise<void>;

  /** Requests in order of arrival; they stay until they are removed. None for an unknown run. */
  requests(runId: string): Promise<RunRequest[]>;

  /** Remove a request that was acted on; harmless when it is gone. An id is never used again. */
  removeRequest(id: number): Promise<void>;

  /** Let go of the store; harmless when done before. */
  close(): Promise<void>;
}
