/**
 * The journal in a SQLite file: one flushed write per append, readable by any number of
 * processes while one of them writes.
 *
 * SQLite works synchronously here: a process that waits for another one's commit waits as a
 * whole. What several runs write within one turn of the loop is one commit (sqlite-connection.ts).
 */

import { resolve } from "node:path";
import type { JsonObject } from "../base/json.ts";
import { isHolding } from "./holding.ts";
import type {
  AppendedWith,
  ItemPlace,
  ItemRow,
  Journal,
  Lease,
  RunRequest,
  RunRow,
  StoredEvent,
} from "./journal.ts";
import {
  lostLease,
  ownedRun,
  refusedPlace,
  staleHolder,
  takenRunId,
  unknownRun,
  wrongSeq,
} from "./refusals.ts";
import { appendShared } from "./sqlite-across-runs.ts";
import { SqliteConnection } from "./sqlite-connection.ts";
import { toJournalError } from "./sqlite-errors.ts";
import { openJournalFile, type SqliteJournalOptions } from "./sqlite-file.ts";
import { SqliteRetention } from "./sqlite-retention.ts";
import {
  type BatchStatements,
  type EventRecord,
  findHead,
  findRun,
  type ItemRecord,
  leaseOf,
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
    const { runId, owner, now, leaseMs, summary, isBatch = false, place } = options;
    const text = textOf(summary);
    await this.file.write(({ insertRun }, { batches }) => {
      const made = insertRun.run(runId, now, text, owner, now + leaseMs);
      if (made.changes === 0) throw takenRunId(runId);
      if (isBatch) batches().insertBatch.run(runId);
      if (place !== undefined) giveAway(batches(), place, { runId });
      const key = Number(made.lastInsertRowid);
      this.file.heads.set(runId, { key, token: 1, owner, last_seq: 0 });
    });
    this.file.hold(runId);
    return { runId, owner, token: 1 };
  }

  async acquire(options: Parameters<Journal["acquire"]>[0]): Promise<Lease> {
    const { runId, owner, now, leaseMs, takeFrom } = options;
    const lease = await this.file.write((sql) => {
      const run = findRun(sql, runId);
      if (run === undefined) throw unknownRun(runId);
      const lease = leaseOf(run);
      if (isHolding(lease, now, takeFrom)) {
        throw ownedRun(runId, lease.owner, lease.expiresAt);
      }
      const token = run.token + 1;
      sql.takeLease.run(owner, now + leaseMs, token, run.key);
      this.file.heads.forget(runId);
      return { runId, owner, token };
    });
    this.file.hold(runId);
    return lease;
  }

  async renew(lease: Lease, now: number, leaseMs: number): Promise<void> {
    const { runId, token } = lease;
    await this.file.write(({ renewLease }) => {
      if (renewLease.run(now + leaseMs, runId, token).changes === 0) throw lostLease(lease);
    });
  }

  async release({ runId, token }: Lease): Promise<void> {
    await this.file.write(({ releaseLease }) => {
      releaseLease.run(runId, token);
      this.file.heads.forget(runId);
    });
    this.file.letGo(runId);
  }

  async append(
    lease: Lease,
    events: readonly StoredEvent[],
    more: AppendedWith = {},
  ): Promise<void> {
    const { runId } = lease;
    const texts = eventTexts(runId, events);
    const summaryText = more.summary && textOf(more.summary);
    await this.file.write((sql, { shared, batches }) => {
      const { heads } = this.file;
      const run = heads.find(sql, runId);
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
      this.keepDecisions(runId, more);
      for (const { n, record } of more.records ?? []) {
        giveAway(batches(), { lease, n }, { record: textOf(record) });
      }
      if (more.release) {
        sql.releaseLease.run(runId, lease.token);
        heads.forget(runId);
      } else heads.set(runId, { ...run, last_seq: run.last_seq + events.length });
    });
    if (more.release) this.file.letGo(runId);
  }

  async read(runId: string, afterSeq = 0): Promise<StoredEvent[]> {
    return this.file.use((sql) => {
      const run = findHead(sql, runId);
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

  async list(options: Parameters<Journal["list"]>[0] = {}): Promise<RunRow[]> {
    const { limit = -1, of = "runs" } = options;
    const records = this.file.readBatches(
      (_, { list }) => list[of].all(limit),
      ({ listRuns }) => (of === "runs" ? listRuns.all(limit) : []),
    );
    return (records as RunRecord[]).map((record) => this.#toRow(record));
  }

  async readItems(...[batchId, options]: Parameters<Journal["readItems"]>): Promise<ItemRow[]> {
    const { after = 0, limit, withNewest = false } = options;
    const read = (key: number, { readItems, readItemsWithNewest }: BatchStatements) => {
      const statement = withNewest ? readItemsWithNewest : readItems;
      return statement.all(key, after, key, limit) as ItemRecord[];
    };
    const records = this.file.readBatches(
      (sql, batches) => read(this.#find(sql, batchId).key, batches),
      (sql) => {
        this.#find(sql, batchId);
        return [];
      },
    );
    return records.map((item) =>
      item.key === null
        ? { n: item.n, run: null, record: this.file.parse<JsonObject>(item.record ?? "{}") }
        : { n: item.n, run: this.#toRow(item), record: null, ...this.#newestOf(item) },
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
    return this.file.write(({ insertRequest }) => {
      const { changes, lastInsertRowid } = insertRequest.run(now, text, runId);
      if (changes === 0) throw unknownRun(runId);
      return Number(lastInsertRowid);
    });
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
    return this.file.write(({ deleteRequest }) => deleteRequest.run(id).changes > 0);
  }

  async close(): Promise<void> {
    this.file.close();
  }

  #find(sql: Statements, runId: string): RunRecord {
    const run = findRun(sql, runId);
    if (run === undefined) throw unknownRun(runId);
    return run;
  }

  #newestOf({ newest }: ItemRecord): { newest?: StoredEvent } {
    return typeof newest === "string" ? { newest: this.file.parse<StoredEvent>(newest) } : {};
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

/** @throws {JournalError} `journal.conflict` */
function giveAway(
  { insertItem }: BatchStatements,
  { lease, n }: ItemPlace,
  to: { readonly runId?: string; readonly record?: string },
): void {
  const { runId, token } = lease;
  const { changes } = insertItem.run(n, to.runId ?? null, to.record ?? null, runId, token);
  if (changes === 0) throw refusedPlace(lease, n);
}
