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
import { createMemoryJournal } from "../src/journal/memory.ts";
import { openSqliteJournal } from "../src/journal/sqlite.ts";
import { acceptGraph, runAccepted } from "./engines/accepted-run.ts";
import { layered } from "./graphs.ts";
import { choiceOf, countOf, optionsOf } from "./options.ts";
import { type Profile, profileTables } from "./profile-tables.ts";
import { markdownTable } from "./report.ts";

const ROOT = join(import.meta.dirname, "..");
const LAYERS = 20;
const WARMUP_MS = 1_500;
const SAMPLE_EVERY_US = 200;

const options = optionsOf({
  journal: { type: "string", default: "memory" },
  check: { type: "boolean", default: false },
  subtasks: { type: "string", default: "1000" },
  seconds: { type: "string", default: "5" },
});

const subtasks = countOf(options.subtasks, "--subtasks");
const seconds = countOf(options.seconds, "--seconds");
const [kind] = choiceOf(options.journal, ["memory", "sqlite"], "--journal");

/** @returns what is profiled, to be done again and again */
function hotPath(folder: string): () => Promise<void> {
  const { dependencies } = layered(subtasks, LAYERS);
  const work = (_index: number, inputs: readonly number[]) =>
    (inputs.reduce((a, b) => a + b, 0) % 1000) + 1;
  const graph = { dependencies, work };
  if (options.check) return async () => void acceptGraph(graph);
  const accepted = acceptGraph(graph);
  const file = kind === "sqlite" && openSqliteJournal(join(folder, "journal.db"));
  const concurrency = dependencies.length;
  let runs = 0;
  return async () => {
    runs += 1;
    const journal = file || createMemoryJournal();
    await runAccepted(accepted, journal, { runId: `run${runs}`, concurrency });
  };
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
  const times = await repeat(work, 1_000 * seconds);
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
  const us = (profile.endTime - profile.startTime) / times / subtasks;
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
