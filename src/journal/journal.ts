/**
 * The journal: append-only store of the events of runs. The journal is the truth; a run's
 * state is the fold of its events. It also keeps what its runs share: the audit trail, the
 * effects that plans name by a key, how long tools take, and what a day has cost. What is too
 * large for events lies beside them, in blobs.
 *
 * J1. `append` is all or nothing, and durable when it resolves.
 * J2. The events of a run have `seq` 1, 2, 3, … without gaps.
 * J3. Only the holder of a run's lease appends to it: an append whose lease was taken over,
 *     or whose `seq` does not follow, changes nothing and fails with `journal.conflict`.
 * J4. A lease ends by release or by time; whoever acquires it next has a greater `token`.
 *     Time alone takes nothing away: until somebody acquires it, the late holder still holds it.
 * J5. What is read is a copy, as JSON carries it: nothing that a caller does later to what it
 *     gave or got changes the journal.
 * J6. Audit records form one chain over all runs, each with the hash of the one before
 *     (audit-chain.ts). They are added, and never changed or removed.
 * J7. The claim to an effect's key has at most one subtask of one run. It alone ends it, by
 *     `append`, together with the events that say so. A finished effect is never claimed again.
 * J8. A reservation is made only if it fits with all that was reserved and spent on its day,
 *     whoever reserves at the same moment.
 * J9. A blob is the bytes of which its id is the SHA-256: it never changes, and who reads it gets
 *     these bytes or an error. It is durable when `put` resolves.
 * J10. A run is removed whole or not at all, and only if nobody holds it and nothing was added
 *     since the caller looked. The audit trail says so.
 * J11. A batch is held, appended to and listed like a run. Only the holder of its lease gives
 *     its places away: to a run that is made there, or to a record of what cannot be run. A run
 *     keeps its place; a record keeps it until a run is made there.
 * J12. Of what routes decided the newest is kept under each key, and forgotten once it is old and
 *     another one is kept. Every branch that was taken is counted once, with the event that says so.
 *
 * Times are whole milliseconds since the epoch, and come from the caller. Ids and owners are
 * well-formed Unicode, and so are the names of subtasks and tools, and keys; inside events,
 * summaries, requests, audit records and outputs any string survives.
 *
 * Besides the errors named below, every method may fail with `journal.locked` (another
 * process writes and does not end), `journal.corrupt` (what is stored is damaged) and
 * `journal.unusable` (cannot be read or written, or was closed).
 */

import type { DecisionMemory, KeptDecision, TakenBranch } from "../base/decision-memory.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { BucketCount, DurationCount } from "../base/quantile-sketch.ts";

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

/** A place in a batch, for its holder to give away. */
export interface ItemPlace {
  /** Of the batch. */
  readonly lease: Lease;
  /** From 1. */
  readonly n: number;
}

/** What has a place in a batch: a run, or a record of what cannot be run. */
export type ItemRow = { readonly n: number } & (
  | {
      readonly run: RunRow;
      readonly record: null;
      /** The run's newest event, where that was asked for and there is one. */
      readonly newest?: StoredEvent;
    }
  | { readonly run: null; readonly record: JsonObject }
);

/** Somebody's wish about a run that another process may own; kept until its owner takes it. */
export interface RunRequest {
  readonly id: number;
  readonly at: number;
  /** What the journal does not look into, e.g. `{ type: "cancel", by: "ada" }`. */
  readonly request: JsonObject;
}

/** What `append` adds to the audit trail. */
export interface AuditEntry {
  readonly at: number;
  /** Of an event of the same append: its `seq` and digest become part of the record. */
  readonly seq?: number | undefined;
  /** Who, what was shown, what was decided: the journal does not look inside. */
  readonly record: JsonObject;
}

/** A link of the chain; how its hash comes about stands in audit-chain.ts. */
export interface AuditRow extends Omit<AuditEntry, "seq"> {
  /** From 1, without gaps, over all runs. */
  readonly n: number;
  readonly runId: string;
  /** The hash of row n - 1. */
  readonly previous: string;
  readonly hash: string;
}

/** The subtask that an effect belongs to. */
export interface EffectHolder {
  readonly runId: string;
  readonly subtask: string;
}

/** A subtask is about to do what its plan gave a key to. */
export interface EffectClaim extends EffectHolder {
  readonly key: string;
  /** Of the tool and its input: who uses a key again must mean the same effect. */
  readonly digest: string;
  readonly tool: string;
  readonly at: number;
}

export type ClaimAnswer =
  /** Go on: the effect is this subtask's, perhaps since an earlier attempt. */
  | { readonly status: "claimed" }
  /** It was done, by this subtask or another: its result is there to be used. */
  | ({ readonly status: "finished"; readonly output: Json } & EffectHolder)
  /** Another subtask began it then and has not ended it, as far as anybody knows. */
  | ({ readonly status: "open"; readonly at: number } & EffectHolder)
  /** The key was given to another effect: another tool, or another input. */
  | ({ readonly status: "differs" } & EffectHolder);

/** How an effect that a subtask of the run claimed ended: with its result, or surely without any. */
export type EffectEnd = { readonly key: string; readonly subtask: string } & (
  | { readonly status: "finished"; readonly output: Json }
  | { readonly status: "released" }
);

/** Amounts of money are kept to the nano-dollar, tokens are whole. */
export interface Spending {
  readonly usd: number;
  readonly tokens: number;
}

/** What becomes durable together with events, or not at all. */
export interface AppendedWith {
  /** @default the one before stays */
  readonly summary?: JsonObject | undefined;
  readonly audit?: readonly AuditEntry[] | undefined;
  /** What the subtask has no open claim to (it was taken over, or is finished) is left alone. */
  readonly effects?: readonly EffectEnd[] | undefined;
  /** Old ones fade: above `FADE_ABOVE` samples of a tool, all of them weigh half. */
  readonly durations?: readonly DurationCount[] | undefined;
  /** What routes decided, for inputs that come again. */
  readonly decisions?: readonly KeptDecision[] | undefined;
  readonly branches?: readonly TakenBranch[] | undefined;
  /** Ids of the blobs that the events refer to: in use as long as the run is there. */
  readonly blobs?: readonly string[] | undefined;
  /** Give the lease back, too. @default false */
  readonly release?: boolean | undefined;
  /** Where the run is a batch: what of its items cannot be run; the journal does not look inside. */
  readonly records?: readonly { readonly n: number; readonly record: JsonObject }[] | undefined;
}

export interface Journal extends AcrossRuns, DecisionMemory, Retention {
  /**
   * Make a run, or a batch, and take its lease.
   * @param options.isBatch @default false
   * @param options.place in a batch; @default a run of its own
   * @throws {JournalError} `journal.conflict` when the id or the place is taken, or the batch's
   *   lease was lost
   */
  createRun(options: {
    readonly runId: string;
    readonly owner: string;
    readonly now: number;
    readonly leaseMs: number;
    readonly summary: JsonObject;
    readonly isBatch?: boolean | undefined;
    readonly place?: ItemPlace | undefined;
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
   * @param options.of runs of their own, runs that have a place in a batch, or batches;
   *   @default "runs"
   */
  list(options?: { readonly limit?: number; readonly of?: ListedKind }): Promise<RunRow[]>;

  /**
   * What has a place in a batch, in order; none for what is no batch.
   * @param options.after only places behind this one; @default 0
   * @param options.limit at most so many
   * @param options.withNewest whether the newest event of each run is wanted, too; @default false
   * @throws {JournalError} `run.unknown`
   */
  readItems(
    batchId: string,
    options: { readonly after?: number; readonly limit: number; readonly withNewest?: boolean },
  ): Promise<ItemRow[]>;

  /** @returns undefined for an unknown run */
  find(runId: string): Promise<RunRow | undefined>;

  /**
   * Leave a request for whoever drives the run, now or next.
   * @returns its id
   * @throws {JournalError} `run.unknown`
   */
  post(runId: string, now: number, request: JsonObject): Promise<number>;

  /** Requests in order of arrival; they stay until they are removed. None for an unknown run. */
  requests(runId: string): Promise<RunRequest[]>;

  /**
   * Remove a request that was acted on, or is taken back. An id is never used again.
   * @returns whether it was there: of several who remove it, one is told so
   */
  removeRequest(id: number): Promise<boolean>;

  /** Let go of the store; harmless when done before. */
  close(): Promise<void>;
}

export type ListedKind = "runs" | "items" | "batches";

/** What all runs of a journal share. */
export interface AcrossRuns {
  /** The whole audit trail, from its beginning; `verifyAudit` says whether it is sound. */
  readAudit(): Promise<AuditRow[]>;

  /** Claim the effect of a key before it is done. */
  claimEffect(claim: EffectClaim): Promise<ClaimAnswer>;

  /**
   * Claim an effect, even though another run began it, to do it again under the same key.
   * Only for tools that are idempotent; of others a person must find out whether it happened.
   *
   * It succeeds if the claim still is the one that was seen, and nobody drives its run: the
   * lease was released or its time is up at `claim.at`. Whoever comes back to that run
   * afterwards finds the effect claimed by another.
   *
   * @param options.from as a claim was answered that came too late
   * @param options.goneOwner a holder of that run's lease which is known to be gone
   */
  takeEffect(
    claim: EffectClaim,
    options: {
      readonly from: EffectHolder & { readonly at: number };
      readonly goneOwner?: string | undefined;
    },
  ): Promise<ClaimAnswer>;

  /** How often a tool's attempts took how long, shortest first; none for an unknown tool. */
  readDurations(tool: string): Promise<BucketCount[]>;

  /**
   * Set an amount aside before it is spent. A unit of which nothing is asked has no say.
   *
   * @param options.day of UTC, e.g. `2026-11-21`
   * @param options.limits for the whole day; null for none
   * @returns false, and nothing changed, when it does not fit
   */
  reserveSpending(
    options: Spending & {
      readonly day: string;
      readonly limits: { readonly usd: number | null; readonly tokens: number | null };
    },
  ): Promise<boolean>;

  /**
   * Correct what was reserved by what it came to: negative amounts give back. A day's sum
   * never falls below 0.
   */
  settleSpending(options: Spending & { readonly day: string }): Promise<void>;

  /** What was reserved and spent on a day. */
  readSpending(day: string): Promise<Spending>;
}

/** What is too large for events. */
export interface BlobStore {
  /**
   * Keep bytes; if they are there already, they become as young as `now`.
   * @param blob.id the SHA-256 of the content, in hex
   * @throws {JournalError} `journal.write_failed`
   */
  put(blob: {
    readonly id: string;
    readonly content: Uint8Array;
    readonly now: number;
  }): Promise<void>;

  /**
   * Synchronous, because the executor's core is, which reads in the middle of a step. A store
   * that is far away has to have near at hand what it is asked for.
   * @throws {JournalError} `blob.missing`, `blob.damaged`
   */
  get(id: string): Uint8Array;

  /** All that is there, in no order; also what a crash has left half written, by names of its own. */
  list(): Promise<BlobRow[]>;

  /**
   * Remove one, unless somebody put it at `before` or later, also at this very moment.
   * @returns whether it was removed
   */
  remove(id: string, before: number): Promise<boolean>;
}

export interface BlobRow {
  readonly id: string;
  /** What it takes up where it is stored. */
  readonly bytes: number;
  /** When it was put, last. */
  readonly at: number;
}

/** How what nobody needs any more is found and removed. */
export interface Retention {
  readonly blobs: BlobStore;

  /** Which blobs are in use, by which runs; in no order. */
  readBlobUses(): Promise<BlobUse[]>;

  /** The bytes of a run's events; 0 for an unknown run. */
  sizeOf(runId: string): Promise<number>;

  /**
   * Remove a run with its events and requests, and let go of its blobs. What all runs share stays:
   * the audit trail and the keys of effects above all.
   *
   * @param options.lastSeq the newest event that the caller knows
   * @param options.record for the audit trail
   * @returns false, and nothing changed, when the run is held, has gone on, or is not there
   */
  removeRun(options: {
    readonly runId: string;
    readonly lastSeq: number;
    readonly now: number;
    readonly record: JsonObject;
  }): Promise<boolean>;

  /**
   * Give space back to the system. Whoever writes meanwhile has to wait.
   * @returns the bytes by which the store became smaller
   */
  compact(): Promise<number>;
}

export interface BlobUse {
  readonly runId: string;
  readonly blob: string;
}
