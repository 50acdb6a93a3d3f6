/** The runs of a batch's items: how they begin or go on. */

import type { Clock } from "./base/clock.ts";
import type { JsonObject } from "./base/json.ts";
import type { AcceptedPlan } from "./executor/core/accepted-plan.ts";
import { changesOf, type RunSettings } from "./executor/core/settings.ts";
import { initialState } from "./executor/core/state.ts";
import { summaryOf } from "./executor/core/summary.ts";
import type { Drive, News, World } from "./executor/drivers/driver.ts";
import { driveInProcess } from "./executor/drivers/in-process.ts";
import type { ItemPlace, Journal, Lease, RunRow } from "./journal/journal.ts";
import { thisOwner } from "./journal/owner.ts";
import { type PlanwrightOptions, settingsFor } from "./options.ts";
import { type HeldRun, LEASE_MS, type RunStore } from "./run-store.ts";
import { signed } from "./signature.ts";

export type ItemParts = {
  readonly store: RunStore;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly world: World;
  readonly settings: RunSettings;
  readonly options: PlanwrightOptions;
  /** Without inputs. */
  readonly accepted: AcceptedPlan;
};

/** The runs of the items, each driven like any other. */
export class ItemRuns {
  readonly #parts: ItemParts;

  constructor(parts: ItemParts) {
    this.#parts = parts;
  }

  async begin(lease: Lease, n: number, inputs: JsonObject): Promise<Drive> {
    const { journal, clock } = this.#parts;
    const run = await makeItemRun(journal, clock, { lease, n });
    return this.#drive(run, itemStart(this.#parts, inputs));
  }

  /** One whose process ended before its first event. */
  async beginAgain({ runId }: RunRow, inputs: JsonObject): Promise<Drive> {
    const lease = await this.#parts.store.acquire(runId);
    return this.#drive({ state: initialState(runId), lease }, itemStart(this.#parts, inputs));
  }

  async resume(runId: string): Promise<Drive> {
    const { store, settings } = this.#parts;
    const { budget, approver } = settings;
    const changes = changesOf({
      ...(budget !== null && { budget }),
      ...(approver !== null && { approver }),
    });
    return this.#drive(await store.takeOver(runId), { type: "resume_requested", ...changes });
  }

  #drive({ state, lease }: HeldRun, first: News): Drive {
    const { journal, world, store } = this.#parts;
    const news = [signed(first)];
    return driveInProcess({
      world,
      journal,
      lease,
      leaseMs: LEASE_MS,
      state,
      first: news,
      listener: {},
      largeValues: store.largeValues,
    });
  }
}

/** What an item's run is told first. */
export function itemStart(
  { accepted, settings, options }: Pick<ItemParts, "accepted" | "settings" | "options">,
  inputs: JsonObject,
): News {
  const { plan } = accepted;
  const own = settingsFor(settings, plan.budget, options);
  return { type: "start_requested", goal: plan.goal, settings: own, plan: { ...accepted, inputs } };
}

/** The run of an item, made in its place. */
export async function makeItemRun(
  journal: Journal,
  clock: Clock,
  place: ItemPlace,
): Promise<HeldRun> {
  const runId = itemRunId(place.lease.runId, place.n);
  const state = initialState(runId);
  const lease = await journal.createRun({
    runId,
    owner: thisOwner,
    now: clock.now(),
    leaseMs: LEASE_MS,
    summary: summaryOf(state) as unknown as JsonObject,
    place,
  });
  return { state, lease };
}

/** Sorts as the items do, up to ten million of them. */
export function itemRunId(batchId: string, n: number): string {
  return `${batchId}-${String(n).padStart(7, "0")}`;
}

/** Of a run that is named like one in a batch; else undefined. */
export function batchOfRun(runId: string): string | undefined {
  return /^(.+)-\d{7,}$/.exec(runId)?.[1];
}
