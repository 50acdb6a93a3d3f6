import { setTimeout as sleep } from "node:timers/promises";
import type { VirtualClock } from "../../test/simulation/virtual-clock.ts";

/** Turns of the process's own loop in which all that can go on has gone on. */
const LAPS = 3;
/** Real time that modules which are loaded when first wanted may take. */
const PATIENCE_MS = 30_000;

/** Do something at virtual time: it passes when nothing else can go on. */
export async function atVirtualTime<T>(clock: VirtualClock, doing: Promise<T>): Promise<T> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  doing.then(end, end);
  const begun = performance.now();
  for (;;) {
    for (let left = LAPS; left > 0; left -= 1) await new Promise((done) => setImmediate(done));
    if (isOver) return doing;
    if (clock.ringNext()) continue;
    if (performance.now() - begun > PATIENCE_MS) throw new Error("Nothing goes on any more.");
    await sleep(1);
  }
}
