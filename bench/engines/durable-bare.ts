/** The least that running a graph can cost, and the least that keeping it in SQLite can. */

import { rmSync } from "node:fs";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { runBare } from "../floor.ts";
import type { SeenEngine } from "./durable-engine.ts";
import { planwrightOnSqlite } from "./durable-planwright.ts";
import type { EngineOptions, TaskGraph } from "./engine.ts";

export const barePromises: SeenEngine = {
  name: "bare promises, nothing kept",
  async open(graph) {
    return {
      run: () => runBarely(graph),
      resume: () => Promise.reject(new Error("Nothing was kept.")),
      synchronous: async () => null,
      close: async () => {},
    };
  },
};

/** The events that planwright keeps for this graph, as rows of a table without more, in as many commits. */
export const bareCommits: SeenEngine = {
  name: "bare SQLite commits",
  async open(graph, options) {
    const commits = await recordCommits(graph, options);
    const database = new DatabaseSync(options.file);
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" +
        "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT",
    );
    const insert = database.prepare("INSERT INTO events (event) VALUES (?)");
    const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
    return {
      // The rows alone: the results are those of the bare runner, so that they can be checked.
      run: () => {
        for (const rows of commits) {
          begin.run();
          for (const row of rows) insert.run(row);
          commit.run();
        }
        return runBarely(graph);
      },
      resume: () => Promise.reject(new Error("Nobody knows what these rows mean.")),
      synchronous: async () =>
        database.prepare("PRAGMA synchronous").get()?.["synchronous"] as number,
      close: async () => database.close(),
    };
  },
};

/** @returns by commit, the events that planwright adds to its journal in one run */
async function recordCommits(graph: TaskGraph, options: EngineOptions & { readonly file: string }) {
  const file = `${options.file}-recorded`;
  const opened = await planwrightOnSqlite.open(graph, { ...options, file });
  const commits: string[][] = [];
  let rows: string[] = [];
  const { run } = StatementSync.prototype;
  StatementSync.prototype.run = function recorded(this: StatementSync, ...values) {
    const sql = this.sourceSQL;
    if (sql.startsWith("INSERT INTO events")) rows.push(values.at(-1) as string);
    else if (sql === "COMMIT") {
      // A commit that adds no event writes something else.
      commits.push(rows.length > 0 ? rows : ["{}"]);
      rows = [];
    }
    return run.apply(this, values as never);
  };
  try {
    await opened.run("recorded");
  } finally {
    StatementSync.prototype.run = run;
    await opened.close();
  }
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${file}${ending}`, { force: true });
  return commits;
}

const runBarely = ({ dependencies, work }: TaskGraph) =>
  runBare<number>(dependencies, (inputs, index) => work(index, inputs));
