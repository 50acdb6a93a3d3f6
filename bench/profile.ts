/**
 * Where the time goes on the hot path: a CPU profile, for DevTools and as tables.
 *
 *     npm run profile -- [--journal memory|sqlite] [--check] [--subtasks 1000] [--seconds 5]
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
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
import type { Plan } from "../src/plan/schema.ts";
import { defineTool } from "../src/tools/define-tool.ts";
import { createRegistry } from "../src/tools/registry.ts";
import { layered } from "./graphs.ts";
import { type Profile, profileTables } from "./profile-tables.ts";
import { markdownTable } from "./report.ts";

const ROOT = join(import.meta.dirname, "..");
const LAYERS = 20;
const WARMUP_MS = 1_500;
const SAMPLE_EVERY_US = 200;

const add = defineTool({
  name: "add",
  description: "One more than the sum of its inputs.",
  input: z.object({ values: z.array(z.number()) }),
  output: z.object({ n: z.number() }),
  effects: "none",
  run: ({ values }) => ({ n: (values.reduce((a, b) => a + b, 0) % 1000) + 1 }),
});
const tools = createRegistry([add]);
const lookup = { get: (name: string) => tools.get(name), names: () => [add.name] };

const { values: options } = parseArgs({
  options: {
    journal: { type: "string", default: "memory" },
    check: { type: "boolean", default: false },
    subtasks: { type: "string", default: "1000" },
    seconds: { type: "string", default: "5" },
  },
});

function check(plan: Plan) {
  const checked = checkPlan(plan, { tools: lookup, maxSubtasks: plan.subtasks.length });
  if (checked.compiled === undefined) throw new Error(JSON.stringify(checked.issues[0]));
  return acceptPlan(checked.compiled, {}, { tools, timeouts: new Map() });
}

const world = {
  tools,
  models: undefined,
  workspace: "/",
  clock: systemClock,
  governor: new GovernorHost(systemClock, {}),
  plan: () => Promise.reject(new Error("Nothing is planned here.")),
};
let runs = 0;

/** One run of a checked plan through core, driver and journal. */
async function drive(journal: Journal, plan: ReturnType<typeof check>): Promise<void> {
  runs += 1;
  const runId = `run${runs}`;
  const leaseMs = 60_000;
  const about = { runId, owner: "profile", now: Date.now(), leaseMs, summary: {} };
  const lease = await journal.createRun(about);
  const settings = { ...DEFAULT_SETTINGS, concurrency: plan.plan.subtasks.length };
  const state = await driveInProcess({
    world,
    journal,
    lease,
    leaseMs,
    state: initialState(runId),
    first: [{ type: "start_requested", goal: "profile", settings, plan }],
    listener: {},
  }).ended;
  if (state.status !== "succeeded") throw new Error(`The run has ${state.status}.`);
}

/** @returns what is profiled, to be done again and again */
function hotPath(folder: string): () => Promise<void> {
  const { plan } = layered(Number(options.subtasks), LAYERS);
  if (options.check) return async () => void check(structuredClone(plan));
  const accepted = check(plan);
  if (options.journal !== "sqlite") return () => drive(createMemoryJournal(), accepted);
  const journal = openSqliteJournal(join(folder, "journal.db"));
  return () => drive(journal, accepted);
}

/** @returns how often it was done */
async function repeat(work: () => Promise<void>, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let times = 0;
  for (; performance.now() < end; times += 1) await work();
  return times;
}

async function record(work: () => Promise<void>): Promise<{ profile: Profile; times: number }> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US });
  await session.post("Profiler.start");
  const times = await repeat(work, 1_000 * Number(options.seconds));
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return { profile: profile as Profile, times };
}

const folder = mkdtempSync(join(tmpdir(), "planwright-profile-"));
try {
  const work = hotPath(folder);
  await repeat(work, WARMUP_MS);
  const { profile, times } = await record(work);
  const name = options.check ? "check" : options.journal;
  const file = `planwright-${name}.cpuprofile`;
  writeFileSync(file, JSON.stringify(profile));
  const us = (profile.endTime - profile.startTime) / times / Number(options.subtasks);
  console.log(
    `\n## ${name}: ${options.subtasks} subtasks, ${times} times, ${us.toFixed(1)} µs a subtask\n`,
  );
  const place = (url: string) =>
    url.startsWith("file:") ? relative(ROOT, fileURLToPath(url)) : url;
  for (const { header, rows } of profileTables(profile, place)) {
    console.log(`${markdownTable(header, rows)}\n`);
  }
  console.log(`The whole profile, for DevTools or an editor: ${file}`);
} finally {
  rmSync(folder, { recursive: true });
}
