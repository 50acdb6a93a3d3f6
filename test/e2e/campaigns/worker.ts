/** A process that drives runs, until it is done or killed; its events as they come. */

import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { RunEvent } from "../../../src/index.ts";
import type { AuditVerdict } from "../../../src/journal/audit-chain.ts";

const MAIN = resolve(import.meta.dirname, "../../../src/cli/main.ts");
const GROUP = join(import.meta.dirname, "group-process.ts");
const TOOLS = join(import.meta.dirname, "effect-tools.ts");
/** Attempts of one run that are under way at once. */
export const CONCURRENCY = 3;

/** What is done with one run. */
export type Job = {
  /** Where its plan is, and where its effects go. */
  readonly folder: string;
} & (
  | { readonly command: "run" }
  | { readonly command: "resume"; readonly runId: string }
  | { readonly command: "retry"; readonly runId: string; readonly subtasks: readonly string[] }
);

export type Worker = {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly wasKilled: boolean; readonly said: string }>;
};

/**
 * One job goes through the command line, as a person would do it; several share a process
 * that uses the library, and are killed together.
 * @param options.onEvent called for every event of every run
 */
export function startWorker(
  journal: string,
  jobs: readonly Job[],
  options: { readonly codeCache: string; readonly onEvent: (event: RunEvent) => void },
): Worker {
  const [only] = jobs;
  const args =
    jobs.length === 1 && only
      ? [MAIN, ...argumentsFor(only, journal)]
      : [GROUP, JSON.stringify({ journal, jobs })];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: options.codeCache },
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    // The last one may be torn where the process was killed.
    if (line.endsWith("}")) options.onEvent(JSON.parse(line) as RunEvent);
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<Awaited<Worker["ended"]>>();
  child.on("close", (_code, signal) => end({ wasKilled: signal === "SIGKILL", said }));
  return { child, ended };
}

/** What `planwright audit verify` says of a journal. */
export async function verifyAudit(journal: string): Promise<AuditVerdict> {
  const args = [MAIN, "audit", "verify", "--json", "--journal", journal];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(await text(child.stdout)) as AuditVerdict;
}

/** Where the plan of a job is. */
export function planFile(folder: string): string {
  return join(folder, "plan.json");
}

/** Flags that every command needs. */
export function toolFlags(folder: string, journal: string): string[] {
  return ["--tools", TOOLS, "--workspace", folder, "--journal", journal];
}

function argumentsFor(job: Job, journal: string): string[] {
  const output = ["--concurrency", String(CONCURRENCY), "--events", "--quiet"];
  return [...wordsFor(job), ...toolFlags(job.folder, journal), ...output];
}

function wordsFor(job: Job): string[] {
  switch (job.command) {
    case "run":
      return ["run", planFile(job.folder)];
    case "resume":
      return ["resume", job.runId];
    case "retry":
      return ["dead-letters", "retry", job.runId, ...job.subtasks];
    default:
      return job satisfies never;
  }
}
