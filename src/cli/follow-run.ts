/** A run from its start to its end, as a person or a program at the command line sees it. */

import { CODES, type Issue } from "../base/errors.ts";
import type { RunResult } from "../projections/result.ts";
import type { Run, RunListener } from "../run.ts";
import { renderAnswer } from "./answer.ts";
import { printError, printIssues } from "./failure.ts";
import type { RunFlags } from "./flags.ts";
import { colorsFor, type Io, printJson, printLine, printText } from "./io.ts";
import { openWatch } from "./open-watch.ts";
import { resumeCommand } from "./resume-command.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { quietWatch, type Watch } from "./watch.ts";

type Following = {
  readonly begin: (options: { readonly listener: RunListener }) => Run;
  readonly flags: RunFlags;
  readonly io: Io;
  /** A line for the beginning. */
  readonly note?: string | undefined;
};

/**
 * Show a run while it goes on, then what it came to.
 * @returns the exit code
 * @throws {PlanwrightError} when it could not begin, or could not be stored any more
 */
export async function followRun({ begin, flags, io, note }: Following): Promise<number> {
  const watch = flags.quiet ? quietWatch(io.stderr) : await openWatch(io.stderr);
  const rejections: Issue[] = [];
  const run = begin({ listener: listenerFor(watch, { flags, io, note, rejections }) });
  using signals = stopOnSignals(run, watch.say);
  let result: RunResult;
  try {
    result = await run.result();
  } finally {
    watch.end();
  }
  if (flags.json) printJson(io.stdout, result);
  else await printResult(result, flags, io);
  printEnding(result, rejections, flags, io);
  return exitCodeOfRun(result, flags, signals.exitCode);
}

type Told = Pick<Following, "flags" | "io" | "note"> & { readonly rejections: Issue[] };

/** The watch's listener, which also hears what the ending has to tell. */
function listenerFor(watch: Watch, { flags, io, note, rejections }: Told): RunListener {
  let isFirst = true;
  return {
    ...watch.listener,
    events: (events, state) => {
      if (isFirst && note !== undefined && !flags.quiet) watch.say(note);
      isFirst = false;
      watch.listener.events?.(events, state);
      for (const event of events) {
        if (flags.events) printLine(io.stdout, JSON.stringify(event));
        if (event.type === "plan.rejected") rejections.push(...event.issues);
      }
    },
  };
}

async function printResult({ status, output }: RunResult, flags: RunFlags, io: Io) {
  if (flags.events || (status !== "succeeded" && status !== "degraded")) return;
  const answer = await renderAnswer(output);
  if (answer !== "") printText(io.stdout, answer);
}

/** Why there is no answer, or why it may be less than was asked for; on stderr. */
function printEnding(
  result: RunResult,
  rejections: readonly Issue[],
  flags: RunFlags,
  io: Io,
): void {
  const color = colorsFor(io.stderr);
  const say = (line: string) => printLine(io.stderr, line);
  switch (result.status) {
    case "degraded":
      for (const { message } of result.flags) say(`${color.yellow("degraded:")} ${message}`);
      break;
    case "failed":
      if (rejections.length > 0) printIssues(io, rejections);
      else printFailures(result, io);
      say(`${color.dim("more:")} planwright show ${result.runId}`);
      break;
    case "paused":
      say(`paused; to go on: ${resumeCommand(result.runId, flags)}`);
      break;
    case "cancelled":
      say("cancelled");
      break;
    default:
  }
}

/** The run's error, and those of other subtasks that failed. */
function printFailures({ error, subtasks }: RunResult, io: Io): void {
  const failed = subtasks.filter(({ status }) => status === "failed");
  for (const subtask of failed) {
    if (subtask.error !== undefined) printError(io, subtask.error, subtask.id);
  }
  const isTold = failed.some((subtask) => subtask.error?.message === error?.message);
  if (error !== undefined && !isTold) printError(io, error);
}

function exitCodeOfRun(
  { status, reason, error }: RunResult,
  { strict }: RunFlags,
  bySignal: number | undefined,
): number {
  switch (status) {
    case "succeeded":
      return 0;
    case "degraded":
      return strict ? 3 : 0;
    case "cancelled":
      return bySignal ?? 6;
    case "paused":
      // Somebody has to tell it to go on.
      return bySignal ?? 5;
    default:
      return reason === "planning_failed" && error ? CODES[error.code].exitCode : 1;
  }
}
