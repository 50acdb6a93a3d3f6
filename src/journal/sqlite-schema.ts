/**
 * The format of journals in SQLite files, and how older ones become today's.
 *
 * `application_id` says that a file is a journal, `user_version` which format it has.
 *
 * S1. A released migration never changes; a new format is a new one at the end of the list.
 * S2. Migrations run in one transaction: a file has its old format or the newest, nothing between.
 * S3. Every format so far only adds to the one before. So an older journal can be read as it
 *     stands, where nothing may be written; what it has no table for, it has none of.
 */

import type { DatabaseSync } from "node:sqlite";
import { JournalError } from "../base/errors.ts";
import { BLOB_USES } from "./sqlite-blob-uses.ts";
import { DECISIONS } from "./sqlite-decision-tables.ts";

/** "PLNW", in the header of every journal. */
export const APPLICATION_ID = 0x504c4e57;

/** The one at index n takes a journal from format n to format n + 1. */
export const MIGRATIONS: readonly string[] = [
  `
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
  `,
  `
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
  `,
  `
  -- These runs are batches: held, told and listed like runs.
  CREATE TABLE batches (
    run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE
  ) STRICT;

  -- What has a place in a batch: a run, or a record of what cannot be run.
  CREATE TABLE items (
    -- (runs.key of the batch << 32) | n, as with events.
    id     INTEGER PRIMARY KEY,
    run    INTEGER REFERENCES runs (key) ON DELETE CASCADE,
    record TEXT,
    CHECK ((run IS NULL) = (record IS NOT NULL))
  ) STRICT;
  CREATE INDEX items_by_run ON items (run);
  `,
  BLOB_USES,
  DECISIONS,
];

/**
 * The format of a file; 0 for one in which nothing was ever stored.
 * @throws {JournalError} `journal.not_a_database` for a database of something else;
 *   `journal.version` for a format that is newer than this program
 */
export function readFormat(db: DatabaseSync, path: string, migrations = MIGRATIONS): number {
  const { applicationId, format, tables } = db.prepare(MARKS).get() as Marks;
  if (applicationId !== APPLICATION_ID) {
    if (applicationId === 0 && format === 0 && tables === 0) return 0;
    throw new JournalError(
      "journal.not_a_database",
      `${path} is a SQLite database, but not a journal of planwright.`,
      { hint: "Name another file for the journal; this one was left as it is." },
    );
  }
  if (format > migrations.length) {
    throw new JournalError(
      "journal.version",
      `The journal ${path} has format ${format}; this planwright reads formats up to ${migrations.length}.`,
      { hint: "Update planwright, or name another file for the journal." },
    );
  }
  return format;
}

/** The format that brought the tables of what runs share, and of batches. */
export const SHARED_FORMAT = 2;
export const BATCH_FORMAT = 3;

/** Whether the journal says which runs refer to which blobs. */
export function hasBlobUses(db: DatabaseSync): boolean {
  return formatOf(db) > MIGRATIONS.indexOf(BLOB_USES);
}

/** The format of a file that is known to be a journal. */
export function formatOf(db: DatabaseSync): number {
  return (db.prepare(MARKS).get() as Marks).format;
}

/** Bring an empty file or an older journal to the newest format. */
export function migrate(db: DatabaseSync, path: string, migrations = MIGRATIONS): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    // Read again now that nobody else can write: another process may have been faster.
    const format = readFormat(db, path, migrations);
    for (const migration of migrations.slice(format)) db.exec(migration);
    db.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`,
    );
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

type Marks = { readonly applicationId: number; readonly format: number; readonly tables: number };

/** One statement, so that another process's migration is seen whole or not at all. */
const MARKS = `
  SELECT application_id AS applicationId, user_version AS format,
    (SELECT count(*) FROM sqlite_schema) AS tables
  FROM pragma_application_id, pragma_user_version`;
