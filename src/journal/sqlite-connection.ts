/**
 * An open journal's file: whatever goes wrong with it is told as the journal's error.
 *
 * A commit waits for the disk, so what several runs write within one turn of the loop is
 * committed together.
 *
 * C1. Each piece of work is all or nothing by itself, and durable when its promise resolves.
 * C2. Work is done in the order in which it was given; reading sees what has been done.
 * C3. If the commit of several pieces fails, none of them has happened, and each is told so.
 */

import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { JournalError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { StoredEvent } from "./journal.ts";
import { closedJournal } from "./refusals.ts";
import { toJournalError } from "./sqlite-errors.ts";
import { Heads } from "./sqlite-heads.ts";
import { BATCH_FORMAT, formatOf, SHARED_FORMAT } from "./sqlite-schema.ts";
import {
  type BatchStatements,
  prepareBatchStatements,
  prepareSharedStatements,
  prepareStatements,
  type SharedStatements,
  type Statements,
} from "./sqlite-statements.ts";

/** What is compiled when first needed: most commands never ask for it. */
export type MoreStatements = {
  /** @throws {JournalError} `journal.unusable` in a journal of format 1 that is only read */
  readonly shared: () => SharedStatements;
  /** @throws {JournalError} `journal.unusable` in one of format 2 */
  readonly batches: () => BatchStatements;
};

/** Does nothing but with the statements: it may have to be done again. */
type Work<T> = (sql: Statements, more: MoreStatements) => T;
type Waiting = {
  readonly work: Work<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
};

export class SqliteConnection implements MoreStatements {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #statements: Statements | undefined;
  #shared: SharedStatements | undefined;
  #batches: BatchStatements | undefined;
  readonly #held = new Set<string>();
  /** Of the runs that are appended to. */
  readonly heads = new Heads();
  #waiting: Waiting[] = [];
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

  /** Everything or nothing of what `work` writes, durable when the promise resolves. */
  async write<T>(work: Work<T>): Promise<T> {
    // A run alone has nobody to share a commit with, and shall not wait for one.
    if (this.#held.size < 2 && this.#waiting.length === 0) {
      return this.#transaction((sql) => work(sql, this));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#commitWaiting());
    });
  }

  /** Runs that are driven over this connection. */
  hold(runId: string): void {
    this.#held.add(runId);
  }

  letGo(runId: string): void {
    this.#held.delete(runId);
    this.heads.forget(runId);
  }

  /** @param none the answer of an older journal, which has no such tables yet */
  readShared<T>(none: T, work: (shared: SharedStatements) => T): T {
    return this.use(() => (this.#hasShared() ? work(this.shared()) : none));
  }

  /** @param none what answers for an older journal, which has no such tables yet */
  readBatches<T>(
    work: (sql: Statements, batches: BatchStatements) => T,
    none: (sql: Statements) => T,
  ): T {
    return this.use((sql) => (this.#hasBatches() ? work(sql, this.batches()) : none(sql)));
  }

  readonly shared = (): SharedStatements => {
    if (!this.#hasShared()) throw this.#notMigrated();
    this.#shared ??= prepareSharedStatements(this.#db);
    return this.#shared;
  };

  readonly batches = (): BatchStatements => {
    if (!this.#hasBatches()) throw this.#notMigrated();
    this.#batches ??= prepareBatchStatements(this.#db);
    return this.#batches;
  };

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
    this.#commitWaiting();
    this.#statements = undefined;
    this.#db.close();
  }

  #transaction<T>(work: (sql: Statements) => T): T {
    return this.use((sql) => {
      sql.begin.run();
      try {
        this.heads.begin(sql);
        const result = work(sql);
        sql.commit.run();
        return result;
      } catch (error) {
        this.heads.clear();
        // After some errors, such as a full disk, SQLite has rolled back already.
        if (this.#db.isTransaction) sql.rollback.run();
        throw error;
      }
    });
  }

  #commitWaiting(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const results: unknown[] = [];
    let hasBegun = false;
    try {
      this.#transaction((sql) => {
        hasBegun = true;
        for (const { work } of waiting) results.push(work(sql, this));
      });
      for (const [index, { resolve }] of waiting.entries()) resolve(results[index] as never);
    } catch (error) {
      // Where it is the beginning or the commit that failed, there is nobody to leave out.
      if (hasBegun && results.length < waiting.length) this.#commitParts(waiting);
      else for (const { reject } of waiting) reject(error);
    }
  }

  /** One of them is refused: only that one shall be undone, which costs more. */
  #commitParts(waiting: readonly Waiting[]): void {
    try {
      const answers = this.#transaction((sql) => waiting.map((one) => this.#doPart(sql, one)));
      for (const answer of answers) answer();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  /** @returns what tells of it, once it is durable */
  #doPart(sql: Statements, { work, resolve, reject }: Waiting): () => void {
    sql.beginPart.run();
    try {
      const result = work(sql, this);
      sql.endPart.run();
      return () => resolve(result as never);
    } catch (error) {
      // Where SQLite has rolled back, nothing of the others is left either.
      if (!this.#db.isTransaction) throw error;
      sql.undoPart.run();
      sql.endPart.run();
      this.heads.clear();
      return () => reject(toJournalError(error, this.#path));
    }
  }

  /** Asked each time until they are there: another process may bring the journal to today's format. */
  #hasShared(): boolean {
    return this.#shared !== undefined || formatOf(this.#db) >= SHARED_FORMAT;
  }

  #hasBatches(): boolean {
    return this.#batches !== undefined || formatOf(this.#db) >= BATCH_FORMAT;
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
