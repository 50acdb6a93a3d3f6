/**
 * Drivers: who performs the core's effects.
 *
 * The driver's duty in one sentence: events are durable before the effects that follow
 * from them are performed.
 *
 * A driver
 * 1. feeds inputs to `step` one at a time, each with the time at which it came;
 * 2. appends the events of every step to the journal, in order, all or none;
 * 3. performs the effects of a step after its events are durable, and never twice;
 * 4. answers every effect that wants an answer, however the work ends;
 * 5. has made durable, before an event, the large values that it refers to;
 * 6. stops at once, performing nothing more, when it cannot append: somebody else may own
 *    the run now.
 */

import type { AdmissionPolicy } from "../../base/admission.ts";
import type { Clock } from "../../base/clock.ts";
import type { Json } from "../../base/json.ts";
import type { Journal, Lease } from "../../journal/journal.ts";
import type { Model, Models } from "../../models/model.ts";
import type { Evaluation, EvaluationOrder } from "../../plan/evaluation.ts";
import type { Clarification } from "../../plan/question.ts";
import type { ToolRegistry, WorkflowOrder } from "../../tools/tool.ts";
import type { AcceptedPlan } from "../core/accepted-plan.ts";
import type { Usage } from "../core/consumption.ts";
import type { Effect, Notification } from "../core/effect.ts";
import type { RunEvent } from "../core/event.ts";
import type { RunInput } from "../core/input.ts";
import type { LargeValue } from "../core/large-value.ts";
import type { Budget, RunSettings } from "../core/settings.ts";
import type { RunState } from "../core/state.ts";

export interface PlanOrder {
  readonly goal: string;
  /** What the planner asked before, and the user said. */
  readonly clarifications: readonly Clarification[];
  readonly signal: AbortSignal;
  /** The model as this run may use it. */
  meter(model: Model): Model;
  /** Told of the plan so far, as often as it grows. */
  onDraft(draft: AcceptedPlan): void;
}

/** An output to be judged. */
export interface EvaluateOrder extends EvaluationOrder {
  readonly signal: AbortSignal;
  /** The model as this run may use it. */
  meter(model: Model): Model;
}

/** A plan to be made anew. */
export interface ReviseOrder
  extends Omit<Extract<Effect, { readonly type: "request_revision" }>, "type" | "request"> {
  readonly signal: AbortSignal;
  /** The model as this run may use it. */
  meter(model: Model): Model;
}

/** How an admitted call ended, as far as it tells whether what is behind its tool is up. */
export type PassageOutcome = "ok" | "failed" | "unknown";

export interface AdmissionOrder {
  readonly runId: string;
  readonly tool: string;
  /** What shares one breaker: the tool, or a part of what is behind it. */
  readonly circuit: string;
  readonly policy: AdmissionPolicy;
  /** Capacities of resource pools that are its step's own. */
  readonly pools?: { readonly [pool: string]: number } | undefined;
  onGrant(): void;
  /** Its breaker is open; it goes on waiting. @param until when a probe may pass */
  onDelay(until: number): void;
}

export type BreakerNews = Extract<
  News,
  { readonly type: "breaker_opened" } | { readonly type: "breaker_closed" }
>;

/** What all runs of a process share: asked before each call of a tool that has limits. */
export interface Governor {
  /** @returns the ticket, to be released however it ends */
  request(order: AdmissionOrder): string;
  /** The call has ended, or is not wanted any more. */
  release(ticket: string, outcome: PassageOutcome): void;
  /** @returns how to stop watching */
  watch(watcher: (news: BreakerNews) => void): () => void;
}

/** A run inside an attempt of another. */
export interface InnerOrder extends WorkflowOrder {
  /** The run and the subtask inside which it is. */
  readonly parent: { readonly runId: string; readonly subtask: string };
  /** The same for every attempt that shall go on with the same run. */
  readonly key: string;
  /** As the parent has them. */
  readonly settings: RunSettings;
  /** What the parent may still use; null for as much as it wants. */
  readonly left: Budget | null;
  /** Those of the parent, within its budget. */
  readonly models: Models | undefined;
  readonly modelNamed: ((name: string) => Model) | undefined;
  /** Aborted when it shall stand still. */
  readonly pausing: AbortSignal;
  /** Aborted when it shall end. */
  readonly cancelling: AbortSignal;
  log(message: string): void;
  progress(fraction: number, note: string): void;
}

/** Where an inner run has come to: to its end, or it stands still. */
export type InnerEnd = {
  readonly state: RunState;
  /** What it gave, in full. */
  output(): Json;
  /** What it used that its parent has not counted. */
  readonly usage: Usage;
};

/** What a run's attempts may reach. */
export interface World {
  readonly tools: ToolRegistry;
  /** `undefined` when no model is configured. */
  readonly models: Models | undefined;
  /**
   * A model by its name, also where none is configured.
   * @throws {InputError} `model.unknown`, `model.key_missing`, `model.price_unknown`
   */
  readonly modelNamed?: ((name: string) => Model) | undefined;
  /** Absolute path of the folder that file tools may touch. */
  readonly workspace: string;
  readonly clock: Clock;
  readonly governor: Governor;
  /**
   * Pay for a call of a tool that says what it costs; absent where no day has a limit.
   * @throws {ToolError} `budget.day_exceeded`: nothing was paid, and it must not be called
   */
  readonly pay?: ((usd: number) => Promise<void>) | undefined;
  /** Whether the process that held a lease certainly has ended; left out where nobody can tell. */
  isGone?(owner: string): boolean;
  /** Begin a run inside an attempt, or go on with the one that was begun for its key. */
  readonly runInside?: ((order: InnerOrder) => Promise<InnerEnd>) | undefined;
  /**
   * Answer `request_plan`.
   * @returns the input for the core, without its time
   */
  plan(order: PlanOrder): Promise<PlanAnswer>;
  /** Answer `evaluate`. Left out where nobody can judge. */
  evaluate?(order: EvaluateOrder): Promise<Evaluation>;
  /**
   * Answer `request_revision`. Left out where nobody plans.
   * @returns the input for the core, without its time and what it answers
   */
  revise?(order: ReviseOrder): Promise<RevisionAnswer>;
  /**
   * Perform `notify`: tell somebody outside. Left out where there is nobody.
   * @throws {PlanwrightError} when nobody could be reached
   */
  notify?(order: NotifyOrder): Promise<void>;
}

export interface NotifyOrder {
  readonly message: Notification;
  /** The same whenever it is sent. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;
/** An input without its time, which the driver adds. */
export type News = WithoutTime<RunInput>;
export type RevisionAnswer = WithoutRequest<
  Extract<News, { readonly type: "plan_revised" | "revision_failed" }>
>;
type WithoutRequest<T> = T extends unknown ? Omit<T, "request"> : never;
export type PlanAnswer = Extract<
  News,
  { readonly type: "plan_made" | "plan_failed" | "plan_questioned" }
>;

/** What a driver tells while it works. Listeners must not throw. */
export interface Listener {
  /** Events, once durable. */
  events?(events: readonly RunEvent[], state: RunState): void;
  /** Not journaled: how far an attempt is, 0 to 1. */
  progress?(subtask: string, fraction: number, note: string): void;
  /** Not journaled: what a tool logged. */
  log?(subtask: string, message: string): void;
}

export interface LargeValueOptions {
  /** Outputs whose JSON has more bytes are large. @default 262144, 256 KiB */
  readonly aboveBytes?: number | undefined;
  /** Shared by the runs of a journal. @default one of the run's own */
  readonly cache?: ValueCache | undefined;
}

/** Large values that were used a short time ago; it may forget any of them at any time. */
export interface ValueCache {
  get(sha256: string): Json | undefined;
  add(reference: LargeValue, value: Json): void;
}

export interface DriveOptions {
  readonly world: World;
  readonly journal: Journal;
  /** Held by this driver; given back when it ends. */
  readonly lease: Lease;
  readonly leaseMs: number;
  /** The fold of the run's events so far; owned by the driver from now on. */
  readonly state: RunState;
  /** Start or resume, and what else is known at once. */
  readonly first: readonly News[];
  readonly listener: Listener;
  readonly largeValues?: LargeValueOptions | undefined;
}

/** One run under way. */
export interface Drive {
  /**
   * The state when the run has finished, is paused, or waits for a person.
   * @throws {JournalError} when events could not be stored, or the lease was lost
   */
  readonly ended: Promise<RunState>;
  /** Tell the core something; without effect once the drive has ended. */
  send(news: News): void;
}

export type Driver = (options: DriveOptions) => Drive;
