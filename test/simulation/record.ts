/** What the events say about one subtask, or one item of a subtask that fans out. */

import type { Json, JsonObject } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import type { EventOf } from "./rule.ts";

type SubtaskEvent = Extract<RunEvent, { readonly subtask: string }>;

/** What one iteration of a subtask that is refined came to. */
type IterationRecord = {
  readonly output: Json;
  /** Null until it was checked. */
  readonly check: Pick<EventOf<"iteration.checked">, "isAccepted" | "score" | "feedback"> | null;
};

export type SubtaskRecord = {
  status: "open" | "running" | "succeeded" | "failed" | "skipped" | "cancelled";
  /** The newest attempt. */
  attempt: number;
  /** When the newest attempt started, by the wall clock. */
  startedAt: number;
  tool: string;
  retryAt: number | null;
  /** How often somebody wanted it again; and after a success. */
  timesReset: number;
  timesRedone: number;
  /** How often somebody decided that its effect may be had by another. */
  timesReleased: number;
  /** By what keys plans have named its effect. */
  readonly effectKeys: Set<string>;
  /** When it began to do anything, or to wait for its place; null before that. */
  begunAt: number | null;
  /** What a person was last asked about, and the input that it may start with. */
  asked: {
    readonly seq: number;
    readonly revision: number;
    readonly input: string;
    /** When a decision that was made beforehand stands; Infinity for never. */
    readonly expiresAt: number;
  } | null;
  approved: {
    readonly revision: number;
    readonly input: string;
    readonly isEdited: boolean;
  } | null;
  isDeadLetter: boolean;
  /** Whether somebody has said what it came to. */
  isResolved: boolean;
  /** Nobody knows whether its effect happened, and nobody has been told yet. */
  isUncertain: boolean;
  /** Starts of others while it was ready. */
  passedOver: number;
  reason: string | null;
  output: Json;
  error: { readonly code: string; readonly message: string } | null;
  /** What it is about, of an item; null before it has said so. */
  element: string | null;
  /** Whether somebody wanted just this item again. */
  isRetried: boolean;
  /** Whether it has done, or asked for, anything. */
  hasBegun: boolean;
  /** Whether an attempt of it has started. */
  hasStarted: boolean;
  /** Of how many items it is; null before it has fanned out. */
  count: number | null;
  /** The branch that it has chosen, and how often it has chosen since it last began. */
  branch: string | null;
  decisions: number;
  /** When the first of what it joins began, or the newest resume; or itself, where that came later. */
  joinsSince: number | null;
  /** What each that it joins had given when it went on; null before that. */
  joined: Readonly<Record<string, Json>> | null;
  /** Of these the ones that it went on without. */
  without: readonly string[];
  /** Since when its time counted before; a ring for one of these is stale. */
  readonly joinedSince: number[];
  iterations: IterationRecord[];
};

/** What begins anew when somebody wants it again. */
function anew() {
  return {
    status: "open" as const,
    retryAt: null,
    begunAt: null,
    asked: null,
    approved: null,
    isUncertain: false,
    isResolved: false,
    reason: null,
    output: null,
    error: null,
    isRetried: false,
    hasBegun: false,
    hasStarted: false,
    count: null,
    branch: null,
    decisions: 0,
    joinsSince: null,
    joined: null,
    without: [],
    iterations: [],
  };
}

export function newRecord(): SubtaskRecord {
  return {
    ...anew(),
    attempt: 0,
    startedAt: 0,
    tool: "",
    timesReset: 0,
    timesRedone: 0,
    timesReleased: 0,
    effectKeys: new Set(),
    isDeadLetter: false,
    element: null,
    passedOver: 0,
    joinedSince: [],
  };
}

/** @param attempt the newest that anything of its name has had */
export function beginAnew(record: SubtaskRecord, attempt: number): void {
  Object.assign(record, anew(), { attempt });
}

/** Whether nothing of it can change by itself. */
export function isFinal({ status }: Pick<SubtaskRecord, "status">): boolean {
  return status !== "open" && status !== "running";
}

export function followSubtask(record: SubtaskRecord, event: SubtaskEvent): void {
  if (event.type.startsWith("subtask.")) record.retryAt = null;
  switch (event.type) {
    case "items.expanded":
      record.hasBegun = true;
      record.count = event.count;
      break;
    case "items.collected":
    case "iterations.ended":
    case "output.kept":
      record.status = "succeeded";
      break;
    case "admission.requested":
      record.hasBegun = true;
      record.begunAt ??= event.at;
      break;
    case "attempt.started":
      followStart(record, event);
      break;
    case "attempt.failed":
      record.status = "open";
      record.retryAt = event.retryAt ?? null;
      break;
    case "retry.due":
      record.retryAt = null;
      break;
    case "attempt.uncertain":
      record.status = "open";
      record.isUncertain = !event.rerun;
      break;
    case "attempt.cancelled":
    case "output.produced":
      record.status = "open";
      break;
    case "iteration.produced":
      record.status = "open";
      Object.assign(record, { asked: null, approved: null });
      record.iterations.push({ output: event.output, check: null });
      break;
    case "iteration.checked": {
      const { isAccepted, score, feedback } = event;
      record.status = "open";
      Object.assign(record, { asked: null, approved: null });
      const { output = null } = record.iterations.pop() ?? {};
      record.iterations.push({ output, check: { isAccepted, score, feedback } });
      break;
    }
    case "route.decided":
      record.branch = event.branch;
      record.decisions += 1;
      break;
    case "approval.requested":
      record.hasBegun = true;
      record.asked = {
        seq: event.seq,
        revision: event.revision,
        input: JSON.stringify(event.input),
        expiresAt: event.expiry?.at ?? Number.POSITIVE_INFINITY,
      };
      record.approved = null;
      record.begunAt = null;
      break;
    case "approval.decided":
      followDecision(record, event);
      break;
    case "dead_letter.added":
      record.isDeadLetter = true;
      record.isUncertain = false;
      break;
    case "dead_letter.resolved":
      record.isDeadLetter = false;
      if (event.resolution === "discarded") record.timesReleased += 1;
      break;
    case "subtask.resolved":
    case "subtask.succeeded":
      record.isResolved = event.type === "subtask.resolved";
      record.status = "succeeded";
      record.output = event.output;
      break;
    case "subtask.failed":
      record.status = "failed";
      record.reason = event.reason;
      record.error = { code: event.error.code, message: event.error.message };
      break;
    case "subtask.skipped":
      record.status = "skipped";
      record.reason = event.reason;
      break;
    case "subtask.cancelled":
      record.status = "cancelled";
      record.reason = event.reason;
      break;
    default:
  }
}

function followStart(record: SubtaskRecord, event: EventOf<"attempt.started">): void {
  record.hasBegun = true;
  record.hasStarted = true;
  record.begunAt ??= event.at;
  record.status = "running";
  record.attempt = event.attempt;
  record.startedAt = event.at;
  record.tool = event.tool;
  record.retryAt = null;
  record.passedOver = 0;
  record.decisions = 0;
  if (event.effectKey !== undefined) record.effectKeys.add(event.effectKey);
}

function followDecision(record: SubtaskRecord, event: EventOf<"approval.decided">): void {
  const { asked } = record;
  if (event.decision !== "approved" || asked === null) return;
  const input = event.input === undefined ? asked.input : JSON.stringify(event.input);
  record.approved = { revision: asked.revision, input, isEdited: event.input !== undefined };
}

/** The outputs of items in order, as the rule for failed ones has them. */
export function collected(
  items: readonly SubtaskRecord[],
  onItemError: "fail" | "skip" | "collect",
): Json {
  return items.flatMap(({ status, output, error }, index): (Json | JsonObject)[] => {
    if (onItemError !== "collect") return status === "succeeded" ? [output] : [];
    if (status === "succeeded") return [{ index, output }];
    return status === "failed" && error !== null ? [{ index, error }] : [];
  });
}
