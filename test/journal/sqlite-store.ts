import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Journal } from "../../src/journal/journal.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import type { SqliteJournalOptions } from "../../src/journal/sqlite-file.ts";
import type { JournalStore } from "../contracts/journal-builders.ts";

export interface SqliteStore extends JournalStore {
  /** The folder, which has nothing but the journal in it. */
  readonly folder: string;
  readonly path: string;
  open(options?: SqliteJournalOptions): Promise<Journal>;
}

/** A fresh folder for one journal; gone, with all connections closed, when disposed of. */
export async function makeSqliteStore(): Promise<SqliteStore> {
  const folder = await mkdtempDisposable(join(tmpdir(), "planwright-journal-"));
  const path = join(folder.path, "journal.db");
  const opened: Journal[] = [];
  return {
    folder: folder.path,
    path,
    open: async (options) => {
      const journal = openSqliteJournal(path, options);
      opened.push(journal);
      return journal;
    },
    [Symbol.asyncDispose]: async () => {
      for (const journal of opened) await journal.close();
      await folder.remove();
    },
  };
}
