/**
 * What work on the graph of a plan costs per subtask, from 100 to 100,000: it must stay flat.
 *
 *     npm run bench graph-work
 *
 * Every plan is measured once and has names that no plan before it had, so that no cache knows
 * its expressions. Small plans are measured several in a row: each sample is of about as many
 * subtasks, and begins with a heap that was just cleaned.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DirectedGraph } from "graphology";
import { hasCycle, topologicalGenerations } from "graphology-dag";
import { z } from "zod";
import { DEFAULT_SETTINGS } from "../src/executor/core/settings.ts";
import { initialState } from "../src/executor/core/state.ts";
import { step } from "../src/executor/core/step.ts";
import { acceptPlan } from "../src/executor/drivers/accept-plan.ts";
import { checkPlan } from "../src/plan/check.ts";
import { compileTemplates, referencesOf } from "../src/plan/compile.ts";
import { batchesOf, buildGraph, findCycle, remainingPath } from "../src/plan/graph.ts";
import { type PlanDraft, planSchema } from "../src/plan/schema.ts";
import { defineTool } from "../src/tools/define-tool.ts";
import { createRegistry } from "../src/tools/registry.ts";
import { chain, layered } from "./graphs.ts";
import { publish } from "./report.ts";
import { type Spread, spreadOf } from "./rounds.ts";

type Dependencies = readonly (readonly number[])[];
type Graph = { readonly name: string; readonly dependencies: Dependencies };

const LAYERS = 20;
const ROUNDS = 7;
/** Subtasks of a sample, at least. */
const SAMPLE = 10_000;
const ORDINARY = 1_000;
const LARGEST = 100_000;

const STAGES = [
  "validation by the schema",
  "expressions: compile, references",
  "graph with batches",
  "– of this, cycle check and batches",
  "– – the graph in graphology",
  "– – its cycle check",
  "– – its generations",
  "a cycle's path (only where there is one)",
  "critical path",
  "checkPlan: all of these and more",
  "acceptPlan",
  "start: the core's first step",
  "floor: names looked up in a Map, once a dependency",
  "floor: an object made and kept for each dependency",
] as const;
type Stage = (typeof STAGES)[number];

const add = defineTool({
  name: "add",
  description: "One more than the sum of its inputs.",
  input: z.object({ values: z.array(z.number()) }),
  output: z.object({ n: z.number() }),
  effects: "none",
  run: ({ values }) => ({ n: 1 + values.reduce((a, b) => a + b, 0) }),
});
const tools = createRegistry([add]);
const lookup = { get: (name: string) => tools.get(name), names: () => [add.name] };

const layeredGraph = (count: number): Graph => ({
  name: count.toLocaleString("en"),
  dependencies: layered(count, LAYERS).dependencies,
});
const chainOf = (count: number): Graph => ({
  name: `chain of ${count.toLocaleString("en")}`,
  dependencies: chain(count).dependencies,
});
/** All read the first. */
const fanOutOf = (count: number): Graph => ({
  name: `fan-out of ${count.toLocaleString("en")}`,
  dependencies: Array.from({ length: count }, (_, index) => (index === 0 ? [] : [0])),
});

function draftOf(dependencies: Dependencies, prefix: string): PlanDraft {
  return {
    goal: "bench",
    subtasks: dependencies.map((list, index) => ({
      id: `${prefix}${index}`,
      tool: add.name,
      input: { values: list.map((from) => `\${${prefix}${from}.n}`) },
    })),
    output: "done",
  };
}

/** By stage, the milliseconds of one plan added to those of its sample. */
class Stopwatch {
  readonly ms = new Map<Stage, number>();

  time<T>(stage: Stage, work: () => T): T {
    const begun = performance.now();
    const result = work();
    this.ms.set(stage, (this.ms.get(stage) ?? 0) + performance.now() - begun);
    return result;
  }
}

let plans = 0;

function nextDraft(dependencies: Dependencies): PlanDraft {
  plans += 1;
  return draftOf(dependencies, `p${plans}_`);
}

/** Stage by stage, with what each gives to the next. */
function takeApart(dependencies: Dependencies, watch: Stopwatch): void {
  const draft = nextDraft(dependencies);
  const plan = watch.time("validation by the schema", () => planSchema.parse(draft));
  const nodes = watch.time("expressions: compile, references", () => {
    const { subtasks } = compileTemplates(plan);
    return subtasks.map((subtask) => ({
      id: subtask.id,
      dependsOn: [],
      references: referencesOf(subtask),
    }));
  });
  const graph = watch.time("graph with batches", () => buildGraph(nodes));
  const batches = watch.time("– of this, cycle check and batches", () =>
    batchesOf(graph.dependencies),
  );
  const cycle = watch.time("a cycle's path (only where there is one)", () =>
    findCycle(graph.dependencies),
  );
  const remaining = watch.time("critical path", () => remainingPath(graph, () => undefined));
  if (cycle !== undefined || batches?.length !== remaining.reduce((a, b) => Math.max(a, b), 0)) {
    throw new Error("The graph is not what was built.");
  }
}

function whole(dependencies: Dependencies, watch: Stopwatch): void {
  const draft = nextDraft(dependencies);
  const { compiled, issues } = watch.time("checkPlan: all of these and more", () =>
    checkPlan(draft, { tools: lookup, maxSubtasks: LARGEST }),
  );
  if (compiled === undefined) throw new Error(JSON.stringify(issues[0]));
  const plan = watch.time("acceptPlan", () =>
    acceptPlan(compiled, {}, { tools, timeouts: new Map() }),
  );
  const { effects } = watch.time("start: the core's first step", () =>
    step(initialState("run"), {
      type: "start_requested",
      goal: "bench",
      settings: DEFAULT_SETTINGS,
      plan,
      at: 0,
    }),
  );
  if (!effects.some(({ type }) => type === "start_attempt")) throw new Error("Nothing starts.");
}

function besides(dependencies: Dependencies, watch: Stopwatch): void {
  const graph = watch.time("– – the graph in graphology", () => {
    const made = new DirectedGraph();
    for (const index of dependencies.keys()) made.addNode(index);
    for (const [index, list] of dependencies.entries()) {
      for (const from of list) made.addEdge(from, index);
    }
    return made;
  });
  watch.time("– – its cycle check", () => hasCycle(graph));
  watch.time("– – its generations", () => topologicalGenerations(graph));
  const ids = nextDraft(dependencies).subtasks.map(({ id }) => id);
  // As an expression has it: a text of its own.
  const references = dependencies.map((list) => list.map((from) => `${ids[from]}.n`.slice(0, -2)));
  const found = watch.time("floor: names looked up in a Map, once a dependency", () => {
    const indexOf = new Map(ids.map((id, index) => [id, index]));
    let sum = 0;
    for (const list of references) for (const name of list) sum += indexOf.get(name) ?? Number.NaN;
    return sum;
  });
  const made = watch.time("floor: an object made and kept for each dependency", () =>
    dependencies.map((list) => list.map((index) => ({ index, on: "success", by: "data" }))),
  );
  if (Number.isNaN(found) || made.length !== ids.length) throw new Error("A name is missing.");
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** @returns by stage, microseconds per subtask */
function sample({ dependencies }: Graph): Map<Stage, number> {
  const count = dependencies.length;
  const times = Math.max(1, SAMPLE / count);
  const watch = new Stopwatch();
  for (const part of [takeApart, whole, besides]) {
    collectGarbage();
    for (let k = 0; k < times; k += 1) part(dependencies, watch);
  }
  return new Map([...watch.ms].map(([stage, ms]) => [stage, (1000 * ms) / (times * count)]));
}

/** @returns by graph and stage, in interleaved rounds after one that does not count */
function measureAll(graphs: readonly Graph[]): Map<string, Map<Stage, Spread>> {
  const all = new Map(graphs.map(({ name }) => [name, new Map<Stage, number[]>()]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const graph of graphs) {
      console.error(`round ${round} of ${ROUNDS}: ${graph.name}`);
      const stages = all.get(graph.name);
      for (const [stage, us] of sample(graph)) {
        if (round > 0) stages?.set(stage, [...(stages.get(stage) ?? []), us]);
      }
    }
  }
  return new Map(
    [...all].map(([name, stages]) => [
      name,
      new Map([...stages].map(([stage, samples]) => [stage, spreadOf(samples)])),
    ]),
  );
}

const LAYERED = [100, ORDINARY, 10_000, LARGEST].map(layeredGraph);
const OTHERS = [chainOf(10_000), chainOf(LARGEST), fanOutOf(10_000), fanOutOf(LARGEST)];
const costs = measureAll([...LAYERED, ...OTHERS]);

const costAt = (graph: string, stage: Stage) => costs.get(graph)?.get(stage) as Spread;
const shown = ({ median, min, max }: Spread) =>
  `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`;
const ratio = (stage: Stage, graph: string, base: string) =>
  `${(costAt(graph, stage).median / costAt(base, stage).median).toFixed(2)} ×`;

function rowsOf(graphs: readonly Graph[], ratios: readonly (readonly [Graph, Graph])[]) {
  return STAGES.map((stage) => [
    stage,
    ...ratios.map(([graph, base]) => ratio(stage, graph.name, base.name)),
    ...graphs.map(({ name }) => shown(costAt(name, stage))),
  ]);
}

const [, ordinary, tenth, largest] = LAYERED as [Graph, Graph, Graph, Graph];
const [chainTenth, chainLargest, fanTenth, fanLargest] = OTHERS as [Graph, Graph, Graph, Graph];
const ofOthers = [
  [chainLargest, chainTenth],
  [fanLargest, fanTenth],
] as const;
publish({
  name: "graph-work",
  tables: [
    {
      title: "Work on the graph of a plan",
      note: `Microseconds per subtask, median (min – max) of ${ROUNDS}; layered graphs, up to three dependencies a subtask.`,
      header: [
        "",
        ...[tenth, largest].map(({ name }) => `${name} ÷ ${ordinary.name}`),
        ...LAYERED.map(({ name }) => name),
      ],
      rows: rowsOf(LAYERED, [
        [tenth, ordinary],
        [largest, ordinary],
      ]),
    },
    {
      title: "The same of a chain, and of a fan-out from one",
      header: [
        "",
        ...ofOthers.map(([graph, base]) => `${graph.name} ÷ ${base.name}`),
        ...OTHERS.map(({ name }) => name),
      ],
      rows: rowsOf(OTHERS, ofOthers),
    },
  ],
  data: Object.fromEntries(
    [...costs].map(([graph, stages]) => [graph, Object.fromEntries(stages)]),
  ),
});
