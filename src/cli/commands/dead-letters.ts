/** Work that failed for good: look at it, try it again, or leave it. */

import { renderDuration } from "../../base/duration.ts";
import { inputError } from "../../base/errors.ts";
import { oneLine } from "../../plan/text-width.ts";
import type { DeadLetter } from "../../projections/dead-letters.ts";
import { subtaskReasonText } from "../../projections/reasons.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags, RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import { colorsFor, type Io, printJson, printLine, printText, widthOf } from "../io.ts";
import { openPlanwright, openWithoutModel } from "../settings.ts";
import { localTime } from "../text.ts";

/** List them, of all runs or of one. */
export async function listDeadLetters(
  runId: string | undefined,
  flags: ReadingFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const letters = await planwright.deadLetters(runId);
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
  const letters = await planwright.deadLetters(runId);
  const letter = letters.find((one) => one.subtask === subtask);
  if (letter === undefined) {
    const message = `The run ${runId} has no dead letter ${subtask}.`;
    throw inputError("dead_letter.unknown", message, "`planwright dead-letters list` lists them.");
  }
  if (flags.json) printJson(io.stdout, letter);
  else printText(io.stdout, renderLetter(letter, io).join("\n"));
  return 0;
}

/** Try them again, and all that follows from them. */
export async function retryDeadLetters(
  runId: string,
  subtasks: readonly string[],
  flags: RunFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openPlanwright(flags);
  const from = subtasks.length === 0 ? undefined : subtasks;
  return followRun({
    planwright,
    begin: (options) => planwright.retryDeadLetters(runId, { ...options, from }),
    flags,
    io,
  });
}

/** Leave one as it is. */
export async function discardDeadLetter(
  runId: string,
  subtask: string,
  flags: ReadingFlags & { readonly reason: string },
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  await planwright.discardDeadLetter(runId, subtask, flags.reason);
  if (flags.json) printJson(io.stdout, { runId, subtask, discarded: true });
  else printLine(io.stderr, `The dead letter ${subtask} of ${runId} is discarded.`);
  return 0;
}

function renderLetter(letter: DeadLetter, io: Io): string[] {
  const { bold, red, cyan, dim } = colorsFor(io.stdout);
  const { runId, goal, subtask, tool, reason, error, at, attempts, input } = letter;
  return [
    bold(`${subtask}  ${tool}`),
    `Run      ${runId}: ${oneLine(goal)}`,
    `Since    ${localTime(at)}`,
    `Why      ${subtaskReasonText(reason, null)}`,
    `${red("error:")} ${oneLine(error.message)}`,
    ...(error.hint === undefined ? [] : [`${cyan("hint:")} ${oneLine(error.hint)}`]),
    ...listOf("Reads", letter.upstream),
    ...listOf("Skipped", letter.skipped),
    "",
    ...attempts.map(({ attempt, tool: by, startedAt, endedAt, error: said }) => {
      const took = endedAt === null ? "no end known" : renderDuration(endedAt - startedAt);
      return `attempt ${attempt}  ${by}  ${localTime(startedAt)}  ${took}  ${dim(oneLine(said?.message ?? ""))}`.trimEnd();
    }),
    "",
    `Input    ${input === null ? "cannot be computed" : JSON.stringify(input, null, 2)}`,
  ];
}

function listOf(name: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`${name.padEnd(8)} ${ids.join(", ")}`];
}
