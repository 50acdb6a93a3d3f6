/**
 * Many items: what a batch costs beside its bare journal writes, how its memory grows, and
 * what overlapping the steps is worth.
 *
 *     npm run bench items
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { z } from "zod";
import { createPlanwright, defineTool, type PlanDraft, ToolError } from "../src/index.ts";
import { besideWrites } from "./bare-writes.ts";
import { peakMegabytes } from "./peak-memory.ts";
import { publish, type Table } from "./report.ts";

const STEPS = ["ingest", "clean", "extract", "enrich", "summarize", "classify", "write"] as const;
const WORDS = "the quick brown fox jumps over the lazy dog while nobody looks ".repeat(8);

type Measured = {
  readonly items: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly heapMegabytes: number;
};

const documentSchema = z.object({ n: z.number(), text: z.string() });

/** 3 % of the items fail at some step, half of them for good. */
function fate(n: number, step: number, attempt: number): void {
  const dice = (n * 2_654_435_761) % 4_294_967_296;
  if (dice % 100 >= 3 || Math.floor(dice / 100) % STEPS.length !== step) return;
  const isForGood = Math.floor(dice / 1000) % 2 === 0;
  if (!isForGood && attempt > 1) return;
  throw new ToolError("tool.failed", "The step broke.", { retryable: !isForGood });
}

const pipelineTools = STEPS.map((name, step) =>
  defineTool({
    name,
    description: "A step of the pipeline.",
    input: documentSchema,
    output: documentSchema,
    effects: "none",
    retry: { attempts: 3, initial: "1ms" },
    run: ({ n, text }, { attempt }) => {
      fate(n, step, attempt);
      return { n, text: text.slice(0, 480 - 60 * step) };
    },
  }),
);

const pipeline: PlanDraft = {
  goal: "process documents",
  inputs: { n: { type: "integer" }, text: { type: "string" } },
  subtasks: STEPS.map((name, step) => {
    const before = step === 0 ? "inputs" : STEPS[step - 1];
    return { id: name, tool: name, input: { n: `\${${before}.n}`, text: `\${${before}.text}` } };
  }),
  output: "${write.text}",
};

async function* documents(count: number) {
  for (let n = 1; n <= count; n += 1) yield { n, text: WORDS };
}

/** One batch, as the command line would run it, in a process of its own. */
async function measureMemory(count: number, folder: string): Promise<Measured> {
  // As the command line does for batches.
  setFlagsFromString("--heap-growing-percent=30");
  const { counts, seconds } = await runPipeline(count, folder, join(folder, "journal.db"));
  const peak = peakMegabytes(process.pid) ?? Number.NaN;
  globalThis.gc?.();
  const heapMegabytes = process.memoryUsage().heapUsed / 1e6;
  return { items: count, counts, seconds, peakMegabytes: peak, heapMegabytes };
}

async function runPipeline(count: number, folder: string, journal: string) {
  const planwright = createPlanwright({
    tools: pipelineTools,
    builtinTools: false,
    journal: `sqlite:${journal}`,
  });
  const out = join(folder, "results.jsonl");
  const begun = performance.now();
  const { counts } = await planwright.batches.run(pipeline, documents(count), { out }).result();
  const seconds = (performance.now() - begun) / 1000;
  await planwright.close();
  return { counts, seconds };
}

/** Steps that wait; the fourth is the bottleneck. */
const WAITS = [
  { ms: 10, concurrency: 8 },
  { ms: 20, concurrency: 8 },
  { ms: 10, concurrency: 8 },
  { ms: 40, concurrency: 8 },
  { ms: 20, concurrency: 8 },
  { ms: 10, concurrency: 8 },
  { ms: 10, concurrency: 8 },
] as const;

/** Where all items must have passed a step before any begins the next one. */
class Barriers {
  readonly #passed: number[] = WAITS.map(() => 0);
  readonly #open = WAITS.map(() => Promise.withResolvers<void>());
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  async before(step: number): Promise<void> {
    if (step > 0) await this.#open[step - 1]?.promise;
  }

  pass(step: number): void {
    const passed = (this.#passed[step] ?? 0) + 1;
    this.#passed[step] = passed;
    if (passed === this.#count) this.#open[step]?.resolve();
  }
}

async function overlap(folder: string, count: number): Promise<Table> {
  const timed = async (name: string, barriers: Barriers | undefined) => {
    const wait = defineTool({
      name: "wait",
      description: "Takes its time.",
      input: z.object({ step: z.number(), ms: z.number() }),
      output: z.null(),
      effects: "none",
      run: async ({ step, ms }) => {
        await barriers?.before(step);
        await sleep(ms);
        barriers?.pass(step);
        return null;
      },
    });
    const journal = `sqlite:${join(folder, name)}`;
    const planwright = createPlanwright({ tools: [wait], builtinTools: false, journal });
    const subtasks = WAITS.map(({ ms, concurrency }, step) => ({
      id: `s${step}`,
      tool: "wait",
      dependsOn: step === 0 ? [] : [`s${step - 1}`],
      concurrency,
      input: { step, ms },
    }));
    const items = Array.from({ length: count }, () => ({}));
    const begun = performance.now();
    const plan = { goal: "wait", subtasks };
    await planwright.batches.run(plan, items, { itemsAtOnce: count }).result();
    await planwright.close();
    return (performance.now() - begun) / 1000;
  };
  const overlapped = await timed("overlapped.db", undefined);
  const oneByOne = await timed("one-by-one.db", new Barriers(count));
  const work = WAITS.map(({ ms, concurrency }) => (count * ms) / concurrency / 1000);
  const [sum, most] = [work.reduce((a, b) => a + b, 0), Math.max(...work)];
  const row = (name: string, one: number, all: number) => [
    name,
    `${one.toFixed(1)} s`,
    `${all.toFixed(1)} s`,
    (one / all).toFixed(2),
  ];
  return {
    title: `${count.toLocaleString("en-US")} items, overlapping and step after step`,
    header: ["", "step after step", "overlapping", "ratio"],
    rows: [row("measured", oneByOne, overlapped), row("as the bottleneck predicts", sum, most)],
  };
}

/** Each in a process of its own: memory that one has used stays with it. */
function measureApart(count: number): Measured {
  const args = ["--expose-gc", import.meta.filename, String(count)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Measured;
}

function memoryTable(measured: readonly Measured[]): Table {
  const [small, large] = measured;
  const growth = (large?.peakMegabytes ?? 0) / (small?.peakMegabytes ?? 1);
  return {
    title: "Memory",
    note: `Peak at 15,000 items to that at 1,500: ${growth.toFixed(2)}.`,
    header: ["items", "succeeded + failed", "items/s", "peak MB", "heap at the end, MB"],
    rows: measured.map((one) => [
      one.items.toLocaleString("en-US"),
      `${one.counts["succeeded"]} + ${one.counts["failed"]}`,
      (one.items / one.seconds).toFixed(0),
      one.peakMegabytes.toFixed(0),
      one.heapMegabytes.toFixed(1),
    ]),
  };
}

async function measureAll(folder: string): Promise<void> {
  const runBatch = async (journal: string) => (await runPipeline(1_500, folder, journal)).seconds;
  const beside = await besideWrites({ count: 1_500, rounds: 9, folder, runBatch });
  const measured = [1_500, 15_000].map(measureApart);
  const tables = [beside.table, memoryTable(measured), await overlap(folder, 1_000)];
  publish({ name: "items", tables, data: { besideWrites: beside.rounds, measured } });
}

const folder = mkdtempSync(join(tmpdir(), "planwright-items-"));
const [, , only, count = "1000"] = process.argv;
try {
  if (only === "overlap") {
    const table = await overlap(folder, Number(count));
    publish({ name: "overlap", tables: [table], data: {} });
  } else if (only !== undefined)
    console.log(JSON.stringify(await measureMemory(Number(only), folder)));
  else await measureAll(folder);
} finally {
  rmSync(folder, { recursive: true });
}
