/**
 * A sandbox for work that may run away: its own thread, with a limit of time and memory,
 * ended at the limit or when the attempt is aborted.
 *
 * It protects against work without end, not against hostile code: the thread has the
 * process's own rights.
 */

import { Worker } from "node:worker_threads";
import { renderDuration } from "../base/duration.ts";
import { ToolError } from "../base/errors.ts";

/** Modules of `sandboxed/`; each exports a function `work`. */
export type SandboxedModule = "calculate" | "extract-pdf" | "search-files";

export interface SandboxOptions {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** @default 512 */
  readonly limitMegabytes?: number;
  /** What the work was, for the error: `The pattern …`. */
  readonly what: string;
}

/** What the thread is given, and what it answers. */
export type SandboxOrder = { readonly module: SandboxedModule; readonly input: unknown };
export type SandboxAnswer = { readonly output: unknown } | { readonly message: string };

/**
 * Do the module's work in a thread of its own.
 * @throws {ToolError} `tool.limit` at a limit, `tool.failed` for what the work itself throws
 */
export async function runSandboxed<Output>(
  module: SandboxedModule,
  input: unknown,
  { signal, limitMs, limitMegabytes = 512, what }: SandboxOptions,
): Promise<Output> {
  signal.throwIfAborted();
  const order: SandboxOrder = { module, input };
  // From the source this is TypeScript, from the package JavaScript; a URL is not rewritten.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./sandbox-worker.${extension}`, import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: limitMegabytes },
    stderr: true,
  });
  const limits = { what, limitMs, limitMegabytes };
  try {
    return (await answerOf(worker, signal, limits)) as Output;
  } finally {
    await worker.terminate();
  }
}

type Limits = {
  readonly what: string;
  readonly limitMs: number;
  readonly limitMegabytes: number;
};

function answerOf(worker: Worker, signal: AbortSignal, limits: Limits): Promise<unknown> {
  const { what, limitMs, limitMegabytes } = limits;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new ToolError("tool.limit", `${what} did not finish within ${renderDuration(limitMs)}.`, {
          hint: "Make it simpler, or give it less to work on.",
        }),
      );
    }, limitMs);
    const abort = () => reject(signal.reason as Error);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort, { once: true });
    worker.once("message", (answer: SandboxAnswer) => {
      settle();
      if ("output" in answer) resolve(answer.output);
      else reject(new ToolError("tool.failed", answer.message));
    });
    worker.once("error", (error: NodeJS.ErrnoException) => {
      settle();
      const outOfMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      reject(
        outOfMemory
          ? new ToolError("tool.limit", `${what} needs more than ${limitMegabytes} MB.`, {
              hint: "Give it less to work on.",
            })
          : new ToolError("tool.failed", `${what} failed: ${error.message}`, { cause: error }),
      );
    });
    worker.once("exit", settle);
  });
}
