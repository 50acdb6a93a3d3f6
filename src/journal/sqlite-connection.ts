import type { DatabaseSync } from "node:sqlite";
import { JournalError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { StoredEvent } from "./journal.ts";
import { closedJournal } from "./refusals.ts";
import { toJournalError } from "./sqlite-errors.ts";
import { hasSharedTables } from "./sqlite-schema.ts";
import {
  prepareSharedStatements,
  prepareStatements,
  type SharedStatements,
  type Statements,
} from "./sqlite-statements.ts";

/** An open journal's file: whatever goes wrong with it is told as the journal's error. */
export class SqliteConnection {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #statements: Statements | undefined;
  /** Compiled when first needed: most commands never ask for what runs share. */
  #shared: SharedStatements | undefined;

  /** @param path for messages */
  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#statements = prepareStatements(db);
  }

  use<T>(work: (sql: Statements) => T): T {
    if (this.#statements === undefined) throw closedJournal();
    try {
      return work(this.#statements);
    } catch (error) {
      throw toJournalError(error, this.#path);
    }
  }

  /** Everything or nothing of what `work` writes, durable when this returns. */
  transaction<T>(work: (sql: Statements, shared: () => SharedStatements) => T): T {
    return this.use((sql) => {
      sql.begin.run();
      try {
        const result = work(sql, this.#prepareShared);
        sql.commit.run();
        return result;
      } catch (error) {
        // After some errors, such as a full disk, SQLite has rolled back already.
        if (this.#db.isTransaction) sql.rollback.run();
        throw error;
      }
    });
  }

  /** @param none the answer of an older journal, which has no such tables yet */
  readShared<T>(none: T, work: (shared: SharedStatements) => T): T {
    return this.use(() => (this.#hasShared() ? work(this.#prepareShared()) : none));
  }

  /** What was stored as JSON. @throws {JournalError} `journal.corrupt` */
  parse<T extends StoredEvent | Json>(text: string): T {
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw this.damaged("what was stored as JSON is not JSON any more", cause);
    }
  }

  damaged(what: string, cause?: unknown): JournalError {
    return new JournalError("journal.corrupt", `The journal ${this.#path} is damaged: ${what}.`, {
      hint: "Restore it from a copy.",
      cause,
    });
  }

  /** Harmless when done before. */
  close(): void {
    if (this.#statements === undefined) return;
    this.#statements = undefined;
    this.#db.close();
  }

  readonly #prepareShared = (): SharedStatements => {
    if (!this.#hasShared()) throw this.#notMigrated();
    this.#shared ??= prepareSharedStatements(this.#db);
    return this.#shared;
  };

  /** Asked each time until they are there: another process may bring the journal to today's format. */
  #hasShared(): boolean {
    return this.#shared !== undefined || hasSharedTables(this.#db);
  }

  #notMigrated(): JournalError {
    const message = `The journal ${this.#path} has an older format and is read-only.`;
    return new JournalError("journal.unusable", message, { hint: "Open it once for writing." });
  }
}
