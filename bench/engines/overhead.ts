/** What each engine costs per subtask over the floor, where the subtasks themselves cost nothing. */

import { chain, fanOut, type Layered, layered } from "../graphs.ts";
import type { Table } from "../report.ts";
import { type Spread, spreadOf } from "../rounds.ts";
import { compare, type Measured } from "./compare.ts";
import { type EngineEntry, FLOOR, PLANWRIGHT } from "./engine-list.ts";

/** Long enough for what has cooled down, while others had their turn, to weigh little. */
const TURN_MS = 200;
/** Rounds before those that count: until V8 has compiled what is hot. */
const WARM_UPS = 5;

type Graph = { readonly title: string; readonly rounds: number; build(): Layered };

/** By their names for `--graphs`. */
export const GRAPHS: Readonly<Record<string, Graph>> = {
  "chain-100": { title: "A chain of 100", rounds: 10, build: () => chain(100) },
  "fan-out-1000": { title: "1 → 1,000 → 1", rounds: 10, build: () => fanOut(1_000) },
  "layered-100": { title: "100 in 5 layers", rounds: 10, build: () => layered(100, 5) },
  "layered-1000": { title: "1,000 in 20 layers", rounds: 10, build: () => layered(1_000, 20) },
  "layered-10000": { title: "10,000 in 20 layers", rounds: 5, build: () => layered(10_000, 20) },
};

export type Limits = {
  /** In the place of the graph's own number. */
  readonly rounds: number | undefined;
  readonly limitMs: number;
};

export type Overheads = {
  readonly name: string;
  readonly title: string;
  readonly subtasks: number;
  readonly engines: readonly Measured[];
};

export async function measureOverheads(
  name: string,
  entries: readonly EngineEntry[],
  { rounds, limitMs }: Limits,
): Promise<Overheads> {
  const graph = GRAPHS[name];
  if (graph === undefined) throw new Error(`There is no graph ${name}.`);
  const { dependencies } = graph.build();
  const subtasks = dependencies.length;
  const engines = await compare(entries, {
    dependencies,
    concurrency: subtasks,
    turnMs: TURN_MS,
    rounds: rounds ?? graph.rounds,
    warmUps: WARM_UPS,
    limitMs,
  });
  return { name, title: graph.title, subtasks, engines };
}

/**
 * Microseconds per subtask over the median of the floor.
 * @returns undefined where it was not measured, or was wrong
 */
function overheadOf({ engines, subtasks }: Overheads, key: string): Spread | undefined {
  const wallOf = (wanted: string) => {
    const { samples = [], fault } = engines.find((engine) => engine.key === wanted) ?? {};
    if (samples.length === 0 || fault?.startsWith("WRONG") === true) return undefined;
    return spreadOf(samples.map(({ wallMs }) => (wallMs * 1000) / subtasks));
  };
  const floor = wallOf(FLOOR);
  const own = wallOf(key);
  if (floor === undefined || own === undefined) return undefined;
  const over = (value: number) => value - floor.median;
  return { median: over(own.median), min: over(own.min), max: over(own.max) };
}

const HEADER = [
  "engine",
  "× planwright's",
  "µs per subtask over the floor",
  "CPU µs per subtask",
  "first run, ms",
  "peak MB",
  "rounds",
];

export function overheadTable(overheads: Overheads): Table {
  return {
    title: overheads.title,
    header: HEADER,
    rows: overheads.engines.map((engine) => rowOf(overheads, engine)),
  };
}

function rowOf(overheads: Overheads, engine: Measured): string[] {
  const { key, name, samples, prepareMs = 0, firstRunMs, peakMegabytes, fault } = engine;
  const own = overheadOf(overheads, key);
  const ours = overheadOf(overheads, PLANWRIGHT);
  const perSubtask = (ms: number) => (ms * 1000) / overheads.subtasks;
  const cpu = spreadOf(samples.map(({ cpuMs }) => perSubtask(cpuMs))).median;
  const isBase = key === FLOOR || key === PLANWRIGHT;
  const ratio = own && ours && !isBase ? own.median / ours.median : undefined;
  return [
    name,
    fault ?? (key === PLANWRIGHT ? "1" : inFigures(ratio)),
    key === FLOOR ? `0 (takes ${floorOf(overheads)})` : inMicroseconds(own),
    inFigures(samples.length === 0 ? undefined : cpu),
    inFigures(firstRunMs === undefined ? undefined : prepareMs + firstRunMs),
    peakMegabytes?.toFixed(0) ?? "–",
    String(samples.length),
  ];
}

function floorOf({ engines, subtasks }: Overheads): string {
  const { samples = [] } = engines.find(({ key }) => key === FLOOR) ?? {};
  return inFigures(spreadOf(samples.map(({ wallMs }) => (wallMs * 1000) / subtasks)).median);
}

function inMicroseconds(spread: Spread | undefined): string {
  if (spread === undefined) return "–";
  const { median, min, max } = spread;
  return `${inFigures(median)} (${inFigures(min)} – ${inFigures(max)})`;
}

/** As many digits as mean something. */
function inFigures(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  // Without the sign that JavaScript gives to what rounds to zero from below.
  if (Math.abs(value) < 10) return (Math.round(value * 10) / 10 + 0).toFixed(1);
  return Math.round(value).toLocaleString("en");
}

const MOST_MICROSECONDS = 10;
const MOST_GROWTH = 1.3;
const LESS_THAN = [
  ["mastra", 20],
  ["mastra-memory", 20],
  ["langgraph", 80],
  ["langgraph-memory", 80],
  ["langgraph-channels", 80],
  ["langgraph-functional", 80],
] as const;

/** What must hold, each beside what was measured; without what was not. */
export function overheadBars(all: readonly Overheads[]): string[][] {
  const thousand = all.find(({ name }) => name === "layered-1000");
  const tenThousand = all.find(({ name }) => name === "layered-10000");
  const ours = thousand && overheadOf(thousand, PLANWRIGHT);
  if (thousand === undefined || ours === undefined) return [];
  const rows = [
    barRow(
      `at most ${MOST_MICROSECONDS} µs per subtask over the floor, 1,000 in 20 layers`,
      `${inMicroseconds(ours)} µs`,
      ours.median <= MOST_MICROSECONDS,
    ),
  ];
  for (const [key, times] of LESS_THAN) {
    const theirs = overheadOf(thousand, key);
    if (theirs === undefined) continue;
    const name = thousand.engines.find((engine) => engine.key === key)?.name ?? key;
    const ratio = theirs.median / ours.median;
    rows.push(
      barRow(`at least ${times} × less than ${name}`, `${ratio.toFixed(1)} ×`, ratio >= times),
    );
  }
  const atTenThousand = tenThousand && overheadOf(tenThousand, PLANWRIGHT);
  if (atTenThousand !== undefined) {
    const growth = atTenThousand.median / ours.median;
    const bar = `at most ${MOST_GROWTH} × per subtask from 1,000 to 10,000`;
    rows.push(barRow(bar, `${growth.toFixed(2)} ×`, growth <= MOST_GROWTH));
  }
  return rows;
}

export const barRow = (bar: string, measured: string, holds: boolean): string[] => [
  bar,
  measured,
  holds ? "yes" : "no",
];
