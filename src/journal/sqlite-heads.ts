import { findHead, type RunHead, type Statements } from "./sqlite-statements.ts";

/**
 * What an append must know of its run, kept from one append to the next: looking it up costs more
 * than writing an event.
 *
 * H1. Here is only what transactions of this connection have read or written, and have not undone.
 * H2. Nothing is here any more once another connection has written, which SQLite's `data_version`
 *     tells. It is asked in every transaction, when nobody else can write.
 */
export class Heads {
  readonly #heads = new Map<string, RunHead>();
  #version: number | undefined;

  /** A transaction has begun, which has the right to write. */
  begin({ dataVersion }: Statements): void {
    const { data_version: version } = dataVersion.get() as { data_version: number };
    if (version !== this.#version) this.#heads.clear();
    this.#version = version;
  }

  /** Undefined for an unknown run. */
  find(sql: Statements, runId: string): RunHead | undefined {
    return this.#heads.get(runId) ?? findHead(sql, runId);
  }

  set(runId: string, head: RunHead): void {
    this.#heads.set(runId, head);
  }

  forget(runId: string): void {
    this.#heads.delete(runId);
  }

  /** What was written is undone. */
  clear(): void {
    this.#heads.clear();
  }
}
