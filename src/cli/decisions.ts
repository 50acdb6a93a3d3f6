/** Decisions about the dead letters of several runs: told run by run, what failed at the end. */

import { CODES, type ErrorData, toErrorData } from "../base/errors.ts";
import type { DecidedRun } from "../planwright.ts";
import type { RunResult } from "../projections/result.ts";
import type { RunListener } from "../run.ts";
import { printError } from "./failure.ts";
import type { RunFlags } from "./flags.ts";
import { type Io, printJson, printLine } from "./io.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { count } from "./text.ts";

type Decisions = {
  readonly begin: (listener: RunListener) => AsyncIterable<DecidedRun>;
  /** What is done with them, as one word: `retried`. */
  readonly what: string;
  /** What the process exits with because of a run. */
  readonly codeOf: (result: RunResult) => number;
  readonly flags: Pick<RunFlags, "json" | "quiet" | "events">;
  readonly io: Io;
};

/** What became of one run. */
type Told = Pick<DecidedRun, "runId" | "subtasks"> &
  (Pick<RunResult, "status" | "reason"> | { readonly error: ErrorData });

/**
 * Go through all runs, whatever becomes of each. Ctrl-C stops after the present one.
 * @returns the exit code: 1 when a run could not be decided about, else the first that is not 0
 */
export async function followDecisions(decisions: Decisions): Promise<number> {
  const { begin, what, codeOf, flags, io } = decisions;
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
  for await (const { runId, subtasks, run } of begin(listener)) {
    using signals = stopOnSignals(run, say);
    const ended = await run.result().catch((error: unknown) => ({ error: toErrorData(error) }));
    if ("runId" in ended) {
      const { status, reason } = ended;
      told.push({ runId, subtasks, status, ...(reason !== undefined && { reason }) });
      say(`${runId}: ${what} ${subtasks.join(", ")}; ${status}`);
      code ||= codeOf(ended);
    } else told.push({ runId, subtasks, error: ended.error });
    bySignal = signals.exitCode;
    if (bySignal !== undefined) break;
  }
  const error = undecided(told, what);
  if (flags.json) printJson(io.stdout, { runs: told, ...(error && { error }) });
  else if (told.length === 0) say("There are no dead letters.");
  else printFailures(told, error, io);
  return bySignal ?? (error ? CODES[error.code].exitCode : code);
}

function undecided(told: readonly Told[], what: string): ErrorData | undefined {
  const failed = told.filter((one) => "error" in one).length;
  if (failed === 0) return undefined;
  return {
    code: "dead_letter.undecided",
    message: `The dead letters of ${failed} of ${count(told.length, "run")} are not ${what}.`,
    hint: "The same command again does what is left.",
  };
}

function printFailures(told: readonly Told[], error: ErrorData | undefined, io: Io): void {
  for (const one of told) if ("error" in one) printError(io, one.error, one.runId);
  if (error !== undefined) printError(io, error);
}
