/** Trials in a thread of their own: they take virtual time, and so do not disturb each other. */

import { parentPort } from "node:worker_threads";
import { measureOf } from "./measure.ts";
import { type Trial, tryWay, type Way } from "./ways.ts";

export type Order = { readonly way: Way; readonly trial: Trial };

parentPort?.on("message", async ({ way, trial }: Order) => {
  parentPort?.postMessage(measureOf(await tryWay(way, trial)));
});
