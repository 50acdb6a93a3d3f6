/**
 * Progress: how far a run is, for somebody who watches it. Data without colour or cursor;
 * who shows it decides about those.
 */

import type { RunState, SubtaskState } from "../executor/core/state.ts";
import { isFinal, type RunStatus, type SubtaskStatus } from "../executor/core/status.ts";
import { subtaskReasonText } from "./reasons.ts";

/** What an attempt says of itself while it runs; not journaled. */
export type ProgressNote = {
  /** 0 to 1. */
  readonly fraction: number;
  readonly note: string;
};

export type ProgressRow = {
  readonly id: string;
  readonly tool: string;
  readonly status: SubtaskStatus;
  /** From 1; 0 before the first. */
  readonly attempt: number;
  /** Since its first attempt; null before. */
  readonly elapsedMs: number | null;
  /** What it does, or why it ended as it did; empty when there is nothing to say. */
  readonly note: string;
};

export type ProgressView = {
  readonly runId: string;
  readonly goal: string;
  readonly status: RunStatus;
  /** What is thought about beside the subtasks; left out for nothing. */
  readonly thinks?: "judging" | "replanning";
  readonly elapsedMs: number;
  readonly total: number;
  readonly counts: Readonly<Record<SubtaskStatus, number>>;
  /** In plan order. */
  readonly rows: readonly ProgressRow[];
  /** Subtasks for which there was no room. */
  readonly hidden: number;
};

/** Who gets a row when there is not room for all. */
const IMPORTANCE: readonly SubtaskStatus[] = [
  "running",
  "failed",
  "waiting",
  "cancelled",
  "pending",
  "skipped",
  "succeeded",
];

/**
 * The run as it stands now.
 *
 * @param notes the newest note of each running subtask
 * @param now milliseconds since the epoch
 * @param maxRows more subtasks are folded: those that run or failed stay
 */
export function progressView(
  state: RunState,
  notes: ReadonlyMap<string, ProgressNote>,
  now: number,
  maxRows: number,
): ProgressView {
  // Items are told of by the subtask that has them.
  const subtasks = state.subtasks.slice(0, state.accepted?.plan.subtasks.length ?? 0);
  const shown = chooseRows(subtasks, maxRows);
  return {
    runId: state.runId,
    goal: state.goal,
    status: state.status,
    ...thinksOf(state),
    elapsedMs: Math.max(0, (state.finishedAt ?? now) - (state.startedAt ?? now)),
    total: subtasks.length,
    counts: countStatuses(subtasks),
    rows: shown.flatMap((index) => rowOf(state, index, notes, now)),
    hidden: subtasks.length - shown.length,
  };
}

function thinksOf({ status, review }: RunState): Pick<ProgressView, "thinks"> {
  if (status !== "running") return {};
  if (review.replanning !== null) return { thinks: "replanning" };
  return review.evaluating === null ? {} : { thinks: "judging" };
}

/** How many subtasks have each status. */
function countStatuses(
  subtasks: readonly { readonly status: SubtaskStatus }[],
): Record<SubtaskStatus, number> {
  const counts = {
    pending: 0,
    waiting: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  };
  for (const { status } of subtasks) counts[status] += 1;
  return counts;
}

/** One pass whatever the plan's size: this is called ten times a second. */
function chooseRows(subtasks: readonly SubtaskState[], maxRows: number): number[] {
  if (subtasks.length <= maxRows) return [...subtasks.keys()];
  const byStatus = new Map<SubtaskStatus, number[]>(IMPORTANCE.map((status) => [status, []]));
  for (const [index, { status }] of subtasks.entries()) {
    const same = byStatus.get(status);
    if (same !== undefined && same.length < maxRows) same.push(index);
  }
  const chosen = [...byStatus.values()].flat().slice(0, maxRows);
  return chosen.sort((a, b) => a - b);
}

function rowOf(
  state: RunState,
  index: number,
  notes: ReadonlyMap<string, ProgressNote>,
  now: number,
): ProgressRow[] {
  const subtask = state.subtasks[index];
  const planned = state.accepted?.plan.subtasks[index];
  if (subtask === undefined || planned === undefined) return [];
  const { status, attempts, startedAt, finishedAt, items } = subtask;
  return [
    {
      id: planned.id,
      tool: planned.tool,
      status: items !== null && status === "waiting" ? "running" : status,
      attempt: attempts,
      elapsedMs: startedAt === null ? null : Math.max(0, (finishedAt ?? now) - startedAt),
      note: items === null ? noteOf(subtask, notes.get(planned.id)) : itemsNote(state, subtask),
    },
  ];
}

function noteOf(subtask: SubtaskState, progress: ProgressNote | undefined): string {
  const { status, reason, cause, error } = subtask;
  if (status === "running") return progress === undefined ? "" : progressText(progress);
  if (!isFinal(status)) return error?.message ?? reviewNote(subtask);
  if (error !== null) return error.message;
  return reason === null ? "" : subtaskReasonText(reason, cause);
}

function reviewNote({ review }: SubtaskState): string {
  if (review === null || review.phase === "ended") return "";
  return review.phase === "evaluating" ? "is judged" : "too poor; the plan is revised";
}

/** How far the items are. */
function itemsNote({ subtasks }: RunState, subtask: SubtaskState): string {
  const { first = 0, count = 0, failed = 0 } = subtask.items ?? {};
  const ended = subtasks.slice(first, first + count).filter(({ status }) => isFinal(status)).length;
  const failures = failed === 0 ? "" : `, ${failed} failed`;
  return `${ended} of ${count} items${failures}`;
}

function progressText({ fraction, note }: ProgressNote): string {
  const percent = fraction > 0 ? `${Math.floor(fraction * 100)} %` : "";
  return [percent, note].filter((part) => part !== "").join(" ");
}
