/** What is said when a run has ended or stands still, and what the process exits with. */

import { CODES, type Issue } from "../base/errors.ts";
import { oneLine } from "../plan/text-width.ts";
import type { RunResult } from "../projections/result.ts";
import { renderAnswer } from "./answer.ts";
import { printApprovals } from "./approvals.ts";
import { printError, printIssues } from "./failure.ts";
import type { RunFlags } from "./flags.ts";
import { colorsFor, type Io, printLine, printText } from "./io.ts";
import { acceptCommand, decideCommand, resumeCommand, showCommand } from "./next-command.ts";
import { printQuestions } from "./questions.ts";
import { printReview } from "./review-text.ts";

/** When a person must say something first. */
export const WAITING = 5;
const OVER_BUDGET = 4;

/** The answer, on stdout. */
export async function printResult({ status, output }: RunResult, flags: RunFlags, io: Io) {
  if (flags.events || (status !== "succeeded" && status !== "degraded")) return;
  const answer = await renderAnswer(output);
  if (answer !== "") printText(io.stdout, answer);
}

/** Why there is no answer, or why it may be less than was asked for; on stderr. */
export function printEnding(
  result: RunResult,
  rejections: readonly Issue[],
  flags: RunFlags,
  io: Io,
): void {
  const color = colorsFor(io.stderr);
  const say = (line: string) => printLine(io.stderr, line);
  switch (result.status) {
    case "degraded":
      for (const { message } of result.flags) {
        say(`${color.yellow("degraded:")} ${oneLine(message)}`);
      }
      break;
    case "failed":
      if (rejections.length > 0) printIssues(io, rejections);
      else printFailures(result, io);
      if (flags.journal !== "memory:") {
        say(`${color.dim("more:")} ${showCommand(result.runId, flags)}`);
      }
      break;
    case "paused":
      say(`paused; to go on: ${resumeCommand(result.runId, flags)}`);
      break;
    case "waiting":
      if (result.reason === "budget_exceeded") {
        const isDay = result.subtasks.some((one) => one.error?.code === "budget.day_exceeded");
        if (isDay) {
          say(`the budget of the day is used up; tomorrow: ${resumeCommand(result.runId, flags)}`);
          break;
        }
        say(
          `the budget is used up; with more: ${resumeCommand(result.runId, flags, limitsOf(flags))}`,
        );
        break;
      }
      if (result.review !== undefined) {
        printReview(result.review, io);
        say(`${color.dim("more:")} ${showCommand(result.runId, flags)}`);
        say(`waiting; to take it all the same: ${acceptCommand(result.runId, flags)}`);
        break;
      }
      if (result.approvals !== undefined) {
        printApprovals(result.approvals, io);
        say(`waiting; to decide: ${decideCommand(result, flags)}`);
        break;
      }
      printQuestions(result.questions ?? [], io);
      say(`waiting; to answer: ${resumeCommand(result.runId, flags, answersOf(result))}`);
      break;
    case "cancelled":
      say("cancelled");
      break;
    default:
  }
}

function answersOf({ questions = [] }: RunResult): string[] {
  return questions.map(({ id }) => `--answer ${id}=…`);
}

/** The limits that were given, to be raised. */
function limitsOf({ maxUsd, maxTokens, maxToolCalls, maxModelCalls }: RunFlags): string[] {
  const limits = [
    ["--max-usd", maxUsd],
    ["--max-tokens", maxTokens],
    ["--max-tool-calls", maxToolCalls],
    ["--max-model-calls", maxModelCalls],
  ] as const;
  return limits.flatMap(([flag, limit]) => (limit === undefined ? [] : [`${flag} …`]));
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

/**
 * Of a run, or of a batch, which has a status alone.
 * @param bySignal what it exits with if a signal stopped it
 */
export function exitCodeOfRun(
  { status, reason, error }: Pick<RunResult, "status" | "reason" | "error">,
  { strict }: Pick<RunFlags, "strict">,
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
    case "waiting":
      return bySignal ?? (reason === "budget_exceeded" ? OVER_BUDGET : WAITING);
    default:
      return reason === "planning_failed" && error ? CODES[error.code].exitCode : 1;
  }
}
