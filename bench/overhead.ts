/**
 * What the engine costs per subtask, beside a bare promise runner on the same graph in
 * the same run; and how near the makespan comes to its lower bound.
 *
 *     npm run bench
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { systemClock } from "../src/base/clock.ts";
import { DEFAULT_SETTINGS } from "../src/executor/core/settings.ts";
import { initialState } from "../src/executor/core/state.ts";
import { acceptPlan } from "../src/executor/drivers/accept-plan.ts";
import { GovernorHost } from "../src/executor/drivers/governor-host.ts";
import { driveInProcess } from "../src/executor/drivers/in-process.ts";
import type { Journal } from "../src/journal/journal.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { openSqliteJournal } from "../src/journal/sqlite.ts";
import { checkPlan } from "../src/plan/check.ts";
import { defineTool } from "../src/tools/define-tool.ts";
import { createRegistry } from "../src/tools/registry.ts";
import { runBare } from "./floor.ts";
import { chain, heavyTailed, type Layered, layered } from "./graphs.ts";
import { markdownTable as table } from "./report.ts";
import { type Case, measure } from "./rounds.ts";

const add = defineTool({
  name: "add",
  description: "One more than the sum of its inputs.",
  input: z.object({ values: z.array(z.number()) }),
  output: z.object({ n: z.number() }),
  effects: "none",
  run: ({ values }) => ({ n: (values.reduce((a, b) => a + b, 0) % 1000) + 1 }),
});

const sleep = defineTool({
  name: "sleep",
  description: "Waits.",
  input: z.object({ ms: z.number() }),
  output: z.object({ ms: z.number() }),
  effects: "none",
  expectedMs: (input) => Number(input["ms"]),
  run: ({ ms }) => new Promise<{ ms: number }>((done) => setTimeout(() => done({ ms }), ms)),
});

const tools = createRegistry([add, sleep]);
const lookup = {
  get: (name: string) => tools.get(name),
  names: () => tools.list().map(({ name }) => name),
};

function accept(plan: Layered["plan"]) {
  const checked = checkPlan(plan, { tools: lookup, maxSubtasks: 200_000 });
  if (checked.compiled === undefined) throw new Error(JSON.stringify(checked.issues.slice(0, 3)));
  return acceptPlan(checked.compiled, {}, { tools, timeouts: new Map() });
}

let runs = 0;

/** One run through core, driver and journal, of a plan that was checked before. */
async function runPlanwright(
  journal: Journal,
  plan: ReturnType<typeof accept>,
  concurrency: number,
): Promise<void> {
  runs += 1;
  const runId = `run${runs}`;
  const now = Date.now();
  const lease = await journal.createRun({
    runId,
    owner: "bench",
    now,
    leaseMs: 60_000,
    summary: {},
  });
  const state = await driveInProcess({
    world: {
      tools,
      models: undefined,
      workspace: "/",
      clock: systemClock,
      governor: new GovernorHost(systemClock, {}),
      plan: () => Promise.reject(new Error("not used")),
    },
    journal,
    lease,
    leaseMs: 60_000,
    state: initialState(runId),
    first: [
      {
        type: "start_requested",
        goal: "bench",
        settings: { ...DEFAULT_SETTINGS, concurrency },
        plan,
      },
    ],
    listener: {},
  }).ended;
  if (state.status !== "succeeded")
    throw new Error(`${state.status}: ${JSON.stringify(state.error)}`);
}

/** The least that durability costs: the same number of small rows, one commit a layer. */
function bareSqlite(path: string): (layers: number, perLayer: number) => Promise<void> {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE e (k INTEGER PRIMARY KEY, d TEXT)",
  );
  const insert = database.prepare("INSERT INTO e (d) VALUES (?)");
  const row = JSON.stringify({
    type: "subtask.succeeded",
    subtask: "t1",
    attempt: 1,
    output: { n: 1 },
  });
  return async (layers, perLayer) => {
    for (let layer = 0; layer < layers; layer += 1) {
      database.exec("BEGIN");
      for (let k = 0; k < perLayer; k += 1) insert.run(row);
      database.exec("COMMIT");
    }
  };
}

async function overhead(folder: string): Promise<void> {
  const rows: string[][] = [];
  const graphs: [string, Layered, number, number][] = [
    ["100 in 5 layers", layered(100, 5), 5, 60],
    ["1,000 in 20 layers", layered(1_000, 20), 20, 30],
    ["10,000 in 20 layers", layered(10_000, 20), 20, 6],
    ["chain of 100", chain(100), 100, 30],
  ];
  for (const [name, graph, layers, rounds] of graphs) {
    const count = graph.dependencies.length;
    const plan = accept(graph.plan);
    const file = openSqliteJournal(join(folder, `${count}-${layers}.db`));
    const bare = bareSqlite(join(folder, `${count}-${layers}-bare.db`));
    const work = (inputs: readonly { n: number }[]) => ({
      n: (inputs.reduce((sum, { n }) => sum + n, 0) % 1000) + 1,
    });
    const cases: Case[] = [
      { name: "bare promises", run: () => runBare(graph.dependencies, work) },
      {
        name: "planwright, in memory",
        run: () => runPlanwright(createMemoryJournal(), plan, count),
      },
      { name: "bare SQLite, one commit a layer", run: () => bare(layers, (2 * count) / layers) },
      { name: "planwright, SQLite", run: () => runPlanwright(file, plan, count) },
    ];
    const samples = await measure(cases, rounds);
    const floor = samples[0]?.median ?? 0;
    for (const sample of samples) {
      const perSubtask = (ms: number) => (((ms - floor) * 1000) / count).toFixed(1);
      rows.push([
        name,
        sample.name,
        (sample.median / floor).toFixed(1),
        perSubtask(sample.median),
        perSubtask(sample.min),
        perSubtask(sample.max),
      ]);
    }
    await file.close();
  }
  console.log("\n## Overhead per subtask\n");
  console.log(
    table(["graph", "engine", "ratio to bare", "µs over bare: median", "min", "max"], rows),
  );
}

async function graphWork(): Promise<void> {
  const rows: string[][] = [];
  for (const count of [100, 1_000, 10_000]) {
    const { plan } = layered(count, 20);
    const [sample] = await measure(
      [{ name: "check", run: async () => void accept(structuredClone(plan)) }],
      5,
    );
    const ms = sample?.median ?? 0;
    rows.push([String(count), ms.toFixed(1), ((ms * 1000) / count).toFixed(1)]);
  }
  console.log("\n## Checking a plan: schema, expressions, tools, cycle, batches\n");
  console.log(table(["subtasks", "ms", "µs per subtask"], rows));
}

async function makespan(): Promise<void> {
  const rows: string[][] = [];
  for (const [concurrency, seed] of [
    [8, 1],
    [16, 2],
    [32, 3],
  ] as const) {
    const timed = heavyTailed(200, seed);
    const bound = lowerBound(timed, concurrency);
    const plan = accept(timed.plan);
    const journal = createMemoryJournal();
    const begun = performance.now();
    await runPlanwright(journal, plan, concurrency);
    const took = performance.now() - begun;
    rows.push([String(concurrency), bound.toFixed(0), took.toFixed(0), (took / bound).toFixed(3)]);
  }
  console.log("\n## Makespan of 200 heavy-tailed subtasks\n");
  console.log(
    table(["concurrency", "max(critical path, work ÷ slots) ms", "took ms", "ratio"], rows),
  );
}

function lowerBound(
  { durations, dependencies }: ReturnType<typeof heavyTailed>,
  slots: number,
): number {
  const finish: number[] = [];
  for (const [index, list] of dependencies.entries()) {
    const from = Math.max(0, ...list.map((k) => finish[k] ?? 0));
    finish.push(from + (durations[index] ?? 0));
  }
  const work = durations.reduce((a, b) => a + b, 0);
  return Math.max(...finish, work / slots);
}

const folder = mkdtempSync(join(tmpdir(), "planwright-bench-"));
try {
  await overhead(folder);
  await graphWork();
  await makespan();
} finally {
  rmSync(folder, { recursive: true });
}
