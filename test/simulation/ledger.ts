/**
 * What one run's events say, followed by a second, dumber machine than the core's: it knows
 * no gates and no effects, only what has happened.
 */

import type { RunEvent } from "../../src/executor/core/event.ts";
import { evolve } from "../../src/executor/core/evolve.ts";
import type { Budget } from "../../src/executor/core/settings.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import type { Plan, Subtask } from "../../src/plan/schema.ts";
import type { RunScript, ToolScript } from "./scenario.ts";

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
  approved: { readonly revision: number; readonly input: string } | null;
  isDeadLetter: boolean;
  /** Nobody knows whether its effect happened, and nobody has been told yet. */
  isUncertain: boolean;
  /** Starts of others while it was ready. */
  passedOver: number;
  reason: string | null;
};

export class RunLedger {
  readonly script: RunScript;
  readonly tools: readonly ToolScript[];
  readonly events: RunEvent[] = [];
  /** The fold of what the journal stored. */
  readonly shadow: RunState;
  readonly subtasks = new Map<string, SubtaskRecord>();
  /** Of every attempt that started how often its subtask had been reset before; by `attemptName`. */
  readonly starts = new Map<string, number>();
  plan: Plan | null = null;
  revision = 0;
  budget: Budget | null = null;
  failures = 0;
  deadLetters = 0;
  toolCalls = 0;
  usd = 0;
  isPausing = false;
  isStopping = false;
  isFinished = false;
  /** Token of the newest lease. */
  token = 0;

  constructor(script: RunScript, tools: readonly ToolScript[]) {
    this.script = script;
    this.tools = tools;
    this.shadow = initialState(script.runId);
  }

  subtask(id: string): SubtaskRecord {
    let record = this.subtasks.get(id);
    if (record === undefined) {
      record = newRecord();
      this.subtasks.set(id, record);
    }
    return record;
  }

  /** As the run's plan has it. */
  planned(id: string): Subtask | undefined {
    return this.plan?.subtasks.find((subtask) => subtask.id === id);
  }

  get running(): number {
    let count = 0;
    for (const { status } of this.subtasks.values()) if (status === "running") count += 1;
    return count;
  }

  /** Another starts while this one is ready. @returns how often that was so */
  passOver(id: string): number {
    const record = this.subtask(id);
    record.passedOver += 1;
    return record.passedOver;
  }

  /** @param event as the journal stored it */
  follow(event: RunEvent): void {
    this.events.push(event);
    evolve(this.shadow, event);
    if ("subtask" in event) followSubtask(this.subtask(event.subtask), event);
    this.#followRun(event);
  }

  #followRun(event: RunEvent): void {
    switch (event.type) {
      case "run.started":
        this.budget = event.settings.budget;
        break;
      case "plan.drafted":
      case "plan.accepted":
        this.#followPlan(event);
        break;
      case "attempt.started":
        this.starts.set(
          attemptName(event.subtask, event.attempt),
          this.subtask(event.subtask).timesReset,
        );
        this.toolCalls += 1;
        this.usd += event.costUsd ?? 0;
        break;
      case "subtask.failed":
        this.failures += 1;
        break;
      case "dead_letter.added":
        this.deadLetters += 1;
        break;
      case "pause.requested":
        this.isPausing = true;
        break;
      case "run.resumed":
        this.isPausing = false;
        if (event.budget !== undefined) this.budget = event.budget;
        // Time in which nobody drove the run does not count.
        for (const record of this.subtasks.values()) {
          if (record.begunAt !== null) record.begunAt = event.at;
        }
        break;
      case "run.cancelled":
        this.isStopping = true;
        break;
      case "run.reopened":
        this.isPausing = false;
        this.isStopping = false;
        this.isFinished = false;
        break;
      case "subtasks.reset":
        for (const id of event.subtasks) resetRecord(this.subtask(id));
        break;
      case "run.completed":
        this.isFinished = true;
        break;
      default:
    }
  }

  #followPlan(event: Extract<RunEvent, { type: "plan.drafted" | "plan.accepted" }>): void {
    if (event.type === "plan.drafted") {
      const { plan } = event.added;
      const before = this.plan?.subtasks ?? [];
      this.plan = { ...plan, subtasks: [...before, ...plan.subtasks] };
      return;
    }
    const { plan, revision } = event.accepted;
    // What the whole plan has otherwise than its draft begins anew; and so does what needs it.
    for (const index of this.shadow.subtasks.keys()) {
      const id = plan.subtasks[index]?.id ?? "";
      const isNew = this.shadow.subtasks[index]?.status === "pending";
      if (isNew && this.subtasks.has(id)) this.subtask(id).status = "open";
    }
    this.plan = plan;
    this.revision = revision;
  }
}

export function attemptName(subtask: string, attempt: number): string {
  return `${subtask}#${attempt}`;
}

function newRecord(): SubtaskRecord {
  return {
    status: "open",
    attempt: 0,
    startedAt: 0,
    tool: "",
    retryAt: null,
    timesReset: 0,
    timesRedone: 0,
    timesReleased: 0,
    begunAt: null,
    asked: null,
    approved: null,
    isDeadLetter: false,
    isUncertain: false,
    passedOver: 0,
    reason: null,
  };
}

function resetRecord(record: SubtaskRecord): void {
  record.timesReset += 1;
  if (record.status === "succeeded") record.timesRedone += 1;
  Object.assign(record, { status: "open", retryAt: null, asked: null, approved: null });
  Object.assign(record, { isUncertain: false, reason: null, begunAt: null });
}

type SubtaskEvent = Extract<RunEvent, { readonly subtask: string }>;

function followSubtask(record: SubtaskRecord, event: SubtaskEvent): void {
  if (event.type.startsWith("subtask.")) record.retryAt = null;
  switch (event.type) {
    case "admission.requested":
      record.begunAt ??= event.at;
      break;
    case "attempt.started":
      record.begunAt ??= event.at;
      record.status = "running";
      record.attempt = event.attempt;
      record.startedAt = event.at;
      record.tool = event.tool;
      record.retryAt = null;
      record.passedOver = 0;
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
      record.status = "open";
      break;
    case "approval.requested":
      record.asked = {
        seq: event.seq,
        revision: event.revision,
        input: JSON.stringify(event.input),
        expiresAt: event.expiry?.at ?? Number.POSITIVE_INFINITY,
      };
      record.approved = null;
      record.begunAt = null;
      break;
    case "approval.decided": {
      const { asked } = record;
      if (event.decision !== "approved" || asked === null) break;
      const input = event.input === undefined ? asked.input : JSON.stringify(event.input);
      record.approved = { revision: asked.revision, input };
      break;
    }
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
      record.status = "succeeded";
      break;
    case "subtask.failed":
      record.status = "failed";
      record.reason = event.reason;
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
