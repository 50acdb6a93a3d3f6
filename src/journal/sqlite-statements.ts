import type { DatabaseSync } from "node:sqlite";
import type { RunRow } from "./journal.ts";

export type Statements = ReturnType<typeof prepareStatements>;

/** A row of `runs` as the queries below give it. */
export type RunRecord = {
  readonly key: number;
  readonly run_id: string;
  readonly created_at: number;
  readonly summary: string;
  readonly token: number;
  readonly owner: string | null;
  readonly expires_at: number | null;
  readonly last_seq: number;
};

export type EventRecord = { readonly seq: number; readonly event: string };
export type RequestRecord = { readonly id: number; readonly at: number; readonly request: string };

/** The newest `seq` is read off the events themselves: one look-up, and no second page to write. */
const LAST_SEQ = `
  coalesce((
    SELECT max(id) FROM events WHERE id BETWEEN (key << 32) AND (key << 32 | 0xffffffff)
  ) & 0xffffffff, 0) AS last_seq`;
const RUN = `SELECT *, ${LAST_SEQ} FROM runs`;

/** Everything the journal asks of SQLite, compiled once. */
export function prepareStatements(db: DatabaseSync) {
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    beginPart: db.prepare("SAVEPOINT part"),
    endPart: db.prepare("RELEASE part"),
    undoPart: db.prepare("ROLLBACK TO part"),
    dataVersion: db.prepare("PRAGMA data_version"),

    insertRun: db.prepare(`
      INSERT INTO runs (run_id, created_at, summary, token, owner, expires_at) VALUES (?, ?, ?, 1, ?, ?)
      ON CONFLICT (run_id) DO NOTHING`),
    findRun: db.prepare(`${RUN} WHERE run_id = ?`),
    findHead: db.prepare(`SELECT key, token, owner, ${LAST_SEQ} FROM runs WHERE run_id = ?`),
    listRuns: db.prepare(`${RUN} ORDER BY created_at DESC, key DESC LIMIT ?`),
    setSummary: db.prepare("UPDATE runs SET summary = ? WHERE key = ?"),

    takeLease: db.prepare("UPDATE runs SET owner = ?, expires_at = ?, token = ? WHERE key = ?"),
    renewLease: db.prepare(
      "UPDATE runs SET expires_at = ? WHERE run_id = ? AND token = ? AND owner IS NOT NULL",
    ),
    releaseLease: db.prepare(
      "UPDATE runs SET owner = NULL, expires_at = NULL WHERE run_id = ? AND token = ?",
    ),

    insertEvent: db.prepare("INSERT INTO events (id, event) VALUES ((? << 32) | ?, ?)"),
    readEvents: db.prepare(`
      SELECT id & 0xffffffff AS seq, event FROM events
      WHERE id > (? << 32) + ? AND id <= (? << 32 | 0xffffffff) ORDER BY id`),

    sizeOfEvents: db.prepare(`
      SELECT coalesce(sum(octet_length(event)), 0) AS bytes FROM events
      WHERE id BETWEEN ?1 << 32 AND (?1 << 32 | 0xffffffff)`),
    deleteEvents: db.prepare(
      "DELETE FROM events WHERE id BETWEEN ?1 << 32 AND (?1 << 32 | 0xffffffff)",
    ),
    deleteRun: db.prepare("DELETE FROM runs WHERE key = ?"),

    insertRequest: db.prepare(
      "INSERT INTO requests (run, at, request) SELECT key, ?, ? FROM runs WHERE run_id = ?",
    ),
    readRequests: db.prepare(`
      SELECT id, at, request FROM requests
      WHERE run = (SELECT key FROM runs WHERE run_id = ?) ORDER BY id`),
    deleteRequest: db.prepare("DELETE FROM requests WHERE id = ?"),
  };
}

export function findRun(sql: Statements, runId: string): RunRecord | undefined {
  return sql.findRun.get(runId) as RunRecord | undefined;
}

/** What every append and every reading asks for: the rest of the row costs as much again. */
export type RunHead = Pick<RunRecord, "key" | "token" | "owner" | "last_seq">;

export function findHead(sql: Statements, runId: string): RunHead | undefined {
  return sql.findHead.get(runId) as RunHead | undefined;
}

export function leaseOf({ owner, expires_at: expiresAt }: RunRecord): RunRow["lease"] {
  return owner === null || expiresAt === null ? null : { owner, expiresAt };
}

export type SharedStatements = ReturnType<typeof prepareSharedStatements>;

export type AuditRecord = {
  readonly n: number;
  readonly run_id: string;
  readonly at: number;
  readonly record: string;
  readonly previous: string;
  readonly hash: string;
};

/** A row of `effects`; `output` is null while the effect is claimed and not finished. */
export type EffectRecord = {
  readonly digest: string;
  readonly run_id: string;
  readonly subtask: string;
  readonly at: number;
  readonly output: string | null;
};

export type BatchStatements = ReturnType<typeof prepareBatchStatements>;

/** A row of `items`, with its run if it has one. */
export type ItemRecord = {
  readonly n: number;
  readonly record: string | null;
  /** Only where it was asked for. */
  readonly newest?: string | null;
} & (RunRecord | { readonly key: null });

/** On the tables of batches; journals have them since format 3. */
export function prepareBatchStatements(db: DatabaseSync) {
  const isItem = "EXISTS (SELECT 1 FROM items WHERE items.run = runs.key)";
  const isBatch = "EXISTS (SELECT 1 FROM batches WHERE batches.run = runs.key)";
  const listWhere = (condition: string) =>
    db.prepare(`${RUN} WHERE ${condition} ORDER BY created_at DESC, key DESC LIMIT ?`);
  const readItems = (more: string) =>
    db.prepare(`
      SELECT items.id & 0xffffffff AS n, items.record, run.*${more}
      FROM items LEFT JOIN (${RUN}) AS run ON run.key = items.run
      WHERE items.id > (? << 32) + ? AND items.id <= (? << 32 | 0xffffffff)
      ORDER BY items.id LIMIT ?`);
  return {
    insertBatch: db.prepare("INSERT INTO batches (run) SELECT key FROM runs WHERE run_id = ?"),
    insertItem: db.prepare(`
      INSERT INTO items (id, run, record)
      SELECT batch.key << 32 | ?, (SELECT key FROM runs WHERE run_id = ?), ?
      FROM runs AS batch JOIN batches ON batches.run = batch.key
      WHERE batch.run_id = ? AND batch.token = ? AND batch.owner IS NOT NULL
      ON CONFLICT (id) DO UPDATE SET run = excluded.run, record = NULL
      WHERE items.run IS NULL AND excluded.run IS NOT NULL`),
    readItems: readItems(""),
    readItemsWithNewest: readItems(`, (
      SELECT event FROM events WHERE id = (run.key << 32 | run.last_seq)) AS newest`),
    list: {
      runs: listWhere(`NOT ${isItem} AND NOT ${isBatch}`),
      items: listWhere(isItem),
      batches: listWhere(isBatch),
    },
  };
}

/** On the tables that all runs share; journals have them since format 2. */
export function prepareSharedStatements(db: DatabaseSync) {
  return {
    insertAudit: db.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)"),
    newestAudit: db.prepare("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1"),
    readAudit: db.prepare("SELECT * FROM audit ORDER BY n"),

    findEffect: db.prepare("SELECT * FROM effects WHERE key = ?"),
    claimEffect: db.prepare(`
      INSERT INTO effects (key, digest, run_id, subtask, tool, at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET
        run_id = excluded.run_id, subtask = excluded.subtask, at = excluded.at`),
    finishEffect: db.prepare(
      "UPDATE effects SET output = ? WHERE key = ? AND run_id = ? AND subtask = ? AND output IS NULL",
    ),
    releaseEffect: db.prepare(
      "DELETE FROM effects WHERE key = ? AND run_id = ? AND subtask = ? AND output IS NULL",
    ),

    addDuration: db.prepare(`
      INSERT INTO durations (tool, bucket, count) VALUES (?, ?, ?)
      ON CONFLICT (tool, bucket) DO UPDATE SET count = count + excluded.count`),
    fadeDurations: db.prepare(`
      UPDATE durations SET count = count / 2
      WHERE tool = ?1 AND (SELECT sum(count) FROM durations WHERE tool = ?1) > ?2`),
    forgetDurations: db.prepare("DELETE FROM durations WHERE tool = ? AND count < ?"),
    readDurations: db.prepare("SELECT bucket, count FROM durations WHERE tool = ? ORDER BY bucket"),

    findSpending: db.prepare("SELECT nano_usd AS nanoUsd, tokens FROM spending WHERE day = ?"),
    setSpending: db.prepare("INSERT OR REPLACE INTO spending VALUES (?, ?, ?)"),
  };
}
