/** What was measured of durable engines, for people. */

import type { Table } from "../report.ts";
import { type Spread, spreadOf } from "../rounds.ts";
import type { DurableSample } from "./durable-process.ts";
import type { Measured } from "./durable-rounds.ts";

export type GraphFigures = {
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly measured: readonly Measured[];
};

const SYNCHRONOUS = ["OFF", "NORMAL", "FULL", "EXTRA"];

const NOTE = `Microseconds per subtask over bare promises: median (min – max) of the rounds, each a tenth of a second of
runs or one run. The first run is that of a new process with an empty file. FULL is flushed to the disk by every commit.
NORMAL, with a write-ahead log, is not: the newest commits are lost when the machine loses its power.`;

export function tableOf(figures: GraphFigures): Table {
  return {
    title: `Durable: ${figures.title}`,
    note: NOTE,
    header: [
      "engine",
      "synchronous",
      "× planwright",
      "µs per subtask",
      "CPU µs per subtask",
      "first run ms",
      "bytes kept per subtask",
      "bytes written per subtask",
      "peak MB",
      "rounds",
    ],
    rows: figures.measured.map((measured) => {
      const { engine, name, footprint, ended } = measured;
      const own = overFloor(figures, engine);
      const cpu = spread(runsOf(measured), ({ cpuMs }) => cpuMs);
      const perSubtask = (bytes: number | null | undefined) =>
        bytes == null ? "–" : (bytes / figures.count).toFixed(0);
      return [
        name,
        SYNCHRONOUS[footprint?.synchronous ?? -1] ?? "–",
        ratio(figures, engine, "planwright"),
        own === undefined ? (ended ?? "–") : textOf(own),
        cpu === undefined ? "–" : ((cpu.median * 1000) / figures.count).toFixed(1),
        measured.first?.ms.toFixed(0) ?? "–",
        perSubtask(footprint?.bytesOnDisk),
        perSubtask(footprint?.bytesWritten),
        footprint?.peakMegabytes?.toFixed(0) ?? "–",
        roundsOf(measured),
      ];
    }),
  };
}

/** What was wanted of durability, with what was measured beside it. */
export function barsOf(all: readonly GraphFigures[]): Table[] {
  const rows = all.flatMap((figures) => {
    if (figures.name === "chain-100") return chainBars(figures);
    return figures.name === "layered-1000" ? layeredBars(figures) : [];
  });
  const header = ["graph", "what", "wanted", "measured"];
  return rows.length === 0 ? [] : [{ title: "Durable: what was wanted", header, rows }];
}

function chainBars(figures: GraphFigures): string[][] {
  const what = "planwright ÷ its bare commits";
  return [[figures.title, what, "≤ 1.2", ratio(figures, "planwright", "commits")]];
}

function layeredBars(figures: GraphFigures): string[][] {
  const { title, measured } = figures;
  const micros = (engine: string) => overFloor(figures, engine)?.median.toFixed(1) ?? "–";
  const langGraphs = measured.filter(({ engine }) => engine.startsWith("langgraph"));
  return [
    [title, "planwright, µs per subtask", "≤ 20", micros("planwright")],
    [title, "of these its bare commits", "–", micros("commits")],
    ...langGraphs.map(({ engine, name }) => [
      title,
      `${name} ÷ planwright`,
      name.includes("StateGraph") ? "≥ 50" : "–",
      ratio(figures, engine, "planwright"),
    ]),
  ];
}

function ratio(figures: GraphFigures, engine: string, to: string): string {
  const [one, other] = [overFloor(figures, engine), overFloor(figures, to)];
  return one && other ? (one.median / other.median).toFixed(2) : "–";
}

function overFloor(figures: GraphFigures, engine: string): Spread | undefined {
  const of = (name: string) => {
    const measured = figures.measured.find((one) => one.engine === name);
    return measured && spread(runsOf(measured), ({ ms }) => ms);
  };
  const [own, floor] = [of(engine), of("bare")];
  if (own === undefined || floor === undefined) return undefined;
  const over = (ms: number) => ((ms - floor.median) * 1000) / figures.count;
  return { median: over(own.median), min: over(own.min), max: over(own.max) };
}

/** Those after the first; the first where there was time for no other. */
function runsOf({ first, samples }: Measured): readonly DurableSample[] {
  const all = samples.length === 0 && first !== null ? [first] : samples;
  return all.filter(({ problem }) => problem === null);
}

function roundsOf({ first, samples, ended }: Measured): string {
  const count = samples.length === 0 && first !== null ? "the first alone" : `${samples.length}`;
  return ended === null ? count : `${count}; ${ended}`;
}

function spread<T>(list: readonly T[], of: (one: T) => number): Spread | undefined {
  return list.length === 0 ? undefined : spreadOf(list.map(of));
}

const textOf = ({ median, min, max }: Spread) =>
  `${median.toFixed(1)} (${min.toFixed(1)} – ${max.toFixed(1)})`;
