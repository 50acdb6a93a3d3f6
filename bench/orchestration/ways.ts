/** Each way through the same tasks with the same draws. */

import { VirtualClock } from "../../test/simulation/virtual-clock.ts";
import type { Assumptions, Scales } from "./assumptions.ts";
import { asReady, type Delivery, linear, linearWithRetry, mesh } from "./chains.ts";
import { Planned } from "./planned.ts";
import { drawTask, type Task } from "./tasks.ts";
import { atVirtualTime } from "./virtual-time.ts";
import { World } from "./world.ts";

export const WAYS = ["linear", "retry", "mesh", "kept", "planned", "faultless"] as const;
export type Way = (typeof WAYS)[number];

export const TITLES: Readonly<Record<Way, string>> = {
  linear: "linear chain",
  retry: "linear chain with retry",
  mesh: "event-driven mesh",
  kept: "planwright, plan kept",
  planned: "planwright, planned each time",
  faultless: "as ready, and nothing ever fails",
};

/**
 * What is loaded when it is first wanted must not let virtual time pass: before anything counts,
 * all goes right once, and wrong in each way.
 */
const WARM_UPS: readonly Partial<Assumptions>[] = [
  {},
  { poor: 100 },
  { malformed: 100 },
  { providerErrors: 100 },
  { rateLimits: 100 },
  { timeoutMs: 10 },
];

export type Outcome = Delivery & {
  readonly ms: number;
  readonly usd: number;
  readonly calls: number;
};

export type Trial = {
  readonly seed: number;
  readonly tasks: number;
  readonly assumptions: Assumptions;
  readonly scales: Scales;
};

/** @returns by task, what came of it */
export async function tryWay(way: Way, trial: Trial): Promise<Outcome[]> {
  const { assumptions, scales } = trial;
  for (const changed of WARM_UPS) {
    const warm = { ...trial, assumptions: { ...assumptions, ...changed }, tasks: 2 };
    await perform(way, { ...warm, scales: { ...scales, faults: 1 } });
  }
  return perform(way, trial);
}

async function perform(way: Way, trial: Trial): Promise<Outcome[]> {
  const { seed, tasks, assumptions, scales } = trial;
  const clock = new VirtualClock();
  const faults = way === "faultless" ? 0 : scales.faults;
  const world = new World(clock, seed, assumptions, { ...scales, faults });
  const performer = performerOf(way, world);
  const outcomes: Outcome[] = [];
  for (let number = 0; number < tasks; number += 1) {
    world.begin(number);
    const begun = clock.elapsed;
    const task = drawTask(seed, number, assumptions);
    const delivery = await atVirtualTime(clock, performer.perform(task));
    outcomes.push({ ...delivery, ms: clock.elapsed - begun, ...world.spent });
  }
  await performer.close();
  return outcomes;
}

type Performer = {
  perform(task: Task): Promise<Delivery>;
  close(): Promise<void>;
};

function performerOf(way: Way, world: World): Performer {
  const withoutEngine = (perform: (world: World, task: Task) => Promise<Delivery>): Performer => ({
    perform: (task) => perform(world, task),
    close: async () => {},
  });
  switch (way) {
    case "linear":
      return withoutEngine(linear);
    case "retry":
      return withoutEngine(linearWithRetry);
    case "mesh":
      return withoutEngine(mesh);
    case "faultless":
      return withoutEngine(asReady);
    case "kept":
    case "planned": {
      const planned = new Planned(world);
      return {
        perform: (task) => (way === "kept" ? planned.runKept(task) : planned.ask(task)),
        close: () => planned.close(),
      };
    }
  }
}
