/**
 * The journal in a SQLite file: one flushed write per append, readable by any number of
 * processes while one of them writes.
 *
 * SQLite works synchronously here, so every method has done its work when it returns its
 * promise; a process that waits for another one's commit waits as a whole.
 */

import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { JournalError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { AppendedWith, Journal, Lease, RunRequest, RunRow, StoredEvent } from "./journal.ts";
import {
  closedJournal,
  lostLease,
  ownedRun,
  staleHolder,
  takenRunId,
  unknownRun,
  wrongSeq,
} from "./refusals.ts";
import { toJournalError } from "./sqlite-errors.ts";
import { openJournalFile, type SqliteJournalOptions } from "./sqlite-file.ts";
import {
  type EventRecord,
  prepareStatements,
  type RequestRecord,
  type RunRecord,
  type Statements,
} from "./sqlite-statements.ts";
import { eventTexts, textOf } from "./text.ts";

/**
 * Open the journal in a file, which is made if there is none, and so is its folder.
 *
 * Commits survive a crash of the machine (write-ahead log, `synchronous = FULL`). While the
 * journal is open there are two more files beside it, named like it with `-wal` and `-shm`.
 *
 * @throws {JournalError} `journal.not_a_database`, `journal.version`, `journal.unusable`,
 *   `journal.locked`, `journal.corrupt`
 */
export function openSqliteJournal(path: string, options?: SqliteJournalOptions): Journal {
  const db = openJournalFile(path, options);
  try {
    return new SqliteJournal(resolve(path), db);
  } catch (error) {
    db.close();
    throw toJournalError(error, resolve(path));
  }
}

class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #statements: Statements | undefined;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#statements = prepareStatements(db);
  }

  async createRun(options: Parameters<Journal["createRun"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, summary } = options;
    const text = textOf(summary);
    const { changes } = this.#use(({ insertRun }) =>
      insertRun.run(runId, now, text, owner, now + leaseMs),
    );
    if (changes === 0) throw takenRunId(runId);
    return { runId, owner, token: 1 };
  }

  async acquire(options: Parameters<Journal["acquire"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, takeFrom } = options;
    return this.#transaction((sql) => {
      const run = findRun(sql, runId);
      if (run === undefined) throw unknownRun(runId);
      const lease = leaseOf(run);
      if (lease !== null && lease.expiresAt > now && lease.owner !== takeFrom) {
        throw ownedRun(runId, lease.owner, lease.expiresAt);
      }
      const token = run.token + 1;
      sql.takeLease.run(owner, now + leaseMs, token, run.key);
      return { runId, owner, token };
    });
  }

  async renew(lease: Lease, now: number, leaseMs: number): Promise<void> {
    const { runId, token } = lease;
    const { changes } = this.#use(({ renewLease }) => renewLease.run(now + leaseMs, runId, token));
    if (changes === 0) throw lostLease(lease);
  }

  async release({ runId, token }: Lease): Promise<void> {
    this.#use(({ releaseLease }) => releaseLease.run(runId, token));
  }

  async append(
    lease: Lease,
    events: readonly StoredEvent[],
    more: AppendedWith = {},
  ): Promise<void> {
    const { runId } = lease;
    const texts = eventTexts(runId, events);
    const summaryText = more.summary && textOf(more.summary);
    this.#transaction((sql) => {
      const run = findRun(sql, runId);
      if (run?.token !== lease.token || run.owner === null) throw staleHolder(lease);
      const first = run.last_seq + 1;
      const given = events[0]?.seq ?? first;
      if (given !== first) throw wrongSeq(runId, given, first);
      texts.forEach((text, index) => {
        sql.insertEvent.run(run.key, first + index, text);
      });
      if (summaryText !== undefined) sql.setSummary.run(summaryText, run.key);
    });
  }

  async read(runId: string, afterSeq = 0): Promise<StoredEvent[]> {
    return this.#use((sql) => {
      const run = findRun(sql, runId);
      if (run === undefined) throw unknownRun(runId);
      const records = sql.readEvents.all(run.key, afterSeq, run.key) as EventRecord[];
      const events = records.map(({ event }) => this.#parse<StoredEvent>(event));
      // SQLite does not notice all damage: a spoilt key, for one, may end its search too early.
      const count = Math.max(events.length, run.last_seq - afterSeq);
      for (let k = 0, seq = afterSeq + 1; k < count; k++, seq++) {
        if (records[k]?.seq === seq && events[k]?.seq === seq) continue;
        throw this.#damaged(`event ${seq} of run ${runId} is missing`);
      }
      return events;
    });
  }

  async list({ limit = -1 }: { readonly limit?: number } = {}): Promise<RunRow[]> {
    return this.#use(({ listRuns }) =>
      (listRuns.all(limit) as RunRecord[]).map((record) => this.#toRow(record)),
    );
  }

  async find(runId: string): Promise<RunRow | undefined> {
    return this.#use((sql) => {
      const run = findRun(sql, runId);
      return run && this.#toRow(run);
    });
  }

  async post(runId: string, now: number, request: JsonObject): Promise<void> {
    const text = textOf(request);
    const { changes } = this.#use(({ insertRequest }) => insertRequest.run(now, text, runId));
    if (changes === 0) throw unknownRun(runId);
  }

  async requests(runId: string): Promise<RunRequest[]> {
    return this.#use(({ readRequests }) =>
      (readRequests.all(runId) as RequestRecord[]).map(({ id, at, request }) => ({
        id,
        at,
        request: this.#parse(request),
      })),
    );
  }

  async removeRequest(id: number): Promise<void> {
    this.#use(({ deleteRequest }) => deleteRequest.run(id));
  }

  async close(): Promise<void> {
    if (this.#statements === undefined) return;
    this.#statements = undefined;
    this.#db.close();
  }

  /** Everything or nothing of what `work` writes, durable when this returns. */
  #transaction<T>(work: (sql: Statements) => T): T {
    return this.#use((sql) => {
      sql.begin.run();
      try {
        const result = work(sql);
        sql.commit.run();
        return result;
      } catch (error) {
        // After some errors, such as a full disk, SQLite has rolled back already.
        if (this.#db.isTransaction) sql.rollback.run();
        throw error;
      }
    });
  }

  #use<T>(work: (sql: Statements) => T): T {
    if (this.#statements === undefined) throw closedJournal();
    try {
      return work(this.#statements);
    } catch (error) {
      throw toJournalError(error, this.#path);
    }
  }

  #toRow(run: RunRecord): RunRow {
    return {
      runId: run.run_id,
      createdAt: run.created_at,
      lastSeq: run.last_seq,
      summary: this.#parse(run.summary),
      lease: leaseOf(run),
    };
  }

  #parse<T extends StoredEvent | JsonObject>(text: string): T {
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw this.#damaged("what was stored as JSON is not JSON any more", cause);
    }
  }

  #damaged(what: string, cause?: unknown): JournalError {
    return new JournalError("journal.corrupt", `The journal ${this.#path} is damaged: ${what}.`, {
      hint: "Restore it from a copy.",
      cause,
    });
  }
}

function findRun(sql: Statements, runId: string): RunRecord | undefined {
  return sql.findRun.get(runId) as RunRecord | undefined;
}

function leaseOf({ owner, expires_at: expiresAt }: RunRecord): RunRow["lease"] {
  return owner === null || expiresAt === null ? null : { owner, expiresAt };
}
