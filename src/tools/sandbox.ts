/**
 * A sandbox for work that may run away: a process of its own, with a limit of time and
 * memory, killed at the limit or when the attempt is aborted. A thread would not do: one
 * that runs out of memory takes its process along.
 *
 * It protects against work without end, not against hostile code, though the process
 * gets no environment, and may neither write files nor start processes.
 */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { renderDuration } from "../base/duration.ts";
import { ToolError } from "../base/errors.ts";

/** Modules of `sandboxed/`; each exports a function `work`. */
export type SandboxedModule = "calculate" | "extract-docx" | "extract-pdf" | "search-files";

export interface SandboxOptions {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** @default 512 */
  readonly limitMegabytes?: number;
  /** What the work was, for the error: `The pattern …`. */
  readonly what: string;
}

/** What the process is given, and what it answers. */
export type SandboxOrder = { readonly module: SandboxedModule; readonly input: unknown };
export type SandboxAnswer = { readonly output: unknown } | { readonly message: string };

// From the source this is TypeScript, from the package JavaScript; a URL is not rewritten.
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";
const PROCESS = fileURLToPath(new URL(`./sandbox-process.${EXTENSION}`, import.meta.url));

/**
 * Do the module's work in a process of its own.
 * @throws {ToolError} `tool.limit` at a limit, `tool.failed` for what the work itself throws
 */
export async function runSandboxed<Output>(
  module: SandboxedModule,
  input: unknown,
  { signal, limitMs, limitMegabytes = 512, what }: SandboxOptions,
): Promise<Output> {
  signal.throwIfAborted();
  const child = fork(PROCESS, [], {
    execArgv: [
      `--max-old-space-size=${limitMegabytes}`,
      "--permission",
      "--allow-fs-read=*",
      "--allow-worker",
      "--no-warnings",
    ],
    env: {},
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  const refuse = (limit: string) => {
    const hint = "Make it simpler, or give it less to work on.";
    reject(new ToolError("tool.limit", `${what} ${limit}.`, { hint }));
  };
  const timer = setTimeout(
    () => refuse(`did not finish within ${renderDuration(limitMs)}`),
    limitMs,
  );
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  child.once("message", (answer: SandboxAnswer) => {
    if ("output" in answer) resolve(answer.output as Output);
    else reject(new ToolError("tool.failed", answer.message));
  });
  child.once("error", (cause) => {
    reject(new ToolError("tool.failed", `${what} failed: ${cause.message}`, { cause }));
  });
  // V8 aborts the process when its memory is used up.
  child.once("exit", () => refuse(`needs more than ${limitMegabytes} MB, or crashed`));
  const order: SandboxOrder = { module, input };
  child.send(order, (error) => {
    if (error !== null) refuse(`could not be started: ${error.message}`);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    child.kill("SIGKILL");
  }
}
