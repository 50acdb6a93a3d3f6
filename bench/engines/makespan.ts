/** How near each engine comes to the shortest time that a graph of sleeps can take. */

import { heavyTailed, type Timed } from "../graphs.ts";
import type { Table } from "../report.ts";
import { type Spread, spreadOf } from "../rounds.ts";
import { compare, type Measured } from "./compare.ts";
import { type EngineEntry, PLANWRIGHT } from "./engine-list.ts";
import { barRow, type Limits } from "./overhead.ts";

const SUBTASKS = 200;
const ROUNDS = 3;
/** Of attempts at once, and of the graph. */
const CASES = [
  { concurrency: 8, seed: 1 },
  { concurrency: 16, seed: 2 },
  { concurrency: 32, seed: 3 },
] as const;
const MOST_TIMES_BOUND = 1.02;

export type Makespan = {
  readonly concurrency: number;
  /** The longer of the critical path and the work divided by the concurrency. */
  readonly boundMs: number;
  readonly engines: readonly Measured[];
};

export async function measureMakespans(
  entries: readonly EngineEntry[],
  { rounds = ROUNDS, limitMs }: Limits,
): Promise<Makespan[]> {
  const makespans: Makespan[] = [];
  for (const { concurrency, seed } of CASES) {
    const timed = heavyTailed(SUBTASKS, seed);
    const { dependencies, durations: sleepsMs } = timed;
    const engines = await compare(entries, {
      dependencies,
      sleepsMs,
      concurrency,
      turnMs: 0,
      warmUps: 0,
      rounds,
      limitMs,
    });
    makespans.push({ concurrency, boundMs: lowerBound(timed, concurrency), engines });
  }
  return makespans;
}

function lowerBound({ durations, dependencies }: Timed, slots: number): number {
  const finish: number[] = [];
  for (const [index, list] of dependencies.entries()) {
    const from = Math.max(0, ...list.map((k) => finish[k] ?? 0));
    finish.push(from + (durations[index] ?? 0));
  }
  const work = durations.reduce((a, b) => a + b, 0);
  return Math.max(...finish, work / slots);
}

export function makespanTable(makespans: readonly Makespan[]): Table {
  const [first] = makespans;
  const limited = first?.engines.filter(({ isUnlimited }) => isUnlimited !== true) ?? [];
  const unlimited = first?.engines.filter(({ isUnlimited }) => isUnlimited === true) ?? [];
  const bounds = makespans.map(
    ({ concurrency, boundMs }) => `${concurrency}: ${boundMs.toFixed(0)} ms`,
  );
  return {
    title: `Makespan of ${SUBTASKS} heavy-tailed sleeps ÷ max(critical path, work ÷ concurrency)`,
    note:
      `Which of those that are ready begins first differs by engine, and is what shows. ` +
      `planwright and p-graph are told how long each takes. Bounds: ${bounds.join(", ")}. ` +
      `Cannot limit what is under way at once: ${unlimited.map(({ name }) => name).join(", ")}.`,
    header: ["engine", ...makespans.map(({ concurrency }) => `${concurrency} at once`)],
    rows: limited.map(({ key, name }) => [name, ...makespans.map((one) => cellOf(one, key))]),
  };
}

function cellOf(makespan: Makespan, key: string): string {
  const { fault, atOnce = 0 } = makespan.engines.find((engine) => engine.key === key) ?? {};
  const ratio = ratioOf(makespan, key);
  if (fault !== undefined || ratio === undefined) return fault ?? "–";
  if (atOnce > makespan.concurrency) return `limit not kept: ${atOnce} at once`;
  return `${ratio.median.toFixed(3)} (${ratio.min.toFixed(3)} – ${ratio.max.toFixed(3)})`;
}

function ratioOf({ engines, boundMs }: Makespan, key: string): Spread | undefined {
  const { samples = [] } = engines.find((engine) => engine.key === key) ?? {};
  return samples.length === 0 ? undefined : spreadOf(samples.map(({ wallMs }) => wallMs / boundMs));
}

export function makespanBars(makespans: readonly Makespan[]): string[][] {
  const ratios = makespans.flatMap((one) => {
    const { fault, atOnce = 0 } = one.engines.find(({ key }) => key === PLANWRIGHT) ?? {};
    const isKept = fault === undefined && atOnce <= one.concurrency;
    return isKept ? (ratioOf(one, PLANWRIGHT)?.median ?? []) : Number.POSITIVE_INFINITY;
  });
  if (ratios.length === 0) return [];
  const worst = Math.max(...ratios);
  const bar = `makespan at most ${MOST_TIMES_BOUND} × the bound, at the worst concurrency`;
  return [barRow(bar, `${worst.toFixed(3)} ×`, worst <= MOST_TIMES_BOUND)];
}
