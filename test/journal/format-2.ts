/** Journals as planwright made them before format 3; this file never changes. */

import { DatabaseSync } from "node:sqlite";
import { FORMAT_1 } from "./format-1.ts";

/** A journal with run r1, held by ada, without events. */
export function makeFormat2(path: string): void {
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${FORMAT_1}; ${FORMAT_2}`);
  db.exec("INSERT INTO runs VALUES (7, 'r1', 1000, '{}', 3, 'ada', 2000)");
  db.exec("PRAGMA application_id = 0x504c4e57; PRAGMA user_version = 2");
}

export const FORMAT_2 = `
  -- The audit trail: a chain of hashes over all runs. The run is named by its id, so that a
  -- row says by itself what it says.
  CREATE TABLE audit (
    n        INTEGER PRIMARY KEY,
    run_id   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    record   TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_stays BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
  CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
  -- Also against REPLACE, which deletes without asking the trigger for that.
  CREATE TRIGGER audit_goes_on BEFORE INSERT ON audit
    WHEN new.n <> (SELECT coalesce(max(n), 0) + 1 FROM audit)
    BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;

  -- Effects that plans gave a key to: claimed while output is null, then finished.
  CREATE TABLE effects (
    key     TEXT PRIMARY KEY,
    digest  TEXT NOT NULL,
    run_id  TEXT NOT NULL,
    subtask TEXT NOT NULL,
    tool    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    output  TEXT
  ) STRICT;

  -- How long tools take: counts in the buckets of a sketch, fractions where old ones faded.
  CREATE TABLE durations (
    tool   TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    count  REAL NOT NULL,
    PRIMARY KEY (tool, bucket)
  ) STRICT, WITHOUT ROWID;

  -- What was reserved and spent on each day of UTC.
  CREATE TABLE spending (
    day      TEXT PRIMARY KEY,
    nano_usd INTEGER NOT NULL,
    tokens   INTEGER NOT NULL
  ) STRICT;
  `;
