/**
 * Many seeds, and what came of them:
 *
 *     npm run simulate -- --seeds 100000 --from 1 --workers 2
 *     npm run simulate -- --seeds 1 --from SEED --trace
 */

import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { drawScenario } from "./draw.ts";
import type { RunScript, Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulation.ts";
import { addTally, emptyTally, type Seeds, simulateSeeds, type Tally } from "./tally.ts";

/** Seeds that a worker is given at a time. */
const PORTION = 500;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: "1" },
    /** Print everything that happens. */
    trace: { type: "boolean", default: false },
    /** Print the first violation as JSON, or null, and nothing else. */
    first: { type: "boolean", default: false },
  },
});

const all: Seeds = { from: whole("from"), seeds: whole("seeds") };
if (values.first) {
  const { violations } = await simulateSeeds(all, 1);
  console.log(JSON.stringify(violations[0] ?? null));
} else if (values.trace) {
  for (let seed = all.from; seed < all.from + all.seeds; seed += 1) await printTrace(seed);
} else {
  const began = performance.now();
  const tally = await (whole("workers") > 1 ? simulateInWorkers(whole("workers")) : simulateHere());
  printTally(tally, performance.now() - began);
  const [first] = tally.violations.toSorted((a, b) => a.seed - b.seed);
  if (first !== undefined) {
    await printSmallest(first.seed, first.rule);
    process.exitCode = 1;
  }
}

function whole(name: "seeds" | "from" | "workers"): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`--${name} must be a whole number greater than 0, not ${values[name]}.`);
}

function* portions(): Generator<Seeds> {
  const end = all.from + all.seeds;
  for (let from = all.from; from < end; from += PORTION) {
    yield { from, seeds: Math.min(PORTION, end - from) };
  }
}

async function simulateHere(): Promise<Tally> {
  const sum = emptyTally();
  for (const portion of portions()) {
    addTally(sum, await simulateSeeds(portion));
    showProgress(sum);
    if (sum.violations.length > 0) break;
  }
  return sum;
}

async function simulateInWorkers(count: number): Promise<Tally> {
  const sum = emptyTally();
  const left = portions();
  const work = async () => {
    using worker = startWorker();
    for (const portion of left) {
      if (sum.violations.length > 0) return;
      addTally(sum, await worker.simulate(portion));
      showProgress(sum);
    }
  };
  await Promise.all(Array.from({ length: count }, work));
  return sum;
}

function startWorker() {
  const child = fork(new URL("simulate-process.ts", import.meta.url));
  return {
    simulate: (portion: Seeds) =>
      new Promise<Tally>((done, fail) => {
        child.once("message", (tally) => done(tally as Tally));
        child.once("exit", (code) => fail(new Error(`A worker ended with ${code}.`)));
        child.send(portion);
      }),
    [Symbol.dispose]: () => {
      child.removeAllListeners();
      child.disconnect();
    },
  };
}

function showProgress({ seeds }: Tally): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${seeds} of ${all.seeds} seeds`);
}

function printTally({ seeds, counts, violations }: Tally, ms: number): void {
  if (process.stderr.isTTY) process.stderr.write("\r");
  const seconds = (ms / 1000).toFixed(1);
  console.log(
    `${seeds} seeds from ${all.from} in ${seconds} s, ${(ms / seeds).toFixed(2)} ms each`,
  );
  for (const [what, count] of Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${String(count).padStart(9)}  ${what}`);
  }
  for (const { seed, rule, detail } of violations) console.log(`seed ${seed}: ${rule}: ${detail}`);
  console.log(violations.length === 0 ? "No violation." : `Violations: ${violations.length}`);
}

async function printTrace(seed: number): Promise<void> {
  const scenario = drawScenario(seed);
  const { trace, violation } = await simulate(scenario, { traced: true });
  print(scenario, trace);
  if (violation !== undefined) process.exitCode = 1;
}

async function printSmallest(seed: number, rule: string): Promise<void> {
  const smallest = await shrink(drawScenario(seed), rule);
  const { trace } = await simulate(smallest, { traced: true });
  console.log(`\nThe smallest scenario found that breaks it so:`);
  print(smallest, trace);
  console.log(`\nAll of seed ${seed}: npm run simulate -- --from ${seed} --seeds 1 --trace`);
}

function print({ seed, runs, tools, faults, acts }: Scenario, trace: readonly string[]): void {
  console.log(`seed ${seed}`);
  for (const run of runs) printRun(run);
  for (const { name, limits } of tools) {
    if (Object.keys(limits).length > 0) console.log(`  tool ${name} ${JSON.stringify(limits)}`);
  }
  for (const one of [...faults, ...acts]) console.log(`  ${JSON.stringify(one)}`);
  console.log("    ms what happens");
  for (const line of trace) console.log(line);
}

function printRun({ runId, plan, settings, planning }: RunScript): void {
  console.log(`  run ${runId} ${JSON.stringify(settings)} ${JSON.stringify(planning)}`);
  for (const subtask of plan.subtasks) console.log(`    ${JSON.stringify(subtask)}`);
}
