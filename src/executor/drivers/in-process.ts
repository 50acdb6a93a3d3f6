/**
 * The in-process driver: one loop per run. News gathers while the loop sleeps; a turn
 * takes all of it, steps through it, commits the events in one transaction, and performs
 * the effects.
 *
 * I1. At most one turn is under way; effects of a turn follow its commit (driver.ts).
 * I2. `#attempts` holds the newest attempt under way of every subtask; the answer of an
 *     older one is news with its own number, which the core ignores.
 * I3. After `ended` has settled nothing is appended and no attempt starts.
 */

import { PlanwrightError, toErrorData } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Effect } from "../core/effect.ts";
import type { RunEvent } from "../core/event.ts";
import type { AttemptOutcome, RunInput, Timer } from "../core/input.ts";
import type { RunState } from "../core/state.ts";
import { isFinished } from "../core/status.ts";
import { step } from "../core/step.ts";
import { summaryOf } from "../core/summary.ts";
import { Admissions } from "./admissions.ts";
import { Advisers } from "./advisers.ts";
import { appendedWith } from "./appended.ts";
import { Attempt, type AttemptOrder, type AttemptSurroundings } from "./attempt.ts";
import { Decisions } from "./decisions.ts";
import type { Drive, DriveOptions, Driver, News } from "./driver.ts";
import { DurationLog } from "./duration-log.ts";
import { EffectClaims } from "./effect-claims.ts";
import { BlobValues } from "./large-values.ts";
import { ModelBudget } from "./model-budget.ts";
import { readRequest } from "./requests.ts";
import { stepLimitOf } from "./step-limit.ts";
import { Timers } from "./timers.ts";
import { abort, type UnderWay } from "./under-way.ts";

/** How often the lease is renewed and requests of other processes are looked for. */
const HEARTBEAT_MS = 500;
/** How stale the usage that lists show of a running run may be. */
const SUMMARY_MS = 1_000;

export const driveInProcess: Driver = (options) => {
  const drive = new InProcessDrive(options);
  for (const news of options.first) drive.send(news);
  return drive;
};

class InProcessDrive implements Drive {
  readonly ended: Promise<RunState>;
  readonly #options: DriveOptions;
  readonly #state: RunState;
  readonly #timers: Timers;
  readonly #attempts = new Map<string, UnderWay>();
  readonly #admissions: Admissions;
  readonly #settle: PromiseWithResolvers<RunState>;
  readonly #budget: ModelBudget;
  readonly #durations = new DurationLog();
  readonly #surroundings: AttemptSurroundings;
  readonly #values: BlobValues;
  readonly #decisions: Decisions;
  #inbox: RunInput[] = [];
  /** Requests of other processes that are in the inbox, by id. */
  #heard: number[] = [];
  /** What has answered, so that the core is about to know what it used. */
  #unsettled: { settle(): void }[] = [];
  readonly #advisers: Advisers;
  /** Made when there is one: most runs have none. */
  #notifications: AbortController | undefined;
  readonly #notifying = new Set<number>();
  #turning = false;
  #over = false;
  #isReleased = false;
  #stopHeartbeat: (() => void) | undefined;
  #renewedAt: number;
  #summarizedAt = Number.NEGATIVE_INFINITY;
  #summarizedStatus: string | undefined;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#budget = new ModelBudget(options.state);
    this.#surroundings = {
      world: options.world,
      listener: options.listener,
      budget: this.#budget,
      claims: new EffectClaims(options.state.runId, options.journal, options.world),
      settings: () => this.#state.settings,
    };
    this.#values = new BlobValues(options.journal.blobs, options.largeValues);
    this.#decisions = new Decisions(options);
    this.#timers = new Timers(options.world.clock, (timer) =>
      this.send({ type: "timer_rang", timer }),
    );
    const { runId } = options.state;
    const limitOf = (subtask: string) => stepLimitOf(this.#state, subtask);
    this.#admissions = new Admissions({ runId, limitOf }, options.world, (news) => this.send(news));
    this.#advisers = new Advisers(options.world, this.#budget, (news, meter) => {
      this.#unsettled.push(meter);
      this.send(news);
    });
    this.#settle = Promise.withResolvers<RunState>();
    this.ended = this.#settle.promise;
    this.#renewedAt = this.#now();
    this.#scheduleHeartbeat();
  }

  send(news: News): void {
    if (this.#over) return;
    this.#inbox.push({ ...news, at: this.#now() } as RunInput);
    if (this.#turning) return;
    this.#turning = true;
    // After the microtasks: what ends together is committed together.
    setImmediate(() => void this.#turn());
  }

  #now(): number {
    return this.#options.world.clock.now();
  }

  async #turn(): Promise<void> {
    try {
      while (this.#inbox.length > 0 && !this.#over) await this.#takeInbox();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#turning = false;
    }
  }

  async #takeInbox(): Promise<void> {
    const inbox = this.#inbox;
    this.#inbox = [];
    const heard = this.#heard;
    this.#heard = [];
    const events: RunEvent[] = [];
    const effects: Effect[] = [];
    const unsettled = this.#unsettled;
    this.#unsettled = [];
    for (const input of inbox) {
      const result = step(this.#state, input, this.#values);
      for (const event of result.events) events.push(event);
      for (const effect of result.effects) effects.push(effect);
    }
    for (const one of unsettled) one.settle();
    for (const event of events) this.#noteTimeout(event);
    const { journal, lease, listener } = this.#options;
    const stands = this.#stands();
    if (events.length > 0) {
      const summary = this.#summary();
      const more = {
        summary,
        durations: summary && this.#durations.take(),
        ...appendedWith(events, this.#values),
        ...this.#decisions.take(events),
      };
      if (!this.#values.isStored) await this.#values.store(this.#now());
      if (this.#over) return;
      // Who asked for something must see that it was heard while the run is still held.
      const release = stands && heard.length === 0;
      await journal.append(lease, events, { ...more, release });
      this.#isReleased = release;
      if (this.#over) return;
      listener.events?.(events, this.#state);
    }
    for (const effect of effects) this.#perform(effect);
    this.#pauseInside(events);
    // Not before the events are durable, nor after the run is let go of: who asked waits for it.
    for (const id of heard) await journal.removeRequest(id);
    if (stands) await this.#end();
  }

  /** Whether it has ended or stands still; who was told to stop has to say first what he used. */
  #stands(): boolean {
    const { status } = this.#state;
    if (isFinished(status)) return true;
    return (status === "paused" || status === "waiting") && !this.#advisers.isBusy;
  }

  /** Those that were cut off were slow ones: without them the slowest would look fast. */
  #noteTimeout(event: RunEvent): void {
    if (event.type !== "attempt.failed" || event.error.code !== "tool.timeout") return;
    const underWay = this.#attempts.get(event.subtask);
    if (underWay?.attempt.attempt !== event.attempt) return;
    underWay.timedOut = true;
    this.#durations.add(underWay.tool, event.at - underWay.startedAt);
  }

  /** What runs inside attempts stands still with the run. */
  #pauseInside(events: readonly RunEvent[]): void {
    if (!events.some(({ type }) => type === "pause.requested")) return;
    for (const { attempt } of this.#attempts.values()) attempt.pause();
  }

  #summary(): JsonObject | undefined {
    const now = this.#now();
    const { status } = this.#state;
    if (status === this.#summarizedStatus && now - this.#summarizedAt < SUMMARY_MS)
      return undefined;
    this.#summarizedStatus = status;
    this.#summarizedAt = now;
    return summaryOf(this.#state) as JsonObject;
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "request_admission":
        this.#admissions.request(effect);
        break;
      case "withdraw_admission":
        this.#admissions.withdraw(effect.subtask);
        break;
      case "start_attempt":
        this.#startAttempt(effect);
        break;
      case "abort_attempt":
        this.#abortAttempt(effect);
        break;
      case "set_timer":
        this.#timers.set(timerName(effect.timer), effect.timer, effect.at);
        break;
      case "request_plan":
        this.#advisers.plan(effect, (draft) => this.send({ type: "plan_drafted", draft }));
        break;
      case "abort_planning":
        this.#advisers.abortPlanning();
        break;
      case "evaluate":
        this.#advisers.evaluate(effect);
        break;
      case "request_revision":
        this.#advisers.revise(effect);
        break;
      case "abort_review":
        this.#advisers.abortReview();
        break;
      case "notify":
        this.#notify(effect);
        break;
      default:
        effect satisfies never;
    }
  }

  #startAttempt(order: AttemptOrder): void {
    const attempt = new Attempt(this.#state.runId, order, this.#surroundings);
    const passage = this.#admissions.begin(order.subtask);
    const { tool } = order;
    const underWay: UnderWay = { attempt, passage, tool, startedAt: this.#now(), timedOut: false };
    this.#attempts.set(order.subtask, underWay);
    // `run` never rejects, so this needs no other end.
    void this.#decisions
      .run(order, () => attempt.run())
      .then((outcome) => {
        this.#endAttempt(order, underWay, outcome);
      });
  }

  #endAttempt(order: AttemptOrder, underWay: UnderWay, outcome: AttemptOutcome): void {
    const { attempt, passage, tool, startedAt, timedOut } = underWay;
    passage?.end(outcome);
    // Where an earlier effect was reused, no tool was called.
    if (outcome.status === "ok" && outcome.reused === undefined && !timedOut) {
      this.#durations.add(tool, this.#now() - startedAt);
    }
    if (this.#attempts.get(order.subtask)?.attempt === attempt) {
      this.#attempts.delete(order.subtask);
      this.#timers.drop(order.subtask);
    }
    this.#unsettled.push(attempt);
    const { suspendedBy } = attempt;
    // Begun again at once it would stand still again.
    if (suspendedBy !== undefined && outcome.status === "uncertain") {
      this.send({ type: "pause_requested", by: `the run ${suspendedBy}` });
    }
    this.#tellEnd(order, outcome);
  }

  #abortAttempt(order: Extract<Effect, { readonly type: "abort_attempt" }>): void {
    const underWay = this.#attempts.get(order.subtask);
    if (underWay?.attempt.attempt === order.attempt) abort(underWay, order.reason);
    // Started by a process that is gone, so nobody else will ever say how it ended.
    else this.#tellEnd(order, { status: "uncertain" });
  }

  #tellEnd({ subtask, attempt }: AttemptName, outcome: AttemptOutcome): void {
    this.send({ type: "attempt_ended", subtask, attempt, outcome });
  }

  #notify({ notification, ...order }: Extract<Effect, { readonly type: "notify" }>): void {
    // Taking a run up may order twice what is on its way.
    if (this.#notifying.has(notification)) return;
    this.#notifying.add(notification);
    this.#notifications ??= new AbortController();
    const { signal } = this.#notifications;
    const told =
      this.#options.world.notify?.({ ...order, signal }) ?? Promise.reject(nobodyToTell());
    told
      .then(
        (): News => ({ type: "notification_delivered", notification }),
        (cause): News => ({ type: "notification_failed", notification, error: toErrorData(cause) }),
      )
      .then((news) => {
        this.#notifying.delete(notification);
        this.send(news);
      });
  }

  #scheduleHeartbeat(): void {
    const beat = () => {
      this.#beat().then(
        () => this.#over || this.#scheduleHeartbeat(),
        (error: unknown) => this.#fail(error),
      );
    };
    this.#stopHeartbeat = this.#options.world.clock.setTimer(HEARTBEAT_MS, beat);
  }

  async #beat(): Promise<void> {
    const { journal, lease, leaseMs } = this.#options;
    const now = this.#now();
    if (now - this.#renewedAt >= leaseMs / 3) {
      await journal.renew(lease, now, leaseMs);
      this.#renewedAt = now;
    }
    for (const { id, request } of await journal.requests(lease.runId)) {
      const news = readRequest(request);
      if (this.#over) return;
      if (news === undefined) await journal.removeRequest(id);
      else {
        this.send(news);
        this.#heard.push(id);
      }
    }
  }

  async #end(): Promise<void> {
    this.#stop();
    // The run stands in the journal: a lease that cannot be given back ends by its time.
    const { journal, lease } = this.#options;
    if (!this.#isReleased) await journal.release(lease).catch(() => {});
    this.#settle.resolve(this.#state);
  }

  /** Mostly the journal that refused: who owns the run now decides about what was under way. */
  #fail(error: unknown): void {
    if (this.#over) return;
    for (const { attempt } of this.#attempts.values()) attempt.abort({ isLost: true });
    this.#stop();
    this.#settle.reject(
      error instanceof PlanwrightError
        ? error
        : new PlanwrightError("internal.bug", `The run could not be driven on: ${String(error)}`, {
            hint: "This is a bug of planwright; the run is in the journal and can be resumed.",
            cause: error,
          }),
    );
  }

  #stop(): void {
    this.#over = true;
    this.#timers.clear();
    this.#stopHeartbeat?.();
    this.#advisers.close();
    this.#notifications?.abort();
    for (const underWay of this.#attempts.values()) abort(underWay, "cancelled");
    this.#admissions.close();
  }
}

type AttemptName = Pick<AttemptOrder, "subtask" | "attempt">;

/** The run was begun by a process that knew somebody. */
function nobodyToTell(): PlanwrightError {
  return new PlanwrightError("notification.failed", "This process knows nobody to tell.", {
    hint: "Name a webhook, `deadLetters.webhook` in planwright.config or in the library.",
  });
}

/** Subtask ids cannot hold a colon, so they are names of their own. */
function timerName(timer: Timer): string {
  if (timer.kind === "attempt_timeout") return timer.subtask;
  return `${"subtask" in timer ? timer.subtask : ""}:${timer.kind}`;
}
