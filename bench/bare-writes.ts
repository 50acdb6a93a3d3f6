/** A batch beside the very writes of its journal, in as many commits, with nothing around them. */

import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, StatementSync } from "node:sqlite";
import { MIGRATIONS } from "../src/journal/sqlite-schema.ts";
import type { Table } from "./report.ts";

export type BesideWrites = {
  /** Of the batch. */
  readonly count: number;
  readonly rounds: number;
  /** For the journals. */
  readonly folder: string;
  /** @returns the seconds that a batch took with this file as its journal */
  runBatch(journal: string): Promise<number>;
};

/** What the journal wrote, statement by statement, commits included. */
type Write = { readonly sql: string; readonly values: readonly SQLInputValue[] };

type Round = { readonly seconds: number; readonly bare: number; readonly commits: number };

/** @returns every round, and a table of the one in the middle and of those at the ends */
export async function besideWrites(
  beside: BesideWrites,
): Promise<{ readonly rounds: readonly Round[]; readonly table: Table }> {
  const { count, rounds: wanted, folder, runBatch } = beside;
  const rounds: Round[] = [];
  // The first warms up.
  for (let round = 0; round <= wanted; round += 1) {
    const seconds = await runBatch(join(folder, `timed-${round}.db`));
    const writes = await record(() => runBatch(join(folder, `recorded-${round}.db`)));
    const bare = replay(writes, join(folder, `bare-${round}.db`));
    const commits = writes.filter(({ sql }) => sql === "COMMIT").length;
    if (round > 0) rounds.push({ seconds, bare, commits });
  }
  const sorted = rounds.sort((a, b) => a.seconds / a.bare - b.seconds / b.bare);
  const rows = (["min", "median", "max"] as const).map((name, k) => {
    const { seconds, bare, commits } = sorted[
      Math.round((k / 2) * (sorted.length - 1))
    ] as (typeof sorted)[0];
    const ratio = (seconds / bare).toFixed(2);
    const share = (commits / count).toFixed(2);
    return [name, (count / seconds).toFixed(0), (count / bare).toFixed(0), ratio, share];
  });
  const table: Table = {
    title: "Seven steps, 3 % failures: beside the bare writes",
    header: ["round", "items/s", "bare writes, items/s", "ratio", "commits an item"],
    rows,
  };
  return { rounds, table };
}

async function record(work: () => Promise<unknown>): Promise<Write[]> {
  const writes: Write[] = [];
  const { run } = StatementSync.prototype;
  StatementSync.prototype.run = function recorded(this: StatementSync, ...values: SQLInputValue[]) {
    const sql = this.sourceSQL;
    if (/^\s*(?:INSERT|UPDATE|DELETE|BEGIN|COMMIT)/.test(sql)) writes.push({ sql, values });
    return run.apply(this, values as never);
  } as typeof run;
  try {
    await work();
  } finally {
    StatementSync.prototype.run = run;
  }
  return writes;
}

/** @returns seconds */
function replay(writes: readonly Write[], path: string): number {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  for (const migration of MIGRATIONS) database.exec(migration);
  const statements = new Map<string, StatementSync>();
  for (const { sql } of writes) {
    if (!statements.has(sql)) statements.set(sql, database.prepare(sql));
  }
  const begun = performance.now();
  for (const { sql, values } of writes) statements.get(sql)?.run(...values);
  const seconds = (performance.now() - begun) / 1000;
  database.close();
  return seconds;
}
