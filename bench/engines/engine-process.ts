/** One engine in a process of its own: it does what its parent asks, one thing after the other. */

import { peakMegabytes } from "../peak-memory.ts";
import { type CheckedGraph, checkedGraph } from "./checked-graph.ts";
import type { Engine, PreparedGraph, TaskGraph } from "./engine.ts";
import { ENGINES } from "./engine-list.ts";

export type Request =
  /** The engine of this key. */
  | { readonly type: "load"; readonly key: string }
  | {
      readonly type: "prepare";
      readonly dependencies: TaskGraph["dependencies"];
      readonly sleepsMs?: readonly number[];
      readonly concurrency: number;
    }
  /** Run the graph so often, one run after the other. */
  | { readonly type: "run"; readonly times: number };

export type Answer = {
  /** Of the engine; after it was loaded. */
  readonly engine?: Pick<Engine, "name" | "notes" | "isUnlimited">;
  /** Of what was asked for; of several runs, the mean. */
  readonly wallMs: number;
  /** The same, of all threads of the process. */
  readonly cpuMs: number;
  /** The most subtasks that were under way at once, where they take time. */
  readonly atOnce?: number;
  /** Of the process, so far. */
  readonly peakMegabytes?: number;
  /** What was wrong with a run. */
  readonly fault?: string;
};

let engine: Engine | undefined;
let checked: CheckedGraph | undefined;
let prepared: PreparedGraph | undefined;

async function load({ key }: Extract<Request, { type: "load" }>): Promise<Partial<Answer>> {
  engine = await ENGINES.find((entry) => entry.key === key)?.load();
  if (engine === undefined) throw new Error(`There is no engine ${key}.`);
  const { name, notes, isUnlimited = false } = engine;
  return { engine: { name, isUnlimited, ...(notes !== undefined && { notes }) } };
}

async function prepare(request: Extract<Request, { type: "prepare" }>): Promise<Partial<Answer>> {
  checked = checkedGraph(request.dependencies, request.sleepsMs);
  const begun = now();
  prepared = await engine?.prepare(checked.graph, { concurrency: request.concurrency });
  return since(begun);
}

async function run({ times }: Extract<Request, { type: "run" }>): Promise<Partial<Answer>> {
  if (checked === undefined || prepared === undefined) throw new Error("Nothing was prepared.");
  let wallMs = 0;
  let cpuMs = 0;
  for (let time = 0; time < times; time += 1) {
    checked.begin();
    const begun = now();
    const results = await prepared.run();
    const took = since(begun);
    wallMs += took.wallMs;
    cpuMs += took.cpuMs;
    const fault = checked.faultOf(results);
    if (fault !== undefined) return { wallMs, cpuMs, fault: `WRONG: ${fault}` };
  }
  return { wallMs: wallMs / times, cpuMs: cpuMs / times, atOnce: checked.atOnce() };
}

const now = () => ({ wall: performance.now(), cpu: process.cpuUsage() });

function since({ wall, cpu }: ReturnType<typeof now>) {
  const wallMs = performance.now() - wall;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

async function answer(request: Request): Promise<Answer> {
  const begun = now();
  const perform = () => {
    if (request.type === "load") return load(request);
    return request.type === "prepare" ? prepare(request) : run(request);
  };
  const given = await perform().catch((error: unknown) => ({ fault: String(error) }));
  const peak = peakMegabytes(process.pid);
  return { ...since(begun), ...given, ...(peak !== undefined && { peakMegabytes: peak }) };
}

process.on("message", async (request: Request) => {
  process.send?.(await answer(request));
});
process.on("disconnect", () => process.exit());
