/** Journals as planwright made them before format 2; this file never changes. */

import { DatabaseSync } from "node:sqlite";

/** A journal with run r1, held by ada, of two events and one request. */
export function makeFormat1(path: string): void {
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${FORMAT_1}; ${CONTENT}`);
  db.exec("PRAGMA application_id = 0x504c4e57; PRAGMA user_version = 1");
}

const CONTENT = `
  INSERT INTO runs VALUES (7, 'r1', 1000, '{"status":"running"}', 3, 'ada', 2000);
  INSERT INTO events VALUES
    (7 << 32 | 1, '{"runId":"r1","seq":1,"at":1000,"type":"run.started"}'),
    (7 << 32 | 2, '{"runId":"r1","seq":2,"at":1001,"type":"plan.accepted","plan":{"subtasks":[]}}');
  INSERT INTO requests VALUES (1, 7, 1002, '{"type":"pause"}');
`;

export const FORMAT_1 = `
  CREATE TABLE runs (
    -- Never used again: the ids of events are made of it.
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id     TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    summary    TEXT NOT NULL,
    token      INTEGER NOT NULL,
    owner      TEXT,
    expires_at INTEGER,
    CHECK ((owner IS NULL) = (expires_at IS NULL))
  ) STRICT;
  CREATE INDEX runs_by_age ON runs (created_at);

  CREATE TABLE events (
    -- (runs.key << 32) | seq: the order and the uniqueness of (run, seq) without a second
    -- tree to write at every commit. A key of two columns costs either that tree, or, as
    -- WITHOUT ROWID, several times as much for events that are larger than a kilobyte.
    id    INTEGER PRIMARY KEY,
    event TEXT NOT NULL
  ) STRICT;

  CREATE TABLE requests (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    run     INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    request TEXT NOT NULL
  ) STRICT;
  CREATE INDEX requests_by_run ON requests (run);

  -- For people with a SQLite shell.
  CREATE VIEW event_log AS
    SELECT run_id, id & 0xffffffff AS seq, event ->> '$.at' AS at, event ->> '$.type' AS type, event
    FROM events JOIN runs ON key = id >> 32;
  `;
