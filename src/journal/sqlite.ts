/**
 * The journal in a SQLite file: one flushed write per append, readable by any number of
 * processes while one of them writes.
 *
 * SQLite works synchronously here, so every method has done its work when it returns its
 * promise; a process that waits for another one's commit waits as a whole.
 */

import { resolve } from "node:path";
import type { JsonObject } from "../base/json.ts";
import { isHolding } from "./holding.ts";
import type { AppendedWith, Journal, Lease, RunRequest, RunRow, StoredEvent } from "./journal.ts";
import { lostLease, ownedRun, staleHolder, takenRunId, unknownRun, wrongSeq } from "./refusals.ts";
import { appendShared } from "./sqlite-across-runs.ts";
import { SqliteConnection } from "./sqlite-connection.ts";
import { toJournalError } from "./sqlite-errors.ts";
import { openJournalFile, type SqliteJournalOptions } from "./sqlite-file.ts";
import { SqliteRetention } from "./sqlite-retention.ts";
import {
  type EventRecord,
  findRun,
  leaseOf,
  type RequestRecord,
  type RunRecord,
} from "./sqlite-statements.ts";
import { eventTexts, textOf } from "./text.ts";

/**
 * Open the journal in a file, which is made if there is none, and so is its folder.
 *
 * Commits survive a crash of the machine (write-ahead log, `synchronous = FULL`). While the
 * journal is open there are two more files beside it, named like it with `-wal` and `-shm`.
 * Large values are in a folder named like it with `-blobs`, made with the first of them.
 *
 * @throws {JournalError} `journal.not_a_database`, `journal.version`, `journal.unusable`,
 *   `journal.locked`, `journal.corrupt`
 */
export function openSqliteJournal(path: string, options?: SqliteJournalOptions): Journal {
  const db = openJournalFile(path, options);
  try {
    return new SqliteJournal(new SqliteConnection(resolve(path), db), `${resolve(path)}-blobs`);
  } catch (error) {
    db.close();
    throw toJournalError(error, resolve(path));
  }
}

class SqliteJournal extends SqliteRetention implements Journal {
  async createRun(options: Parameters<Journal["createRun"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, summary } = options;
    const text = textOf(summary);
    const { changes } = this.file.use(({ insertRun }) =>
      insertRun.run(runId, now, text, owner, now + leaseMs),
    );
    if (changes === 0) throw takenRunId(runId);
    return { runId, owner, token: 1 };
  }

  async acquire(options: Parameters<Journal["acquire"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, takeFrom } = options;
    return this.file.transaction((sql) => {
      const run = findRun(sql, runId);
      if (run === undefined) throw unknownRun(runId);
      const lease = leaseOf(run);
      if (isHolding(lease, now, takeFrom)) {
        throw ownedRun(runId, lease.owner, lease.expiresAt);
      }
      const token = run.token + 1;
      sql.takeLease.run(owner, now + leaseMs, token, run.key);
      return { runId, owner, token };
    });
  }

  async renew(lease: Lease, now: number, leaseMs: number): Promise<void> {
    const { runId, token } = lease;
    const { changes } = this.file.use(({ renewLease }) =>
      renewLease.run(now + leaseMs, runId, token),
    );
    if (changes === 0) throw lostLease(lease);
  }

  async release({ runId, token }: Lease): Promise<void> {
    this.file.use(({ releaseLease }) => releaseLease.run(runId, token));
  }

  async append(
    lease: Lease,
    events: readonly StoredEvent[],
    more: AppendedWith = {},
  ): Promise<void> {
    const { runId } = lease;
    const texts = eventTexts(runId, events);
    const summaryText = more.summary && textOf(more.summary);
    this.file.transaction((sql, shared) => {
      const run = findRun(sql, runId);
      if (run?.token !== lease.token || run.owner === null) throw staleHolder(lease);
      const first = run.last_seq + 1;
      const given = events[0]?.seq ?? first;
      if (given !== first) throw wrongSeq(runId, given, first);
      texts.forEach((text, index) => {
        sql.insertEvent.run(run.key, first + index, text);
      });
      if (summaryText !== undefined) sql.setSummary.run(summaryText, run.key);
      appendShared(shared, runId, events, more);
      this.useBlobs(run.key, more.blobs);
    });
  }

  async read(runId: string, afterSeq = 0): Promise<StoredEvent[]> {
    return this.file.use((sql) => {
      const run = findRun(sql, runId);
      if (run === undefined) throw unknownRun(runId);
      const records = sql.readEvents.all(run.key, afterSeq, run.key) as EventRecord[];
      const events = records.map(({ event }) => this.file.parse<StoredEvent>(event));
      // SQLite does not notice all damage: a spoilt key, for one, may end its search too early.
      const count = Math.max(events.length, run.last_seq - afterSeq);
      for (let k = 0, seq = afterSeq + 1; k < count; k++, seq++) {
        if (records[k]?.seq === seq && events[k]?.seq === seq) continue;
        throw this.file.damaged(`event ${seq} of run ${runId} is missing`);
      }
      return events;
    });
  }

  async list({ limit = -1 }: { readonly limit?: number } = {}): Promise<RunRow[]> {
    return this.file.use(({ listRuns }) =>
      (listRuns.all(limit) as RunRecord[]).map((record) => this.#toRow(record)),
    );
  }

  async find(runId: string): Promise<RunRow | undefined> {
    return this.file.use((sql) => {
      const run = findRun(sql, runId);
      return run && this.#toRow(run);
    });
  }

  async post(runId: string, now: number, request: JsonObject): Promise<number> {
    const text = textOf(request);
    const { changes, lastInsertRowid } = this.file.use(({ insertRequest }) =>
      insertRequest.run(now, text, runId),
    );
    if (changes === 0) throw unknownRun(runId);
    return Number(lastInsertRowid);
  }

  async requests(runId: string): Promise<RunRequest[]> {
    return this.file.use(({ readRequests }) =>
      (readRequests.all(runId) as RequestRecord[]).map(({ id, at, request }) => ({
        id,
        at,
        request: this.file.parse(request),
      })),
    );
  }

  async removeRequest(id: number): Promise<boolean> {
    return this.file.use(({ deleteRequest }) => deleteRequest.run(id)).changes > 0;
  }

  async close(): Promise<void> {
    this.file.close();
  }

  #toRow(run: RunRecord): RunRow {
    return {
      runId: run.run_id,
      createdAt: run.created_at,
      lastSeq: run.last_seq,
      summary: this.file.parse(run.summary),
      lease: leaseOf(run),
    };
  }
}
