/**
 * What one run's events say, followed by a second, dumber machine than the core's: it knows
 * no gates and no effects, only what has happened.
 */

import type { Json } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { evolve } from "../../src/executor/core/evolve.ts";
import type { Budget } from "../../src/executor/core/settings.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import type { Plan, Subtask } from "../../src/plan/schema.ts";
import { joinOf, type Level, levelOf, needsOf, parentOf, rootOf } from "./needs.ts";
import {
  beginAnew,
  collected,
  followSubtask,
  isFinal,
  newRecord,
  type SubtaskRecord,
} from "./record.ts";
import { bestOf, fingerprintsOf, ReviewLedger } from "./review-ledger.ts";
import type { EventOf } from "./rule.ts";
import type { RunScript, Scenario, ToolScript } from "./scenario.ts";
import { attemptName, followOutcome, type StartRecord } from "./start-record.ts";

export class RunLedger {
  readonly script: RunScript;
  readonly tools: readonly ToolScript[];
  /** Of the scenario. */
  readonly seed: number;
  readonly events: RunEvent[] = [];
  /** The fold of what the journal stored. */
  readonly shadow: RunState;
  readonly subtasks = new Map<string, SubtaskRecord>();
  readonly review = new ReviewLedger();
  /** Of every attempt that started, by `attemptName`. */
  readonly starts = new Map<string, StartRecord>();
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

  constructor(script: RunScript, { seed, tools }: Pick<Scenario, "seed" | "tools">) {
    this.script = script;
    this.tools = tools;
    this.seed = seed;
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

  /** As the run's plan has it, also for an item of it. */
  planned(id: string): Subtask | undefined {
    const root = rootOf(id);
    return this.plan?.subtasks.find((subtask) => subtask.id === root);
  }

  /** All that the result of a subtask of the plan depends on, also for an item of it. */
  fingerprint(id: string): string {
    return (this.plan && fingerprintsOf(this.plan).get(rootOf(id))) ?? "";
  }

  /** How the items of the subtask, or of the item, are done. */
  levelOf(id: string): Level | undefined {
    const subtask = this.planned(id);
    return subtask && levelOf(subtask, id);
  }

  /** The items of the subtask, or of the item, in order. */
  itemsOf(id: string): SubtaskRecord[] {
    const count = this.subtask(id).count ?? 0;
    return Array.from({ length: count }, (_, at) => this.subtask(`${id}[${at}]`));
  }

  /** What is done next for a subtask that is refined: which iteration, and what of it. */
  turnOf(id: string): string {
    if (this.planned(id)?.refine === undefined) return "";
    const { iterations } = this.subtask(id);
    const isChecked = iterations.at(-1)?.check !== null;
    return isChecked ? `produce-${iterations.length + 1}` : `check-${iterations.length}`;
  }

  /** Of what a join depends on: who is there, who may come, and who is missing. */
  arrivals(subtask: Subtask): { there: string[]; coming: string[]; missing: string[] } {
    const there: string[] = [];
    const coming: string[] = [];
    const missing: string[] = [];
    if (this.plan === null) return { there, coming, missing };
    for (const [id, on] of needsOf(this.plan, subtask)) {
      const { status } = this.subtask(id);
      if (status === "succeeded") there.push(id);
      else if (!isFinal({ status })) coming.push(id);
      else (on === "settled" ? there : missing).push(id);
    }
    return { there, coming, missing };
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

  /** What the item has said first that it is about, since its loop began. */
  firstElement(id: string, element: string): string {
    const record = this.subtask(id);
    record.element ??= element;
    return record.element;
  }

  /** @param event as the journal stored it */
  follow(event: RunEvent): void {
    this.events.push(event);
    evolve(this.shadow, event);
    this.review.follow(event);
    followOutcome(this.starts, event);
    if ("subtask" in event && event.subtask !== null) {
      followSubtask(this.subtask(event.subtask), event);
      this.#followFlow(event);
      this.#noteEnd(event.subtask);
    }
    this.#followRun(event);
    if (event.type === "replan.requested" || event.type === "run.resumed") {
      const failed = [...this.subtasks].filter(([, { status }]) => status === "failed");
      this.review.failed = new Set(failed.map(([id]) => id));
    }
  }

  #noteEnd(id: string): void {
    if (this.subtask(id).status !== "succeeded" || rootOf(id) !== id) return;
    if (!this.review.finished.has(id)) this.review.finished.set(id, this.fingerprint(id));
  }

  /** What an event about a subtask means for others. */
  #followFlow(event: Extract<RunEvent, { readonly subtask: string }>): void {
    const { subtask: id } = event;
    switch (event.type) {
      case "items.expanded":
        for (const item of this.itemsOf(id)) beginAnew(item, this.subtask(id).attempt);
        this.#beginJoins(id, event.at);
        break;
      case "admission.requested":
      case "attempt.started":
        this.#beginJoins(id, event.at);
        break;
      case "join.closed":
        this.subtask(id).joined = this.#givenTo(id);
        this.subtask(id).without = event.missing;
        break;
      case "items.collected":
        this.subtask(id).output = collected(
          this.itemsOf(id),
          this.levelOf(id)?.onItemError ?? "fail",
        );
        break;
      case "iterations.ended": {
        const record = this.subtask(id);
        record.output = record.iterations[event.best - 1]?.output ?? null;
        break;
      }
      case "output.kept": {
        const { judged = [] } = this.review.outputs.get(id) ?? {};
        this.subtask(id).output = bestOf(judged)?.output ?? null;
        break;
      }
      case "subtask.resolved":
        this.#reopenParents(id);
        break;
      case "subtask.failed":
      case "subtask.skipped":
      case "subtask.cancelled":
        // Items that had not begun will not any more; of each of them nothing is said.
        for (const item of this.itemsOf(id)) {
          if (item.status !== "open" || item.hasBegun) continue;
          item.status = "cancelled";
          item.reason = event.type === "subtask.cancelled" ? event.reason : "item_failed";
        }
        break;
      default:
    }
  }

  /** What each has given that the subtask depends on. */
  #givenTo(id: string): Record<string, Json> {
    const subtask = this.planned(id);
    if (subtask === undefined || this.plan === null) return {};
    const names = [...needsOf(this.plan, subtask).keys()];
    return Object.fromEntries(names.map((name) => [name, this.subtask(name).output]));
  }

  /** From now on counts the time of the joins that wait for the subtask. */
  #beginJoins(id: string, at: number): void {
    for (const subtask of this.plan?.subtasks ?? []) {
      if (subtask.join === undefined || this.plan === null) continue;
      const record = this.subtask(subtask.id);
      const isOpen = !isFinal(record) && record.joined === null;
      if (!isOpen || !joinOf(this.plan, subtask)?.isLimited) continue;
      if (needsOf(this.plan, subtask).has(id)) record.joinsSince ??= at;
    }
  }

  /** And of those joins that come, or come again, after what they wait for has begun. */
  #beginNewJoins(at: number): void {
    for (const { id } of this.plan?.subtasks ?? []) {
      const { hasStarted, begunAt, count } = this.subtask(id);
      if (hasStarted || begunAt !== null || count !== null) this.#beginJoins(id, at);
    }
  }

  /** What has an item that is wanted again is wanted again itself. */
  #reopenParents(id: string): void {
    const parent = parentOf(id);
    if (parent === undefined || !isFinal(this.subtask(parent))) return;
    this.#reopen(parent);
    this.#reopenParents(parent);
  }

  /** It goes on with the items that it has; those that were dropped are wanted again. */
  #reopen(id: string): void {
    const record = this.subtask(id);
    const { attempt, count, joined, without } = record;
    beginAnew(record, attempt);
    if (count === null) return;
    Object.assign(record, { count, joined, without, hasBegun: true });
    for (let at = 0; at < count; at += 1) {
      const item = `${id}[${at}]`;
      const { status, reason } = this.subtask(item);
      if (status === "cancelled" && reason === "item_failed") this.#reopen(item);
    }
  }

  /** Somebody wants it again, with all its items. */
  /** @param keepsIterations whether it goes on with the check of what it has produced */
  #reset(id: string, keepsIterations: boolean): void {
    const record = this.subtask(id);
    const { iterations } = record;
    for (const one of [record, ...this.#itemsBelow(id)]) {
      one.timesReset += 1;
      if (one.status === "succeeded") one.timesRedone += 1;
    }
    this.#renew(id);
    record.isRetried = parentOf(id) !== undefined;
    if (keepsIterations) record.iterations = iterations;
  }

  /** Let it be as if it had not been, but for the numbers of its attempts. */
  #renew(id: string): void {
    const record = this.subtask(id);
    const items = this.#itemsBelow(id);
    const attempt = Math.max(...[record, ...items].map((one) => one.attempt));
    if (record.joinsSince !== null) record.joinedSince.push(record.joinsSince);
    for (const one of [record, ...items]) beginAnew(one, attempt);
    for (const item of items) item.element = null;
  }

  /** All that ever was an item of it, or of one of its items. */
  #itemsBelow(id: string): SubtaskRecord[] {
    return [...this.subtasks].flatMap(([name, record]) =>
      name.startsWith(`${id}[`) ? [record] : [],
    );
  }

  #followRun(event: RunEvent): void {
    switch (event.type) {
      case "run.started":
        this.budget = event.settings.budget;
        break;
      case "plan.drafted":
      case "plan.accepted":
      case "plan.revised":
        this.#followPlan(event);
        this.#beginNewJoins(event.at);
        break;
      case "attempt.started":
        this.#noteStart(event);
        this.toolCalls += 1;
        this.usd += event.costUsd ?? 0;
        break;
      case "subtask.failed":
        // What its items failed of, each of them has told.
        if (event.reason !== "item_failed") this.failures += 1;
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
          if (record.joinsSince === null) continue;
          record.joinedSince.push(record.joinsSince);
          record.joinsSince = event.at;
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
        for (const id of event.subtasks) this.#reset(id, event.keeping?.includes(id) ?? false);
        for (const id of event.subtasks) this.#reopenParents(id);
        this.#beginNewJoins(event.at);
        break;
      case "run.completed":
        this.isFinished = true;
        break;
      default:
    }
  }

  #noteStart({ subtask: id, attempt, tool }: EventOf<"attempt.started">): void {
    const { timesReset, timesRedone } = this.subtask(id);
    const fingerprint = this.fingerprint(id);
    const start = { timesReset, timesRedone, turn: this.turnOf(id), tool, fingerprint };
    this.starts.set(attemptName(id, attempt), { ...start, outcome: "running" });
  }

  #followPlan(event: EventOf<"plan.drafted" | "plan.accepted" | "plan.revised">): void {
    if (event.type === "plan.drafted") {
      const { plan } = event.added;
      const before = this.plan?.subtasks ?? [];
      this.plan = { ...plan, subtasks: [...before, ...plan.subtasks] };
      return;
    }
    const { plan, revision } = event.accepted;
    if (event.type === "plan.revised") this.#followRevision(event);
    // What the whole plan has otherwise than its draft begins anew; and so does what needs it.
    for (const index of this.shadow.subtasks.keys()) {
      const id = plan.subtasks[index]?.id ?? "";
      const isNew = this.shadow.subtasks[index]?.status === "pending";
      if (!isNew || !this.subtasks.has(id) || !isFinal(this.subtask(id))) continue;
      this.#renew(id);
      if (event.type === "plan.accepted") this.review.replace(id, true);
    }
    this.plan = plan;
    this.revision = revision;
  }

  /** What is not kept begins anew, if it is there at all, and is wanted beside what it was. */
  #followRevision({ accepted, kept }: EventOf<"plan.revised">): void {
    const { revision } = accepted;
    for (const id of kept) {
      for (const one of [this.subtask(id), ...this.#itemsBelow(id)]) {
        // What was said about it is about the same call.
        if (one.asked !== null) one.asked = { ...one.asked, revision };
        if (one.approved !== null) one.approved = { ...one.approved, revision };
      }
    }
    const ids = new Set(accepted.plan.subtasks.map(({ id }) => id));
    for (const { id } of this.plan?.subtasks ?? []) {
      if (kept.includes(id)) continue;
      for (const one of [this.subtask(id), ...this.#itemsBelow(id)]) {
        one.timesReset += 1;
        one.timesRedone += 1;
      }
      this.#renew(id);
      this.review.replace(id, !ids.has(id));
    }
  }
}
