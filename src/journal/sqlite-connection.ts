import { statSync } from "node:fs";
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
  readonly #later = new Map<unknown, unknown>();

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

  /**
   * Statements on tables of a later format, compiled when first needed.
   * @param has whether the journal has these tables
   * @returns undefined for an older journal that is only read
   */
  later<T>(has: (db: DatabaseSync) => boolean, prepare: (db: DatabaseSync) => T): T | undefined {
    return this.use(() => {
      if (!this.#later.has(prepare) && has(this.#db)) this.#later.set(prepare, prepare(this.#db));
      return this.#later.get(prepare) as T | undefined;
    });
  }

  /**
   * Write the file anew without what is free in it, if that is more than a twentieth.
   * @returns the bytes that it became smaller by
   */
  vacuum(): number {
    return this.use(() => {
      // What the log still holds is not in the file yet.
      this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      const before = statSync(this.#path).size;
      const { free, pages } = this.#db.prepare(FREE_PAGES).get() as Pages;
      if (20 * free <= pages) return 0;
      this.#db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
      return Math.max(0, before - statSync(this.#path).size);
    });
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

type Pages = { readonly free: number; readonly pages: number };

const FREE_PAGES = `
  SELECT freelist_count AS free, page_count AS pages
  FROM pragma_freelist_count, pragma_page_count`;
