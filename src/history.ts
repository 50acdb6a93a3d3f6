/** Runs as the journal has them, for whoever looks back. */

import type { Clock } from "./base/clock.ts";
import type { RunEvent } from "./executor/core/event.ts";
import { fold } from "./executor/core/evolve.ts";
import { type LargeValues, NO_LARGE_VALUES } from "./executor/core/large-value.ts";
import { planKey } from "./executor/drivers/decisions.ts";
import { type RouteReport, routeReports } from "./projections/branches.ts";
import { type RunResult, resultOf } from "./projections/result.ts";
import { requirePlan } from "./requirements.ts";
import { asInterrupted, type ListedRun, type RunStore, requireRun } from "./run-store.ts";

export class History {
  readonly #store: RunStore;
  readonly #clock: Clock;

  constructor(store: RunStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Runs, newest first. */
  async runs(options: Parameters<RunStore["list"]>[0] = {}): Promise<ListedRun[]> {
    return this.#store.list(options);
  }

  /** @throws {InputError} `run.unknown` */
  async show(runId: string): Promise<RunResult> {
    const { journal, row } = await this.#store.find(runId);
    requireRun(row);
    const events = (await journal.read(runId)) as RunEvent[];
    const lastAt = events.at(-1)?.at ?? row.createdAt;
    const result = resultOf(fold(runId, events), lastAt, this.#store.valuesIn(journal));
    return asInterrupted(result, row, this.#clock.now());
  }

  /** Where the large outputs of runs are. */
  async largeValues(): Promise<LargeValues> {
    const journal = await this.#store.openToRead();
    return journal === undefined ? NO_LARGE_VALUES : this.#store.valuesIn(journal);
  }

  /**
   * How the routes of a run's plan have decided, in all runs of that plan.
   * @throws {InputError} `run.unknown`, `run.no_plan`
   */
  async branches(runId: string): Promise<RouteReport[]> {
    const { journal, row } = await this.#store.find(runId);
    requireRun(row);
    const { plan } = requirePlan(fold(runId, (await journal.read(runId)) as RunEvent[]));
    return routeReports(plan, await journal.readBranches(planKey(plan)));
  }

  /** @throws {InputError} `run.unknown` */
  async events(runId: string): Promise<RunEvent[]> {
    const { journal, row } = await this.#store.find(runId);
    requireRun(row);
    return (await journal.read(runId)) as RunEvent[];
  }
}
