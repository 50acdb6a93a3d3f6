/** Opening a journal's file: where it is, whether it is one, and how SQLite shall treat it. */

import { closeSync, mkdirSync, openSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { JournalError } from "../base/errors.ts";
import {
  SQLITE_BUSY,
  SQLITE_CANTOPEN,
  SQLITE_READONLY,
  sqliteCode,
  toJournalError,
} from "./sqlite-errors.ts";
import { MIGRATIONS, migrate, readFormat } from "./sqlite-schema.ts";

export interface SqliteJournalOptions {
  /** Look only: the file must exist, and nothing beside it is asked to be writable. @default false */
  readonly readOnly?: boolean | undefined;
  /**
   * Milliseconds to wait for another process that writes. The whole process waits, so this
   * must stay well below the length of leases. @default 5000
   */
  readonly busyTimeoutMs?: number | undefined;
}

const DEFAULTS = { readOnly: false, busyTimeoutMs: 5000 };

/** What the file of past commits may keep on disk once they are in the database. */
const MAX_IDLE_WAL_BYTES = 16 * 1024 * 1024;

/**
 * A connection to the journal in a file, brought to today's format unless it is only read.
 * @throws {JournalError} `journal.not_a_database`, `journal.version`, `journal.unusable`,
 *   `journal.locked`, `journal.corrupt`
 */
export function openJournalFile(file: string, options: SqliteJournalOptions = {}): DatabaseSync {
  const path = resolve(file);
  const readOnly = options.readOnly ?? DEFAULTS.readOnly;
  const timeout = options.busyTimeoutMs ?? DEFAULTS.busyTimeoutMs;
  if (!readOnly) makeFile(path);
  assertFile(path);
  try {
    return readOnly ? openForReading(path, timeout) : openForWriting(path, timeout);
  } catch (error) {
    throw toJournalError(error, path);
  }
}

function openForWriting(path: string, timeout: number): DatabaseSync {
  return closedOnError(new DatabaseSync(path, { timeout }), (db) => {
    // First, so that a file of something else is left exactly as it was.
    const format = readFormat(db, path);
    useWriteAheadLog(db, path, timeout);
    if (format < MIGRATIONS.length) migrate(db, path);
    else assertWritable(db, timeout);
  });
}

function openForReading(path: string, timeout: number): DatabaseSync {
  try {
    return closedOnError(new DatabaseSync(path, { timeout, readOnly: true }), (db) => {
      assertNotEmpty(path, readFormat(db, path));
    });
  } catch (error) {
    // SQLite wants to make its two files even for reading, which a read-only folder refuses.
    // Without a log beside it nobody has the journal open, so it can be read as it stands.
    const code = sqliteCode(error);
    const refused = code === SQLITE_READONLY || code === SQLITE_CANTOPEN;
    if (!refused || statSync(`${path}-wal`, { throwIfNoEntry: false })) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return closedOnError(new DatabaseSync(url, { readOnly: true }), (db) => {
      assertNotEmpty(path, readFormat(db, path));
    });
  }
}

function closedOnError(db: DatabaseSync, prepare: (db: DatabaseSync) => void): DatabaseSync {
  try {
    prepare(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Commits are durable at once: each is one flushed write at the end of a log. */
function useWriteAheadLog(db: DatabaseSync, path: string, timeout: number): void {
  const mode = retriedWhileLocked(timeout, () => db.prepare("PRAGMA journal_mode = WAL").get());
  if (mode?.["journal_mode"] !== "wal") {
    const message = `The file system of ${path} has no shared memory for SQLite.`;
    throw new JournalError("journal.unusable", message, {
      hint: "Keep the journal on a local disk.",
    });
  }
  db.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${MAX_IDLE_WAL_BYTES}`);
}

/** For the switch to the log, SQLite itself does not wait for others that open a new file, too. */
function retriedWhileLocked<T>(timeout: number, attempt: () => T): T {
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY || performance.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** SQLite opens what it may not write for reading, and says so only at the first write. */
function assertWritable(db: DatabaseSync, timeout: number): void {
  db.exec("PRAGMA busy_timeout = 0");
  try {
    db.exec("UPDATE runs SET token = token WHERE FALSE");
  } catch (error) {
    // Somebody is writing, which is for the first write to wait for.
    if (sqliteCode(error) !== SQLITE_BUSY) throw error;
  }
  db.exec(`PRAGMA busy_timeout = ${timeout}`);
}

/** An older journal is read as it stands; of nothing there is nothing to read. */
function assertNotEmpty(path: string, format: number): void {
  if (format > 0) return;
  const message = `${path} is empty: nothing was ever journaled in it.`;
  throw new JournalError("journal.version", message, { hint: "Open it once for writing." });
}

/**
 * The file, if there is none, readable by its owner only: it holds what tools were given
 * and gave. An existing one is not touched, not even opened: closing it would drop the
 * locks of this process's other connections (sqlite.org/howtocorrupt.html, 2.2).
 */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unusable(path, error);
  }
}

function assertFile(path: string): void {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw unusable(path, error);
  }
  if (stats.isFile()) return;
  throw new JournalError("journal.unusable", `The journal ${path} is not a file.`, {
    hint: "Name a file; it is made if there is none.",
  });
}

function unusable(path: string, cause: unknown): JournalError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return new JournalError("journal.unusable", `There is no journal ${path}.`, {
      hint: "Check the path; the first run in a new journal makes its file.",
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new JournalError("journal.unusable", `The journal ${path} cannot be used: ${reason}.`, {
    hint: "Name a file in a folder that you may write to.",
    cause,
  });
}
