/** Kills the first process of a run in the middle of it, and has a second one go on. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startQuietly } from "./quiet-process.ts";
import {
  type CaseName,
  COUNT,
  dependenciesOf,
  type Ending,
  judge,
  type LogEntry,
  type Outcome,
} from "./resume-case.ts";
import type { Job, Report } from "./resume-process.ts";

const PROCESS = join(import.meta.dirname, "resume-process.ts");
/** Of one process; the sleeps of a run take some five seconds. */
const LIMIT_MS = 60_000;

export type Tried = Outcome & {
  readonly engine: string;
  /** Of the engine, for people. */
  readonly name: string;
  readonly case: CaseName;
  readonly seed: number;
};

export async function killAndResume(
  engine: string,
  of: CaseName,
  seed: number,
  folder: string,
): Promise<Tried> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "log"), "");
  const job = { engine, case: of, seed, folder };
  const killedAt = await killHalfway({ ...job, process: 1 });
  const { name, ending } =
    killedAt === undefined
      ? { name: engine, ending: { results: [], held: 0, error: "never got to its half" } }
      : await goOn({ ...job, process: 2 });
  const lines = readFileSync(join(folder, "log"), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const log = lines.map((line) => JSON.parse(line) as LogEntry);
  const outcome = judge(dependenciesOf(of, seed), log, killedAt ?? Date.now(), ending);
  return { engine, name, case: of, seed, ...outcome };
}

/** @returns when it was killed, in milliseconds since the epoch; undefined if it ended by itself */
async function killHalfway(job: Job): Promise<number | undefined> {
  const child = start(job);
  const gone = once(child, "exit");
  let ended = 0;
  let killedAt: number | undefined;
  child.on("message", (report: Report) => {
    if (report.type === "logged" && report.entry.what === "ended") ended += 1;
    if (ended < COUNT / 2 || killedAt !== undefined) return;
    killedAt = Date.now();
    child.kill("SIGKILL");
  });
  await gone;
  return killedAt;
}

async function goOn(job: Job): Promise<{ readonly name: string; readonly ending: Ending }> {
  const child = start(job);
  const gone = once(child, "exit");
  let said: Extract<Report, { type: "ended" }> | undefined;
  child.on("message", (report: Report) => {
    if (report.type === "ended") said = report;
  });
  const [code, signal] = await gone;
  const error = signal === "SIGKILL" ? `over ${LIMIT_MS / 1000} s` : `exit ${signal ?? code}`;
  return said ?? { name: job.engine, ending: { results: [], held: 0, error } };
}

function start(job: Job): ChildProcess {
  const child = startQuietly(PROCESS, [JSON.stringify(job)]);
  child.stderr?.resume();
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  child.once("exit", () => clearTimeout(timer));
  return child;
}
