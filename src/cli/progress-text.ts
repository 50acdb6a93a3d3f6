/** A run's progress as lines of a terminal. */

import { renderDuration } from "../base/duration.ts";
import { displayWidth, fitWidth, oneLine } from "../plan/text-width.ts";
import type { ProgressRow, ProgressView } from "../projections/progress.ts";
import type { Colors } from "./io.ts";

type Status = ProgressRow["status"];
type RunStatus = ProgressView["status"];

/** A sign that is one column wide everywhere, and readable without its colour. */
const SIGNS: Readonly<Record<Status, string>> = {
  pending: "·",
  waiting: "…",
  running: "▸",
  succeeded: "✓",
  failed: "✗",
  skipped: "-",
  cancelled: "⊘",
};

const MAX_COLUMN = 28;

/** The lines of a view: the goal, the subtasks, the counts. */
export function renderProgress(view: ProgressView, width: number, colors: Colors): string[] {
  const rows = view.rows.map((row) => ({ ...row, time: timeOf(row) }));
  const columns = {
    id: columnOf(rows.map(({ id }) => id)),
    tool: columnOf(rows.map(({ tool }) => tool)),
    time: columnOf(rows.map(({ time }) => time)),
  };
  const lines = rows.map((row) => {
    const sign = `${signOf(row.status, colors)} `;
    const cells = [
      fitWidth(row.id, columns.id, "pad"),
      colors.dim(fitWidth(row.tool, columns.tool, "pad")),
      fitWidth(row.time, columns.time, "pad"),
    ];
    const room = width - 2 - columns.id - columns.tool - columns.time - 6;
    const note = room > 3 ? fitWidth(oneLine(row.note), room) : "";
    const paint = row.status === "failed" ? colors.red : colors.dim;
    return `${sign}${cells.join("  ")}${note === "" ? "" : `  ${paint(note)}`}`.trimEnd();
  });
  return [colors.bold(fitWidth(oneLine(view.goal), width)), ...lines, footer(view, colors)];
}

/** The sign of a subtask's status, in its colour. */
export function signOf(status: Status, colors: Colors): string {
  return paintOf(status, colors)(SIGNS[status]);
}

function paintOf(status: Status, colors: Colors) {
  switch (status) {
    case "succeeded":
      return colors.green;
    case "failed":
      return colors.red;
    case "running":
      return colors.cyan;
    case "waiting":
      return colors.yellow;
    default:
      return colors.dim;
  }
}

/** Whole seconds while it runs, so that the screen changes once a second. */
function timeOf({ status, elapsedMs, attempt }: ProgressRow): string {
  if (elapsedMs === null) return "";
  const isOpen = status === "running" || status === "waiting";
  const time = isOpen ? seconds(elapsedMs) : renderDuration(elapsedMs);
  return attempt > 1 ? `${time} (attempt ${attempt})` : time;
}

function seconds(ms: number): string {
  if (ms >= 60_000) return renderDuration(ms);
  return ms < 1000 ? "" : `${Math.floor(ms / 1000)} s`;
}

function footer(view: ProgressView, colors: Colors): string {
  const { runId, counts, total, hidden, status, elapsedMs, thinks } = view;
  if (status === "planning") return colors.dim(["planning", seconds(elapsedMs)].join(" ").trim());
  const done = counts.succeeded + counts.failed + counts.skipped + counts.cancelled;
  const parts = [
    `${done}/${total} done`,
    ...(thinks === undefined ? [] : [thinks]),
    ...(["running", "waiting", "failed", "skipped", "cancelled"] as const).flatMap((name) =>
      counts[name] === 0 ? [] : [`${counts[name]} ${name}`],
    ),
    ...(hidden === 0 ? [] : [`${hidden} not shown`]),
    `run ${runId}`,
    ...(isOver(status) ? [] : [seconds(elapsedMs)].filter((text) => text !== "")),
  ];
  return colors.dim(parts.join(" · "));
}

function isOver(status: RunStatus): boolean {
  return status !== "running" && status !== "planning" && status !== "waiting";
}

function columnOf(texts: readonly string[]): number {
  const widest = texts.reduce((width, text) => Math.max(width, displayWidth(text)), 0);
  return Math.min(MAX_COLUMN, widest);
}
