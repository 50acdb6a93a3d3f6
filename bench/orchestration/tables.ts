/** The results of the orchestration benchmark, for people. */

import type { Table } from "../report.ts";
import { type Assumptions, BASE, meaningOf, NAMES, type Scales } from "./assumptions.ts";
import { PUBLISHED_LINEAR } from "./calibrate.ts";
import type { Measured } from "./measure.ts";
import { depthOf, drawTask } from "./tasks.ts";
import { TITLES, WAYS, type Way } from "./ways.ts";

export type AllWays = Readonly<Record<Way, Measured>>;

/** What was tried, and how it came out. */
export type Tried = {
  readonly name: string;
  readonly changed: Partial<Assumptions>;
  readonly measured: AllWays;
};

/** As published, with nothing said about how they were measured. */
const PUBLISHED = [
  { name: "published: linear chain", ...PUBLISHED_LINEAR },
  { name: "published: event-driven mesh", success: 0.891, usd: 0.35, ms: 2_900 },
  { name: "published: DAG", success: 0.947, usd: 0.28, ms: 1_850 },
] as const;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const usd = (value: number) => value.toFixed(3);
const ms = (value: number) => Math.round(value).toLocaleString("en-US");
const ratio = (value: number) => value.toFixed(2);

export function mainTable(tasks: number, measured: AllWays): Table {
  const { linear } = measured;
  const rows = WAYS.map((way) => {
    const one = measured[way];
    return [
      TITLES[way],
      percent(one.success),
      ratio(one.usdPerSuccess / linear.usdPerSuccess),
      ratio(one.ms / linear.ms),
      usd(one.usd),
      usd(one.usdPerSuccess),
      ms(one.ms),
      ms(one.p99Ms),
      ms(one.msOfSuccesses),
      one.calls.toFixed(1),
    ];
  });
  const { usd: linearUsd, success: linearSuccess, ms: linearMs } = PUBLISHED_LINEAR;
  const published = PUBLISHED.map((one) => {
    const perSuccess = one.usd / one.success;
    const beside = ratio((perSuccess * linearSuccess) / linearUsd);
    const costs = [usd(one.usd), usd(perSuccess), ms(one.ms)];
    return [one.name, percent(one.success), beside, ratio(one.ms / linearMs), ...costs, "", "", ""];
  });
  return {
    title: `${tasks.toLocaleString("en-US")} tasks`,
    header: [
      "",
      "success",
      "USD per success ÷ linear",
      "latency ÷ linear",
      "USD per task",
      "USD per success",
      "mean ms",
      "p99 ms",
      "mean ms of successes",
      "model calls",
    ],
    rows: [...rows, ...published],
  };
}

type Bar = {
  readonly name: string;
  readonly wanted: number;
  readonly isLeast?: true;
  of(one: Measured, linear: Measured): number;
};

const BARS: readonly Bar[] = [
  { name: "success", wanted: 0.99, isLeast: true, of: ({ success }) => success },
  {
    name: "USD per success ÷ linear",
    wanted: 0.6,
    of: (one, linear) => one.usdPerSuccess / linear.usdPerSuccess,
  },
  { name: "latency ÷ linear", wanted: 0.4, of: (one, linear) => one.ms / linear.ms },
];

const holds = ({ wanted, isLeast, of }: Bar, measured: AllWays, way: Way): boolean => {
  const value = of(measured[way], measured.linear);
  return isLeast ? value >= wanted : value <= wanted;
};

/** @param tried where it may come out otherwise */
export function barsTable(measured: AllWays, tried: readonly Tried[]): Table {
  const rows = BARS.flatMap((bar) =>
    (["kept", "planned"] as const).map((way) => {
      const isMet = holds(bar, measured, way);
      const others = tried.filter((one) => holds(bar, one.measured, way) !== isMet);
      return [
        `${bar.name} ${bar.isLeast ? "≥" : "≤"} ${bar.wanted}`,
        TITLES[way],
        bar.of(measured[way], measured.linear).toFixed(3),
        isMet ? "holds" : "does not hold",
        others.map(({ name }) => name).join("; ") || "nowhere that was tried",
      ];
    }),
  );
  return {
    title: "Beside what was wanted",
    header: ["wanted", "", "measured", "", "otherwise where"],
    rows,
  };
}

const HEADER = [
  "linear: success",
  ...["mesh", "kept", "planned"].flatMap((way) => [
    `${way}: success`,
    "USD per success",
    "latency",
  ]),
];

/** Beside the linear chain under the same assumptions. */
function cells({ linear, mesh, kept, planned }: AllWays): string[] {
  const beside = (one: Measured) => [
    percent(one.success),
    ratio(one.usdPerSuccess / linear.usdPerSuccess),
    ratio(one.ms / linear.ms),
  ];
  return [percent(linear.success), ...[mesh, kept, planned].flatMap(beside)];
}

const noteOf = (tasks: number) =>
  `${tasks.toLocaleString("en-US")} tasks each. USD per success and latency ÷ those of the linear chain under the same assumptions.`;

export function shapesTable(shapes: readonly Tried[], tasks: number, seed: number): Table {
  return {
    title: "How much of a task is independent",
    note: noteOf(tasks),
    header: ["each step", "longest path ÷ steps", ...HEADER, "nothing fails: latency"],
    rows: shapes.map(({ name, changed, measured }) => {
      const { faultless, linear } = measured;
      const path = ratio(pathShare({ ...BASE, ...changed }, tasks, seed));
      return [name, path, ...cells(measured), ratio(faultless.ms / linear.ms)];
    }),
  };
}

function pathShare(assumptions: Assumptions, tasks: number, seed: number): number {
  const all = Array.from({ length: tasks }, (_, number) => drawTask(seed, number, assumptions));
  const steps = all.reduce((sum, { needs }) => sum + needs.length, 0);
  return all.reduce((sum, task) => sum + depthOf(task), 0) / steps;
}

export function variantsTable(variants: readonly Tried[], tasks: number): Table {
  return {
    title: "Each assumption halved and doubled, and others changed",
    note: noteOf(tasks),
    header: ["assumption", ...HEADER],
    rows: variants.map(({ name, measured }) => [name, ...cells(measured)]),
  };
}

export function assumptionsTable({ faults, time, usd: price }: Scales): Table {
  const perMillion = (price * 1e6).toFixed(2);
  return {
    title: "Assumptions",
    note: `Calibrated: chances of faults × ${faults.toFixed(3)}, times of calls × ${time.toFixed(3)}, ${perMillion} USD for a million tokens of input.`,
    header: ["", "value", "meaning"],
    rows: NAMES.map((name) => [name, String(BASE[name]), meaningOf(name)]),
  };
}
