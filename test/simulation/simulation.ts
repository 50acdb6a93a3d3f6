/**
 * A simulation: the real core, the real in-process driver and the real journal, at virtual
 * time, in a world that does its worst. Everything follows from the scenario: the same one
 * gives the same trace.
 *
 * Promises and `setImmediate` are those of the real process; only clocks are virtual. Time
 * passes when nothing else can go on, and now and then a little earlier, as on a machine
 * that is busy.
 */

import type { RunState } from "../../src/executor/core/state.ts";
import { isFinished } from "../../src/executor/core/status.ts";
import type { Journal, Lease, StoredEvent } from "../../src/journal/journal.ts";
import { createMemoryJournal } from "../../src/journal/memory.ts";
import { echo } from "./echo.ts";
import { Disk } from "./faulty-journal.ts";
import type { RunLedger } from "./ledger.ts";
import { type Driven, Machine, type Surroundings } from "./machine.ts";
import { Observer, type Violation } from "./observer.ts";
import { Outside } from "./outside.ts";
import { People, type Town } from "./people.ts";
import { hashOf } from "./random.ts";
import type { Question } from "./review-invariants.ts";
import type { Act, Fault, RunScript, Scenario } from "./scenario.ts";
import { VirtualClock } from "./virtual-clock.ts";

export type Report = {
  readonly violation: Violation | undefined;
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** What happened when, where that was asked for. */
  readonly trace: readonly string[];
  /** As the runs stand in the end, by id. */
  readonly runs: ReadonlyMap<string, RunState>;
  /** What was changed in the world outside, in order: tool and key of each. */
  readonly effects: readonly string[];
};

/** Virtual time after which a run that has not ended never will. */
const HORIZON_MS = 600_000;
/** And so many rings of a clock. */
const MOST_RINGS = 20_000;
/** Turns of the process's own loop in which all that can go on has gone on. */
const LAPS = 3;
const MOST_MACHINES = 3;
/** After the planner was asked. */
const ECHO_MS = 20;
/** So many seeds have one whose audit trail is verified. */
const AUDIT_EVERY = 8;

/** @param options.traced whether to keep what happened, which costs time */
export function simulate(scenario: Scenario, options: { traced?: boolean } = {}): Promise<Report> {
  return new Simulation(scenario, options.traced ?? false).run();
}

class Simulation implements Surroundings, Town {
  readonly scenario: Scenario;
  readonly clock = new VirtualClock();
  readonly journal: Journal = createMemoryJournal();
  readonly disk: Disk;
  readonly outside: Outside;
  readonly #observer: Observer;
  readonly #people: People;
  readonly #machines: Machine[] = [];
  /** What people still want to do. */
  #wishes = 0;
  /** A mistake of the simulation itself. */
  #mistake: unknown;

  constructor(scenario: Scenario, isTraced: boolean) {
    this.scenario = scenario;
    this.#observer = new Observer(scenario, this.clock, isTraced);
    this.disk = new Disk(scenario);
    this.outside = new Outside(scenario, this.clock, this.#observer);
    this.#people = new People(this);
  }

  async run(): Promise<Report> {
    this.#prepare();
    for (let rings = 0; rings < MOST_RINGS && this.clock.elapsed < HORIZON_MS; rings += 1) {
      await this.#goOn(rings);
      if (this.#observer.violation !== undefined || this.#isOver()) break;
      if (!this.clock.ringNext()) break;
    }
    if (this.#mistake !== undefined) throw this.#mistake;
    if (this.#observer.violation === undefined) await this.#checkEnds();
    const { violation, counts, trace, effects } = this.#observer;
    const runs = new Map(this.scenario.runs.map(({ runId }) => [runId, this.ledger(runId).shadow]));
    return { violation, counts, trace, runs, effects };
  }

  get seed(): number {
    return this.scenario.seed;
  }

  ledger(runId: string): RunLedger {
    return this.#observer.ledger(runId);
  }

  machine(choice: number): Machine {
    const up = this.#up();
    const found = up[choice % MOST_MACHINES];
    if (found !== undefined) return found;
    const booted = new Machine(`machine-${this.#machines.length + 1}`, this);
    this.#machines.push(booted);
    return booted;
  }

  isGone(owner: string): boolean {
    return !this.#up().some(({ name }) => name === owner);
  }

  async isOwned(runId: string): Promise<boolean> {
    const { lease } = (await this.journal.find(runId)) ?? { lease: null };
    return lease !== null && lease.expiresAt > this.clock.now() && !this.isGone(lease.owner);
  }

  driving(runId: string): readonly Driven[] {
    const all = this.#up().flatMap(({ driven }) => [...driven.values()]);
    return all.filter(({ lease }) => lease.runId === runId);
  }

  now(): number {
    return this.clock.now();
  }

  wait(ms: number): Promise<void> {
    return new Promise((done) => {
      this.clock.setTimer(ms, done);
    });
  }

  happened(what: string): void {
    this.#observer.happened(what);
  }

  acquired(lease: Lease): void {
    this.#observer.acquired(lease);
  }

  stored({ driven }: Machine, lease: Lease, events: readonly StoredEvent[]): void {
    this.#observer.stored(lease, events, driven.get(lease)?.state);
  }

  advised(lease: Lease, question: Question): void {
    this.#observer.advised(lease, question);
    const { runId } = lease;
    const isEcho = (one: Fault) => one.fault === "echo" && one.runId === runId;
    // What the planner said before comes again while it is asked for more.
    if (question.asks === "evaluate" || !this.scenario.faults.some(isEcho)) return;
    this.clock.setTimer(ECHO_MS, () => this.#echo(runId));
  }

  answered(lease: Lease): void {
    this.#observer.answered(lease);
  }

  released(lease: Lease, error: unknown): void {
    this.#observer.released(lease, error);
  }

  #prepare(): void {
    const { runs, faults, acts } = this.scenario;
    for (const fault of faults) {
      if ("at" in fault) this.clock.setTimer(fault.at, () => this.#befall(fault));
    }
    for (const act of acts) {
      this.#wishes += 1;
      this.clock.setTimer(act.at, () => {
        this.#mind(this.#grant(act));
      });
    }
    for (const script of runs) {
      this.#mind(this.#people.lookAfter(script));
    }
  }

  async #grant(act: Act): Promise<void> {
    await this.#people.act(this.#script(act.runId), act);
    this.#wishes -= 1;
  }

  #befall(fault: Extract<Fault, { readonly at: number }>): void {
    this.happened(fault.fault);
    const up = this.#up();
    const victim = up[hashOf(this.seed, fault.fault, fault.at) % Math.max(1, up.length)];
    switch (fault.fault) {
      case "crash":
        victim?.crash();
        break;
      case "stall":
        victim?.stall(fault.ms);
        break;
      case "clock_jump":
        this.clock.jump(fault.ms);
        break;
      case "rivals":
        this.#mind(this.#people.rival(this.#script(fault.runId)));
        break;
      case "echo":
        this.#echo(fault.runId);
        break;
      default:
        fault satisfies never;
    }
  }

  #echo(runId: string): void {
    for (const { drive } of this.driving(runId)) {
      for (const news of echo(this.ledger(runId))) drive.send(news);
    }
  }

  /** Let the process do what it can, without any time going by. */
  async #goOn(rings: number): Promise<void> {
    const isBusy = hashOf(this.seed, "laps", rings) % 10 === 0;
    for (let left = isBusy ? 1 : LAPS; left > 0; left -= 1) {
      await new Promise((done) => setImmediate(done));
    }
  }

  #isOver(): boolean {
    if (this.#wishes > 0 || this.#mistake !== undefined) return this.#mistake !== undefined;
    const isEnded = ({ runId }: RunScript) => isFinished(this.ledger(runId).shadow.status);
    return this.scenario.runs.every(isEnded) && this.#up().every(({ driven }) => driven.size === 0);
  }

  async #checkEnds(): Promise<void> {
    const all = new Map<string, readonly StoredEvent[]>();
    for (const { runId } of this.scenario.runs) {
      const row = await this.journal.find(runId);
      const stored = row === undefined ? [] : await this.journal.read(runId);
      all.set(runId, stored);
      this.#observer.ended(runId, stored, this.driving(runId)[0]?.lease.owner);
    }
    // Hashing costs as much as all the rest.
    if (this.seed % AUDIT_EVERY === 0) {
      this.#observer.audited(await this.journal.readAudit(), all);
    }
  }

  #up(): readonly Machine[] {
    return this.#machines.filter(({ isDead }) => !isDead);
  }

  #script(runId: string): RunScript {
    return this.ledger(runId).script;
  }

  /** What nobody waits for must not fail unseen. */
  #mind(doing: Promise<unknown>): void {
    doing.catch((error: unknown) => {
      this.#mistake ??= error;
    });
  }
}
