import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Measured } from "./measure.ts";
import type { Order } from "./trial-worker.ts";
import type { Trial, Way } from "./ways.ts";

/** Threads that try ways, one trial after the other each. */
export class Crew {
  readonly #idle: Worker[];
  readonly #all: readonly Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor() {
    const file = join(import.meta.dirname, "trial-worker.ts");
    this.#all = Array.from({ length: availableParallelism() }, () => new Worker(file));
    this.#idle = [...this.#all];
  }

  async measure(way: Way, trial: Trial): Promise<Measured> {
    const worker = await this.#take();
    const { promise, resolve, reject } = Promise.withResolvers<Measured>();
    worker.once("message", resolve).once("error", reject);
    worker.postMessage({ way, trial } satisfies Order);
    const measured = await promise;
    worker.removeListener("error", reject);
    this.#give(worker);
    return measured;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #take(): Worker | Promise<Worker> {
    return this.#idle.pop() ?? new Promise((take) => this.#waiting.push(take));
  }

  #give(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
  }
}
