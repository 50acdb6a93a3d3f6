import { BlobFiles } from "./blob-files.ts";
import { isHolding } from "./holding.ts";
import type { BlobStore, BlobUse, Retention } from "./journal.ts";
import { appendShared } from "./sqlite-across-runs.ts";
import { prepareBlobUses } from "./sqlite-blob-uses.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { SqliteDecisions } from "./sqlite-decisions.ts";
import { hasBlobUses } from "./sqlite-schema.ts";
import { findRun, leaseOf } from "./sqlite-statements.ts";

/** What of a SQLite file is removed when nobody needs it any more, and the blobs beside it. */
export class SqliteRetention extends SqliteDecisions implements Retention {
  readonly blobs: BlobStore;

  /** @param blobs absolute path of their folder */
  constructor(file: SqliteConnection, blobs: string) {
    super(file);
    this.blobs = new BlobFiles(blobs);
  }

  async readBlobUses(): Promise<BlobUse[]> {
    return this.file.use(() => {
      const rows = (this.#statements()?.readBlobUses.all() ?? []) as unknown as BlobUse[];
      return rows.map(({ runId, blob }) => ({ runId, blob }));
    });
  }

  async sizeOf(runId: string): Promise<number> {
    return this.file.use((sql) => {
      const run = findRun(sql, runId);
      return run === undefined ? 0 : (sql.sizeOfEvents.get(run.key) as { bytes: number }).bytes;
    });
  }

  async removeRun(options: Parameters<Retention["removeRun"]>[0]): Promise<boolean> {
    const { runId, lastSeq, now, record } = options;
    return this.file.write((sql, { shared }) => {
      const run = findRun(sql, runId);
      if (run?.last_seq !== lastSeq || isHolding(leaseOf(run), now, undefined)) return false;
      sql.deleteEvents.run(run.key);
      // Requests and uses of blobs go with it.
      sql.deleteRun.run(run.key);
      this.file.heads.forget(runId);
      appendShared(shared, runId, [], { audit: [{ at: now, record }] });
      return true;
    });
  }

  async compact(): Promise<number> {
    return this.file.vacuum();
  }

  /** The part of an append that belongs here, within its transaction. */
  protected useBlobs(run: number, blobs: readonly string[] = []): void {
    for (const blob of blobs) this.#statements()?.insertBlobUse.run(run, blob);
  }

  #statements() {
    return this.file.later(hasBlobUses, prepareBlobUses);
  }
}
