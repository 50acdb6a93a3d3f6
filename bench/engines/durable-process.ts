/** One engine on one graph, in a process of its own, which runs it when it is told to. */

import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { chain, layered } from "../graphs.ts";
import { peakMegabytes } from "../peak-memory.ts";
import { checkedGraph } from "./checked-graph.ts";
import type { SeenGraph } from "./durable-engine.ts";
import { DURABLE_ENGINES } from "./durable-engines.ts";

/** What it is told to do, once each but for `run`, which gives it a turn. */
export type Order = "load" | "open" | "run" | "close";

export type Job = {
  /** A key of `DURABLE_ENGINES`. */
  readonly engine: string;
  /** 1 layer for each subtask is a chain. */
  readonly graph: { readonly count: number; readonly layers: number };
  /** For its database. */
  readonly folder: string;
};

/** What a run took, of several in the mean; and what was wrong with it, or with one of them. */
export type DurableSample = {
  readonly ms: number;
  readonly cpuMs: number;
  readonly problem: string | null;
};

/** What is known in the end. */
export type Footprint = {
  /** Of all files, added by one run; null where there was no run but the first. */
  readonly bytesOnDisk: number | null;
  /** Handed to the system by one run; null where the system does not tell. */
  readonly bytesWritten: number | null;
  readonly peakMegabytes: number | null;
  readonly synchronous: number | null;
};

export type Answer = {
  /** Of the engine, for people. */
  readonly name?: string;
  readonly sample?: DurableSample;
  readonly footprint?: Footprint;
  /** Why there is no answer. */
  readonly failed?: string;
};

/** A turn ends with the run in which it has lasted so long. */
const TURN_MS = 100;

const job = JSON.parse(process.argv[2] ?? "") as Job;
const { count, layers } = job.graph;
const { dependencies } = layers === count ? chain(count) : layered(count, layers);
const checked = checkedGraph(dependencies);
const options = { file: join(job.folder, "state.db"), concurrency: count };

let opened: SeenGraph | undefined;
let runs = 0;
let before = { disk: 0, written: 0 };

process.on("message", (order: Order) => {
  follow(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.send?.({ failed: String(error) } satisfies Answer);
    },
  );
});

process.on("disconnect", () => process.exit());

async function follow(order: Order): Promise<Answer> {
  const engine = await DURABLE_ENGINES[job.engine]?.load();
  if (engine === undefined) throw new Error(`There is no engine ${job.engine}.`);
  if (order === "load") return { name: engine.name };
  if (order === "open") {
    mkdirSync(job.folder, { recursive: true });
    // What is made once is made now, so that afterwards the file grows by what runs leave.
    const begun = performance.now();
    opened = await engine.open(checked.graph, options);
    const openMs = performance.now() - begun;
    const first = await time(opened, "first");
    const sample = { ...first, ms: first.ms + openMs };
    await opened.close();
    before = { disk: bytesIn(job.folder), written: bytesWritten() };
    opened = await engine.open(checked.graph, options);
    return { sample };
  }
  if (opened === undefined) throw new Error("It is not open.");
  if (order === "run") return { sample: await takeTurn(opened) };
  const written = bytesWritten() - before.written;
  const synchronous = await opened.synchronous();
  await opened.close();
  return {
    footprint: {
      bytesOnDisk: runs === 0 ? null : (bytesIn(job.folder) - before.disk) / runs,
      bytesWritten: runs === 0 || Number.isNaN(written) ? null : written / runs,
      peakMegabytes: peakMegabytes(process.pid) ?? null,
      synchronous,
    },
  };
}

/** What is short is run again and again: a process whose turn it is finds its caches cold. */
async function takeTurn(opened: SeenGraph): Promise<DurableSample> {
  if (runs === 0) before = { ...before, written: bytesWritten() };
  let [ms, cpuMs, count] = [0, 0, 0];
  let problem: string | null = null;
  for (; ms < TURN_MS && problem === null; count += 1) {
    runs += 1;
    const sample = await time(opened, `run${runs}`);
    ms += sample.ms;
    cpuMs += sample.cpuMs;
    problem = sample.problem;
  }
  return { ms: ms / count, cpuMs: cpuMs / count, problem };
}

async function time(opened: SeenGraph, runId: string): Promise<DurableSample> {
  checked.begin();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const results = await opened.run(runId);
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000, problem: checked.faultOf(results) ?? null };
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function bytesWritten(): number {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
  } catch {
    return Number.NaN;
  }
}
