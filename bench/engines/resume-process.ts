/** One process of a run: the first, which is killed, or the second, which goes on. */

import { fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  type CaseName,
  dependenciesOf,
  type Ending,
  type LogEntry,
  resultOf,
  sleepsOf,
} from "./resume-case.ts";
import { RESUMABLE_ENGINES } from "./resume-engines.ts";

export type Job = {
  /** A key of `RESUMABLE_ENGINES`. */
  readonly engine: string;
  readonly case: CaseName;
  readonly seed: number;
  readonly process: 1 | 2;
  /** For the database and the log. */
  readonly folder: string;
};

/** A line that was logged; in the end, from the second process, what came of the run. */
export type Report =
  | { readonly type: "logged"; readonly entry: LogEntry }
  | { readonly type: "ended"; readonly name: string; readonly ending: Ending };

const job = JSON.parse(process.argv[2] ?? "") as Job;
const dependencies = dependenciesOf(job.case, job.seed);
const sleeps = sleepsOf(dependencies.length, job.seed, job.process);
const log = openSync(join(job.folder, "log"), "a");

function note(what: LogEntry["what"], index: number): void {
  const entry: LogEntry = { process: job.process, what, index, at: Date.now() };
  writeSync(log, `${JSON.stringify(entry)}\n`);
  fsyncSync(log);
  const report: Report = { type: "logged", entry };
  process.send?.(report);
}

const graph = {
  dependencies,
  async work(index: number, inputs: readonly number[]): Promise<number> {
    const half = (sleeps[index] ?? 0) / 2;
    note("began", index);
    await setTimeout(half);
    note("wrote", index);
    await setTimeout(half);
    note("ended", index);
    return resultOf(index, inputs);
  },
};

function readWrote(): Set<number> {
  const lines = readFileSync(join(job.folder, "log"), "utf8").trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as LogEntry);
  return new Set(entries.filter(({ what }) => what === "wrote").map(({ index }) => index));
}

process.on("disconnect", () => process.exit());

const engine = await RESUMABLE_ENGINES[job.engine]?.load();
if (engine === undefined) throw new Error(`There is no engine ${job.engine}.`);
const options = { file: join(job.folder, "state.db"), concurrency: dependencies.length };
if (job.process === 1) await engine.run(graph, options);
else {
  const failed = (error: unknown): Ending => ({ results: [], held: 0, error: String(error) });
  const before = readWrote();
  const world = { wrote: (index: number) => before.has(index), resultOf };
  const ending = await engine.resume(graph, options, world).catch(failed);
  const report: Report = { type: "ended", name: engine.name, ending };
  process.send?.(report, () => process.exit());
}
