/** Work that failed for good: look at it, and decide about it. */

import { inputError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { oneLine } from "../../plan/text-width.ts";
import type { DeadLetterFilter } from "../../projections/dead-letters.ts";
import { renderColumns } from "../columns.ts";
import { renderLetter } from "../dead-letter-text.ts";
import { followDecisions } from "../decisions.ts";
import type { ReadingFlags, RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import { type Io, printJson, printLine, printText, widthOf } from "../io.ts";
import { exitCodeOfRun } from "../run-ending.ts";
import { openPlanwright, openWithoutModel } from "../settings.ts";
import { count, localTime } from "../text.ts";

type Reason = NonNullable<DeadLetterFilter["reason"]>;

type FilterFlags = {
  readonly run?: string;
  readonly tool?: string;
  readonly code?: string;
  /** Milliseconds before now. */
  readonly since?: number;
};

export type ListFlags = ReadingFlags & FilterFlags & { readonly reason?: Reason };

export type RetryFlags = RunFlags &
  FilterFlags & { readonly reason?: Reason; readonly all?: boolean };

export type ResolveFlags = RunFlags & {
  readonly output: string;
  readonly by?: string;
  readonly note?: string;
};

export type DiscardFlags = ReadingFlags &
  FilterFlags & {
    /** Why it is discarded. */
    readonly reason: string;
    readonly ofReason?: Reason;
    readonly all?: boolean;
  };

/** List them, of all runs or of one. */
export async function listDeadLetters(
  runId: string | undefined,
  flags: ListFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const filter = filterOf(flags, flags.reason);
  const letters = await planwright.deadLetters({ ...filter, runId: runId ?? filter.runId });
  if (flags.json) printJson(io.stdout, letters);
  else if (letters.length === 0) printLine(io.stderr, "There are no dead letters.");
  else {
    const rows = letters.map(({ runId: run, subtask, tool, at, error }) => {
      return [run, subtask, tool, localTime(at), oneLine(error.message)];
    });
    const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
    const head = ["run", "subtask", "tool", "when", "error"];
    for (const line of renderColumns([head, ...rows], width)) printLine(io.stdout, line);
  }
  return 0;
}

/** Show all that is known of one. */
export async function showDeadLetter(
  runId: string,
  subtask: string,
  flags: ReadingFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const letters = await planwright.deadLetters({ runId });
  const letter = letters.find((one) => one.subtask === subtask);
  if (letter === undefined) {
    const message = `The run ${runId} has no dead letter ${subtask}.`;
    throw inputError("dead_letter.unknown", message, "`planwright dead-letters list` lists them.");
  }
  if (flags.json) printJson(io.stdout, letter);
  else printText(io.stdout, renderLetter(letter, io.stdout).join("\n"));
  return 0;
}

/** Try them again, and all that follows from them. */
export async function retryDeadLetters(
  runId: string | undefined,
  subtasks: readonly string[],
  flags: RetryFlags,
  io: Io,
): Promise<number> {
  if (flags.all) return retryAll(runId, flags, io);
  const run = requireRun(runId, flags, flags.reason);
  await using planwright = await openPlanwright(flags);
  const from = subtasks.length === 0 ? undefined : subtasks;
  return followRun({
    planwright,
    begin: (options) => planwright.retryDeadLetters(run, { ...options, from }),
    flags,
    io,
  });
}

async function retryAll(runId: string | undefined, flags: RetryFlags, io: Io): Promise<number> {
  requireNoRun(runId);
  await using planwright = await openPlanwright(flags);
  const filter = filterOf(flags, flags.reason);
  const code = await followDecisions({
    begin: (listener) => planwright.retryAllDeadLetters(filter, { listener }),
    what: "retried",
    codeOf: (result) => exitCodeOfRun(result, flags, undefined),
    flags,
    io,
  });
  if (filter.reason === undefined && !flags.json) {
    const left = await planwright.deadLetters({ ...filter, reason: "interrupted" });
    if (left.length > 0) {
      const them = count(left.length, "interrupted dead letter");
      const why =
        "their effects may have happened: resolve them, or retry with --reason interrupted";
      printLine(io.stderr, `${them} left alone; ${why}`);
    }
  }
  return code;
}

/** Say what one came to. */
export async function resolveDeadLetter(
  runId: string,
  subtask: string,
  flags: ResolveFlags,
  io: Io,
): Promise<number> {
  const { by, note } = flags;
  const output = readOutput(flags.output);
  await using planwright = await openPlanwright(flags);
  return followRun({
    planwright,
    begin: (options) =>
      planwright.resolveDeadLetter(runId, subtask, { ...options, output, by, note }),
    flags,
    io,
  });
}

/** Leave one as it is, or all. */
export async function discardDeadLetters(
  runId: string | undefined,
  subtask: string | undefined,
  flags: DiscardFlags,
  io: Io,
): Promise<number> {
  if (flags.all) return discardAll(runId, flags, io);
  const run = requireRun(runId, flags, flags.ofReason);
  if (subtask === undefined) {
    const message = "The subtask is missing.";
    throw inputError(
      "input.missing",
      message,
      `\`planwright dead-letters list ${run}\` lists them.`,
    );
  }
  await using planwright = await openWithoutModel(flags);
  await planwright.discardDeadLetter(run, subtask, flags.reason);
  if (flags.json) printJson(io.stdout, { runId: run, subtask, discarded: true });
  else printLine(io.stderr, `The dead letter ${subtask} of ${run} is discarded.`);
  return 0;
}

async function discardAll(runId: string | undefined, flags: DiscardFlags, io: Io): Promise<number> {
  requireNoRun(runId);
  await using planwright = await openWithoutModel(flags);
  const filter = filterOf(flags, flags.ofReason);
  return followDecisions({
    begin: () => planwright.discardAllDeadLetters(filter, flags.reason),
    what: "discarded",
    // That the run failed is known; what was asked for is done.
    codeOf: () => 0,
    flags,
    io,
  });
}

function filterOf({ run, tool, code, since }: FilterFlags, reason?: Reason): DeadLetterFilter {
  const ago = since === undefined ? undefined : Date.now() - since;
  return { runId: run, tool, code, since: ago, reason };
}

/** @throws {InputError} `input.missing`, `input.invalid` */
function requireRun(runId: string | undefined, flags: FilterFlags, reason?: Reason): string {
  const narrowed = Object.values(filterOf(flags, reason)).some((value) => value !== undefined);
  if (runId !== undefined && !narrowed) return runId;
  if (runId === undefined) {
    throw inputError("input.missing", "The run is missing.", "Name a run, or write --all.");
  }
  const hint = "Write --all instead of the run; --run narrows it to one.";
  throw inputError("input.invalid", "A filter is given, and a run.", hint);
}

/** @throws {InputError} `input.invalid` */
function requireNoRun(runId: string | undefined): void {
  if (runId === undefined) return;
  const hint = `Write --run ${runId} to narrow it to this run, or leave --all out.`;
  throw inputError("input.invalid", "--all is given, and a run.", hint);
}

function readOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const hint = 'Write e.g. {"paid": 5}, or "text" with its quotes.';
    throw inputError("input.invalid", "--output is no JSON.", hint, "output");
  }
}
