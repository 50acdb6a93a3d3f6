/** Runs as the journal has them, for whoever looks back. */

import type { Clock } from "./base/clock.ts";
import { inputError } from "./base/errors.ts";
import type { BatchEvent } from "./batch.ts";
import type { RunEvent } from "./executor/core/event.ts";
import { fold } from "./executor/core/evolve.ts";
import { type LargeValues, NO_LARGE_VALUES } from "./executor/core/large-value.ts";
import { planKey } from "./executor/drivers/decisions.ts";
import type { StoredEvent } from "./journal/journal.ts";
import { type Plan, planSchema } from "./plan/schema.ts";
import { type RouteReport, routeReports } from "./projections/branches.ts";
import { type RunResult, resultOf } from "./projections/result.ts";
import { type Revision, revisionsOf } from "./projections/revisions.ts";
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

  /** The revisions of a run's plan, oldest first. @throws {InputError} `run.unknown` */
  async revisions(runId: string): Promise<readonly Revision[]> {
    return revisionsOf(await this.events(runId));
  }

  /** Where the large outputs of runs are. */
  async largeValues(): Promise<LargeValues> {
    const journal = await this.#store.openToRead();
    return journal === undefined ? NO_LARGE_VALUES : this.#store.valuesIn(journal);
  }

  /**
   * How the routes of a plan have decided, in all its runs.
   * @param id of one of these runs, or of a batch; @default the newest
   * @throws {InputError} `run.unknown`, `run.no_plan`
   */
  async branches(id?: string): Promise<RouteReport[]> {
    const { journal, row } = await this.#store.find(id ?? (await this.#newest()));
    const plan = planIn(row.runId, await journal.read(row.runId));
    return routeReports(plan, await journal.readBranches(planKey(plan)));
  }

  /** The newest run or batch. @throws {InputError} `run.unknown` */
  async #newest(): Promise<string> {
    const [runs, batches] = await Promise.all([
      this.#store.rows({ limit: 1 }),
      this.#store.rows({ limit: 1, of: "batches" }),
    ]);
    const [newest] = [...runs, ...batches].sort((a, b) => b.createdAt - a.createdAt);
    if (newest !== undefined) return newest.runId;
    const hint = "Run a plan first; --journal names another journal.";
    throw inputError("run.unknown", "The journal has no runs.", hint);
  }

  /** @throws {InputError} `run.unknown` */
  async events(runId: string): Promise<RunEvent[]> {
    const { journal, row } = await this.#store.find(runId);
    requireRun(row);
    return (await journal.read(runId)) as RunEvent[];
  }
}

/** The plan of a run or a batch. @throws {InputError} `run.no_plan` */
function planIn(id: string, events: readonly StoredEvent[]): Plan {
  const [first] = events as readonly (RunEvent | BatchEvent)[];
  if (first?.type === "batch.started") return planSchema.parse(first.plan);
  return requirePlan(fold(id, events as readonly RunEvent[])).plan;
}
