/** The real core, driver and SQLite journal, with a plan that was checked before. */

import { DatabaseSync } from "node:sqlite";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { acceptGraph, runAccepted } from "./accepted-run.ts";
import type { SeenEngine } from "./durable-engine.ts";

export const planwrightOnSqlite: SeenEngine = {
  name: "planwright",
  async open(graph, { file, concurrency }) {
    const accepted = acceptGraph(graph);
    const [journal, connection] = watched(() => openSqliteJournal(file));
    return {
      run: (runId) => runAccepted(accepted, journal, { runId, concurrency }),
      resume: () => Promise.reject(new Error("Only what is measured is here: no resume.")),
      synchronous: async () => {
        const row = connection?.prepare("PRAGMA synchronous").get();
        return (row?.["synchronous"] as number | undefined) ?? null;
      },
      close: () => journal.close(),
    };
  },
};

/** @returns what was opened, and the connection over which it reads and writes */
function watched<T>(open: () => T): [T, DatabaseSync | undefined] {
  const { prepare } = DatabaseSync.prototype;
  let connection: DatabaseSync | undefined;
  DatabaseSync.prototype.prepare = function watched(this: DatabaseSync, sql, options) {
    connection = this;
    return prepare.call(this, sql, options);
  };
  try {
    return [open(), connection];
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
}
