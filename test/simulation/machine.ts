/**
 * A machine: one process of planwright with its clock, its governor and the runs that it
 * drives. It may die, and then nothing that it had begun goes on; or stall, and then go on
 * as if nothing had happened.
 */

import type { Clock } from "../../src/base/clock.ts";
import { ToolError } from "../../src/base/errors.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import { summaryOf } from "../../src/executor/core/summary.ts";
import { type AdaptiveTimeouts, acceptPlan } from "../../src/executor/drivers/accept-plan.ts";
import type {
  Drive,
  News,
  NotifyOrder,
  PlanAnswer,
  PlanOrder,
  World,
} from "../../src/executor/drivers/driver.ts";
import { GovernorHost } from "../../src/executor/drivers/governor-host.ts";
import { driveInProcess } from "../../src/executor/drivers/in-process.ts";
import type { Journal, Lease } from "../../src/journal/journal.ts";
import { compilePlan } from "../../src/plan/compile.ts";
import type { Plan } from "../../src/plan/schema.ts";
import { evaluate, type Office, revise } from "./advice.ts";
import { type Disk, FaultyJournal, type Host, type Witness } from "./faulty-journal.ts";
import type { Caller, Outside } from "./outside.ts";
import { hashOf } from "./random.ts";
import type { Question } from "./review-invariants.ts";
import type { RunScript, Scenario } from "./scenario.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { writePlan } from "./write-plan.ts";

const LEASE_MS = 15_000;
/** How long calls take is not learnt here. */
const NO_TIMEOUTS: AdaptiveTimeouts = new Map();

/** A run that the machine drives. */
export type Driven = {
  readonly lease: Lease;
  /** The driver's own, to look at. */
  readonly state: RunState;
  readonly drive: Drive;
};

/** What a machine is part of. */
export type Surroundings = {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly disk: Disk;
  readonly outside: Outside;
  isGone(owner: string): boolean;
  stored(machine: Machine, ...given: Parameters<Witness["stored"]>): void;
  acquired(lease: Lease): void;
  happened(what: string): void;
  advised(lease: Lease, question: Question): void;
  answered(lease: Lease): void;
  /** @param error why; undefined when the run has ended or stands still */
  released(lease: Lease, error: unknown): void;
};

export class Machine implements Clock, Host, Caller {
  readonly name: string;
  readonly journal: Journal;
  readonly driven = new Map<Lease, Driven>();
  readonly #surroundings: Surroundings;
  readonly #world: Omit<World, "plan">;
  /** Resolves when it dies. */
  readonly gone: Promise<void>;
  readonly #die: () => void;
  readonly #bootedAt: number;
  #isDead = false;
  #stalledUntil = 0;

  constructor(name: string, surroundings: Surroundings) {
    const { scenario, journal, disk, outside } = surroundings;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#die = resolve;
    this.name = name;
    this.#surroundings = surroundings;
    this.#bootedAt = surroundings.clock.elapsed;
    this.journal = new FaultyJournal(journal, disk, this, {
      stored: (lease, events) => surroundings.stored(this, lease, events),
      acquired: (lease) => surroundings.acquired(lease),
      happened: (what) => surroundings.happened(what),
    });
    this.#world = {
      tools: outside.toolsFor(this),
      models: undefined,
      workspace: "/nowhere",
      clock: this,
      governor: new GovernorHost(this, scenario.pools),
      notify: (order) => this.#notify(order),
    };
  }

  get age(): number {
    return this.#surroundings.clock.elapsed - this.#bootedAt;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  now(): number {
    return this.#surroundings.clock.now();
  }

  setTimer(delayMs: number, ring: () => void): () => void {
    const { clock } = this.#surroundings;
    let cancel = () => {};
    const ringAwake = () => {
      if (this.#isDead) return;
      const left = this.#stalledUntil - clock.elapsed;
      if (left <= 0) ring();
      else cancel = clock.setTimer(left, ringAwake);
    };
    if (!this.#isDead) cancel = clock.setTimer(delayMs, ringAwake);
    return () => cancel();
  }

  async awake(): Promise<void> {
    const left = this.#stalledUntil - this.#surroundings.clock.elapsed;
    if (left > 0) await this.sleep(left);
    if (this.#isDead) await new Promise(() => {});
  }

  sleep(ms: number): Promise<void> {
    return new Promise((done) => this.setTimer(ms, done));
  }

  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#surroundings.clock.elapsed + ms);
  }

  crash(): void {
    this.#isDead = true;
    this.driven.clear();
    this.#die();
  }

  /** Begin a run, as `ask` and `run` do. */
  async create(script: RunScript): Promise<Driven> {
    const { runId, plan, settings, planning } = script;
    const summary = summaryOf(initialState(runId)) as unknown as JsonObject;
    const run = { runId, owner: this.name, now: this.now(), leaseMs: LEASE_MS, summary };
    const lease = await this.journal.createRun(run);
    const { tools } = this.#world;
    const first: News = {
      type: "start_requested",
      goal: plan.goal,
      settings,
      plan:
        planning === null
          ? acceptPlan(compilePlan(plan), {}, { tools, timeouts: NO_TIMEOUTS })
          : { planner: "simulation" },
    };
    return this.#drive(script, lease, initialState(runId), [first]);
  }

  /**
   * Take a run that nobody drives and tell it something, as `resume` and its like do.
   * @param newsFor what it is told as it stands; undefined for nothing, and it is left
   * @throws {JournalError} `run.owned`
   */
  async takeOver(
    script: RunScript,
    newsFor: (state: RunState) => readonly News[] | undefined,
  ): Promise<Driven | undefined> {
    const { runId } = script;
    const { lease: held } = (await this.journal.find(runId)) ?? { lease: null };
    const lease = await this.journal.acquire({
      runId,
      owner: this.name,
      now: this.now(),
      leaseMs: LEASE_MS,
      ...(held && this.#surroundings.isGone(held.owner) && { takeFrom: held.owner }),
    });
    const state = fold(runId, (await this.journal.read(runId)) as RunEvent[]);
    const first = newsFor(state);
    if (first !== undefined) return this.#drive(script, lease, state, first);
    await this.journal.release(lease);
    return undefined;
  }

  #drive(script: RunScript, lease: Lease, state: RunState, first: readonly News[]): Driven {
    const plan = (order: PlanOrder) => this.#plan(script, order);
    const drive = driveInProcess({
      world: { ...this.#world, plan, ...this.#advisers(script, lease) },
      journal: this.journal,
      lease,
      leaseMs: LEASE_MS,
      state,
      first,
      listener: {},
    });
    const driven: Driven = { lease, state, drive };
    this.driven.set(lease, driven);
    const end = (error: unknown) => {
      this.driven.delete(lease);
      this.#surroundings.released(lease, error);
    };
    drive.ended.then(() => end(undefined), end);
    return driven;
  }

  /** Who judges, and plans anew. */
  #advisers(script: RunScript, lease: Lease): Pick<World, "evaluate" | "revise"> {
    const surroundings = this.#surroundings;
    const { tools } = this.#world;
    const office: Office = {
      seed: surroundings.scenario.seed,
      script,
      accept: (plan, { tools: known, feedback }) => ({
        ...acceptPlan(compilePlan(plan), {}, { tools, timeouts: NO_TIMEOUTS, known }),
        revision: feedback.revision + 1,
      }),
      sleep: (ms) => this.sleep(ms),
      happened: (what) => surroundings.happened(what),
      answered: () => surroundings.answered(lease),
    };
    return {
      evaluate: (order) => {
        surroundings.advised(lease, { asks: "evaluate", order });
        return evaluate(order, office);
      },
      revise: (order) => {
        surroundings.advised(lease, { asks: "revise", order });
        return revise(order, office);
      },
    };
  }

  async #notify({ idempotencyKey }: NotifyOrder): Promise<void> {
    await this.sleep(60);
    const isReached = hashOf(this.#surroundings.scenario.seed, idempotencyKey) % 4 > 0;
    this.#surroundings.happened(isReached ? "notified" : "nobody to notify");
    if (!isReached) throw new ToolError("tool.failed", "Nobody is there.");
  }

  #plan(script: RunScript, order: PlanOrder): Promise<PlanAnswer> {
    const { tools } = this.#world;
    const accept = (plan: Plan) =>
      acceptPlan(compilePlan(plan), {}, { tools, timeouts: NO_TIMEOUTS });
    return writePlan(script, order, { accept, sleep: (ms) => this.sleep(ms) });
  }
}
