/** Decisions about the dead letters of several runs: told one by one, what failed at the end. */

import { CODES, type ErrorData, toErrorData } from "../base/errors.ts";
import type { DecidedBatch, DecidedRun } from "../planwright.ts";
import type { RunResult } from "../projections/result.ts";
import type { RunListener } from "../run.ts";
import { printError } from "./failure.ts";
import type { RunFlags } from "./flags.ts";
import { type Io, printJson, printLine } from "./io.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { count } from "./text.ts";

type Decisions = {
  readonly begin: (listener: RunListener) => AsyncIterable<DecidedRun | DecidedBatch>;
  /** What is done with them, as one word: `retried`. */
  readonly what: string;
  /** What the process exits with because of a run. */
  readonly codeOf: (result: RunResult) => number;
  readonly flags: Pick<RunFlags, "json" | "quiet" | "events">;
  readonly io: Io;
};

/** What became of one run, or of one batch. */
type Told = (Pick<DecidedRun, "runId" | "subtasks"> | Pick<DecidedBatch, "batchId" | "items">) &
  (Pick<RunResult, "status" | "reason"> | { readonly error: ErrorData });

type Heard = { readonly told: Told; readonly code: number; readonly bySignal?: number | undefined };

/**
 * Go through all runs and batches, whatever becomes of each. Ctrl-C stops after the present one.
 * @returns the exit code: 1 when one could not be decided about, else the first that is not 0
 */
export async function followDecisions(decisions: Decisions): Promise<number> {
  const { begin, what, flags, io } = decisions;
  const told: Told[] = [];
  const say = (line: string) => {
    if (!flags.json && !flags.quiet) printLine(io.stderr, line);
  };
  let code = 0;
  let bySignal: number | undefined;
  const listener: RunListener = {
    events: (events) => {
      if (flags.events) for (const one of events) printLine(io.stdout, JSON.stringify(one));
    },
  };
  for await (const one of begin(listener)) {
    const heard = "run" in one ? await hearRun(one, decisions, say) : await hearBatch(one);
    told.push(heard.told);
    if ("status" in heard.told) say(`${lineOf(heard.told, what)}; ${heard.told.status}`);
    code ||= heard.code;
    bySignal = heard.bySignal;
    if (bySignal !== undefined) break;
  }
  const error = undecided(told, what);
  if (flags.json) printTold(told, error, io);
  else if (told.length === 0) say("There are no dead letters.");
  else printFailures(told, error, io);
  return bySignal ?? (error ? CODES[error.code].exitCode : code);
}

async function hearRun(
  { runId, subtasks, run }: DecidedRun,
  { codeOf }: Decisions,
  say: (line: string) => void,
): Promise<Heard> {
  using signals = stopOnSignals(run, say);
  const ended = await run.result().catch((error: unknown) => ({ error: toErrorData(error) }));
  const bySignal = signals.exitCode;
  if (!("runId" in ended)) {
    return { told: { runId, subtasks, error: ended.error }, code: 0, bySignal };
  }
  const { status, reason } = ended;
  const told = { runId, subtasks, status, ...(reason !== undefined && { reason }) };
  return { told, code: codeOf(ended), bySignal };
}

async function hearBatch({ batchId, items, result }: DecidedBatch): Promise<Heard> {
  const told = await result.then(
    ({ status }) => ({ batchId, items, status }),
    (error: unknown) => ({ batchId, items, error: toErrorData(error) }),
  );
  return { told, code: 0 };
}

/** `RUN: retried rent` */
function lineOf(told: Told, what: string): string {
  const list = "runId" in told ? told.subtasks : told.items.map((item) => `item ${item}`);
  return `${idOf(told)}: ${what} ${list.join(", ")}`;
}

function idOf(told: Told): string {
  return "runId" in told ? told.runId : told.batchId;
}

function undecided(told: readonly Told[], what: string): ErrorData | undefined {
  const failed = told.filter((one) => "error" in one).length;
  if (failed === 0) return undefined;
  const nouns = told.every((one) => "runId" in one)
    ? ["run"]
    : ["run or batch", "runs and batches"];
  const [noun = "run", plural] = nouns;
  return {
    code: "dead_letter.undecided",
    message: `The dead letters of ${failed} of ${count(told.length, noun, plural)} are not ${what}.`,
    hint: "The same command again does what is left.",
  };
}

function printTold(told: readonly Told[], error: ErrorData | undefined, io: Io): void {
  const runs = told.filter((one) => "runId" in one);
  const batches = told.filter((one) => "batchId" in one);
  printJson(io.stdout, {
    runs,
    ...(batches.length > 0 && { batches }),
    ...(error && { error }),
  });
}

function printFailures(told: readonly Told[], error: ErrorData | undefined, io: Io): void {
  for (const one of told) if ("error" in one) printError(io, one.error, idOf(one));
  if (error !== undefined) printError(io, error);
}
