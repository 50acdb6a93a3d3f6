/** A run as a page of text: what it was for, how each subtask went, what it used. */

import { renderBytes } from "../base/bytes.ts";
import { renderDuration } from "../base/duration.ts";
import type { ErrorData } from "../base/errors.ts";
import { displayWidth, fitWidth, oneLine } from "../plan/text-width.ts";
import { runReasonText, subtaskReasonText } from "../projections/reasons.ts";
import type { RunResult, SubtaskResult } from "../projections/result.ts";
import { flowNotes } from "./flow-notes.ts";
import type { Colors } from "./io.ts";
import { signOf } from "./progress-text.ts";
import { count, localTime } from "./text.ts";

type Page = { readonly width: number; readonly colors: Colors };
type RunTimes = Pick<RunResult, "startedAt" | "finishedAt">;

const MAX_COLUMN = 28;

/** All but the output. */
export function renderRun(result: RunResult, page: Page): string[] {
  return [
    ...renderHead(result, page),
    ...renderSubtasks(result, page),
    ...result.flags.flatMap(({ message }) => [
      "",
      page.colors.yellow(`degraded: ${oneLine(message)}`),
    ]),
    ...(isToldBelow(result) ? [] : ["", ...errorLines(result.error, page)]),
  ];
}

function renderHead(result: RunResult, { colors }: Page): string[] {
  const { runId, goal, status, reason, startedAt } = result;
  const took = durationOf(result);
  const state = paintStatus(status, colors)(statusText(status, reason));
  const facts = [
    ["Run", runId],
    ["Status", took === "" ? state : `${state} after ${took}`],
    ["Started", startedAt === null ? "" : localTime(startedAt)],
    ["Used", usageText(result)],
  ] as const;
  return [
    colors.bold(oneLine(goal)),
    ...facts.flatMap(([name, value]) => (value === "" ? [] : [`${name.padEnd(8)} ${value}`])),
  ];
}

function renderSubtasks(result: RunResult, page: Page): string[] {
  if (result.plan === null) return [];
  const byId = new Map(result.subtasks.map((subtask) => [subtask.id, subtask]));
  const columns = {
    id: columnOf(result.subtasks.map(({ id }) => id)),
    tool: columnOf(result.subtasks.map(({ tool }) => tool)),
  };
  return result.plan.batches.flatMap((batch, number) => [
    "",
    page.colors.bold(`Batch ${number + 1}`) +
      (batch.length > 1 ? `  (${batch.length} side by side)` : ""),
    ...batch.flatMap((id) => {
      const subtask = byId.get(id);
      return subtask === undefined ? [] : subtaskLines(subtask, columns, page);
    }),
  ]);
}

function subtaskLines(
  subtask: SubtaskResult,
  columns: { readonly id: number; readonly tool: number },
  page: Page,
): string[] {
  const { id, tool, status, attempts, reason, cause, error, outputBytes } = subtask;
  const { colors } = page;
  const cells = [
    `${signOf(status, colors)} ${fitWidth(id, columns.id, "pad")}`,
    colors.dim(fitWidth(tool, columns.tool, "pad")),
    status.padEnd("succeeded".length),
    ...[durationOf(subtask)].filter((text) => text !== ""),
    ...(attempts > 1 ? [`(${attempts} attempts)`] : []),
    ...(outputBytes === undefined ? [] : [colors.dim(renderBytes(outputBytes))]),
  ];
  // The error says it better.
  const why =
    reason === undefined || reason === "failed" ? "" : subtaskReasonText(reason, cause ?? null);
  return [
    `${cells.join("  ").trimEnd()}${why === "" ? "" : `: ${why}`}`,
    ...flowNotes(subtask).map((note) => `  ${colors.dim(note)}`),
    ...errorLines(error, page).map((line) => `  ${line}`),
  ];
}

function errorLines(error: ErrorData | undefined, { colors }: Page): string[] {
  if (error === undefined) return [];
  const { message, hint } = error;
  return [
    `${colors.red("error:")} ${oneLine(message)}`,
    ...(hint === undefined ? [] : [`${colors.cyan("hint:")} ${oneLine(hint)}`]),
  ];
}

/** The run's error is mostly that of a subtask. */
function isToldBelow({ error, subtasks }: RunResult): boolean {
  return (
    error === undefined || subtasks.some((subtask) => subtask.error?.message === error.message)
  );
}

/** `failed: the time was up` */
export function statusText(
  status: RunResult["status"],
  reason?: RunResult["reason"] | null,
): string {
  const isPlain = reason === undefined || reason === null || reason === "requested";
  return isPlain ? status : `${status}: ${runReasonText(reason)}`;
}

export function paintStatus(status: RunResult["status"], colors: Colors): (text: string) => string {
  switch (status) {
    case "succeeded":
      return colors.green;
    case "failed":
      return colors.red;
    case "degraded":
    case "paused":
    case "waiting":
      return colors.yellow;
    default:
      return (text) => text;
  }
}

/** From start to end; empty while there is none. */
export function durationOf({ startedAt, finishedAt }: RunTimes): string {
  return startedAt === null || finishedAt === null ? "" : renderDuration(finishedAt - startedAt);
}

function usageText({ usage }: RunResult): string {
  const { toolCalls, modelCalls, inputTokens, outputTokens, usd } = usage;
  const ofModel = [
    count(modelCalls, "model call"),
    `${count(inputTokens, "token")} in`,
    `${count(outputTokens, "token")} out`,
    usd === null ? "price unknown" : `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`,
  ];
  return [count(toolCalls, "tool call"), ...(modelCalls > 0 ? ofModel : [])].join(", ");
}

function columnOf(texts: readonly string[]): number {
  return texts.reduce(
    (width, text) => Math.max(width, Math.min(MAX_COLUMN, displayWidth(text))),
    0,
  );
}
