/**
 * The process of the sandbox: take one order, do the work, answer.
 *
 * The work has a thread of its own, so that this one still hears when the parent is gone:
 * work without end must not outlive it.
 */

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { SandboxAnswer, SandboxOrder } from "./sandbox.ts";

if (isMainThread) {
  process.once("disconnect", () => process.exit());
  process.once("message", (order: SandboxOrder) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: order });
    worker.once("message", (answer: SandboxAnswer) => process.send?.(answer));
  });
} else {
  parentPort?.postMessage(await answer(workerData as SandboxOrder));
}

async function answer({ module, input }: SandboxOrder): Promise<SandboxAnswer> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  try {
    const { work } = (await import(
      new URL(`./sandboxed/${module}.${extension}`, import.meta.url).href
    )) as { work: (input: unknown) => unknown };
    return { output: await work(input) };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}
