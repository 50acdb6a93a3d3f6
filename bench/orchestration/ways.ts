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
  const { seed, tasks, assumptions, scales } = trial;
  const clock = new VirtualClock();
  const faults = way === "faultless" ? 0 : scales.faults;
  const world = new World(clock, seed, assumptions, { ...scales, faults });
  const { perform, close } = performer(way, world);
  // What is loaded when it is first wanted must not let virtual time pass.
  await atVirtualTime(clock, perform(drawTask(seed, -1, assumptions)));
  const outcomes: Outcome[] = [];
  for (let number = 0; number < tasks; number += 1) {
    world.begin();
    const begun = clock.elapsed;
    const delivery = await atVirtualTime(clock, perform(drawTask(seed, number, assumptions)));
    outcomes.push({ ...delivery, ms: clock.elapsed - begun, ...world.spent });
  }
  await close();
  return outcomes;
}

type Performer = {
  perform(task: Task): Promise<Delivery>;
  close(): Promise<void>;
};

function performer(way: Way, world: World): Performer {
  const alone = (perform: (world: World, task: Task) => Promise<Delivery>): Performer => ({
    perform: (task) => perform(world, task),
    close: async () => {},
  });
  switch (way) {
    case "linear":
      return alone(linear);
    case "retry":
      return alone(linearWithRetry);
    case "mesh":
      return alone(mesh);
    case "faultless":
      return alone(asReady);
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
