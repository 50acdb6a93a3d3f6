import type { DatabaseSync } from "node:sqlite";

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
const RUN = `
  SELECT *, coalesce((
    SELECT max(id) FROM events WHERE id BETWEEN (key << 32) AND (key << 32 | 0xffffffff)
  ) & 0xffffffff, 0) AS last_seq
  FROM runs`;

/** Everything the journal asks of SQLite, compiled once. */
export function prepareStatements(db: DatabaseSync) {
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),

    insertRun: db.prepare(`
      INSERT INTO runs (run_id, created_at, summary, token, owner, expires_at) VALUES (?, ?, ?, 1, ?, ?)
      ON CONFLICT (run_id) DO NOTHING`),
    findRun: db.prepare(`${RUN} WHERE run_id = ?`),
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

    insertRequest: db.prepare(
      "INSERT INTO requests (run, at, request) SELECT key, ?, ? FROM runs WHERE run_id = ?",
    ),
    readRequests: db.prepare(`
      SELECT id, at, request FROM requests
      WHERE run = (SELECT key FROM runs WHERE run_id = ?) ORDER BY id`),
    deleteRequest: db.prepare("DELETE FROM requests WHERE id = ?"),
  };
}
