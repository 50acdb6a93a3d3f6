/** The thread of the sandbox: load the module, do its work once, answer. */

import { parentPort, workerData } from "node:worker_threads";
import type { SandboxAnswer, SandboxOrder } from "./sandbox.ts";

const { module, input } = workerData as SandboxOrder;
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

let answer: SandboxAnswer;
try {
  const { work } = (await import(
    new URL(`./sandboxed/${module}.${extension}`, import.meta.url).href
  )) as { work: (input: unknown) => unknown };
  answer = { output: await work(input) };
} catch (error) {
  answer = { message: error instanceof Error ? error.message : String(error) };
}
parentPort?.postMessage(answer);
