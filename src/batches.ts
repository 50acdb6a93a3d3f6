/** Batches: begun, taken up again, and looked back at. Their rules stand in batch.ts. */

import { resolve } from "node:path";
import { inputError } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type {
  Batch,
  BatchEvent,
  BatchListener,
  BatchReport,
  BatchResult,
  BatchSummary,
  InvalidItem,
  ItemResult,
} from "./batch.ts";
import { NO_ITEMS } from "./batch.ts";
import { batchResultOf, findBatch, isBatch, itemsOf, startOf } from "./batch-history.ts";
import { ItemRuns } from "./batch-items.ts";
import { openSink } from "./batch-out.ts";
import { readResults } from "./batch-results.ts";
import { BatchUnderWay, type PreparedBatch } from "./batch-run.ts";
import type { AcceptedPlan } from "./executor/core/accepted-plan.ts";
import type { RunEvent } from "./executor/core/event.ts";
import { initialUsage } from "./executor/core/usage.ts";
import type { World } from "./executor/drivers/driver.ts";
import { withAccept } from "./given-plan.ts";
import { InvalidItems } from "./invalid-items.ts";
import { mendedItems } from "./item-decisions.ts";
import {
  givenItems,
  type Inventory,
  type ItemSource,
  type ItemsGiven,
  inputsOfItem,
  takeInventory,
} from "./item-source.ts";
import { thisOwner } from "./journal/owner.ts";
import type { Accept } from "./plan/accept-schema.ts";
import { type PlanDraft, planSchema } from "./plan/schema.ts";
import { ItemsTally } from "./projections/batch-report.ts";
import { userName } from "./run.ts";
import { LEASE_MS, newRunId, requireUnfinished } from "./run-store.ts";
import { versions } from "./signature.ts";

/** Enough to keep a few tools busy; each costs little more than what its run holds. */
const DEFAULT_ITEMS_AT_ONCE = 64;

export interface ItemsOptions {
  /** What the answer for each item must be like, beside what the plan says. */
  readonly accept?: Accept | undefined;
  /** Inputs that are the same for all items. */
  readonly inputs?: JsonObject | undefined;
  /** Items whose runs may be under way at once. @default 64 */
  readonly itemsAtOnce?: number | undefined;
  /**
   * Go on without items that cannot be read or do not fit the plan; they are kept as `invalid`.
   * Otherwise nothing is run if there are any. Items that can be read only once (of an iterator)
   * are not looked at beforehand, and always treated like this. @default false
   */
  readonly skipInvalid?: boolean | undefined;
  /**
   * A file for the results, one JSON a line, in the order of the items. It is there when all
   * items have ended; until then what there is of it is beside it, in `FILE.part`.
   * @default none
   */
  readonly out?: string | undefined;
  readonly listener?: BatchListener | undefined;
}

export interface ResumeItemsOptions extends Pick<ItemsOptions, "itemsAtOnce" | "out" | "listener"> {
  /** The same as before, for a batch whose items were not given by their path. */
  readonly items?: ItemsGiven | undefined;
}

type Parts = ConstructorParameters<typeof InvalidItems>[0] & {
  readonly workspace: string;
  readonly world: () => Promise<World>;
};

type Wanted = {
  readonly accepted: AcceptedPlan;
  readonly source: ItemSource;
  readonly constants: JsonObject;
  readonly skipInvalid: boolean;
};

export class Batches {
  /** The dead letters of batches: items that cannot be run. */
  readonly invalidItems: InvalidItems;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.invalidItems = new InvalidItems(parts);
  }

  /** Run a plan for each of the items. The plan and, where that is possible, all items are checked first. */
  run(plan: PlanDraft | Json, items: ItemsGiven, options: ItemsOptions = {}): Batch {
    const { inputs: constants = {}, skipInvalid = false } = options;
    return new BatchUnderWay(this.#parts.clock, options.listener ?? {}, async () => {
      const { planning, store, workspace } = this.#parts;
      const itemsAtOnce = requireCount(options.itemsAtOnce ?? DEFAULT_ITEMS_AT_ONCE);
      const judged = withAccept(plan, options.accept);
      const accepted = await planning.acceptWithoutInputs(judged);
      const source = await openSource(items, resolve(workspace));
      const wanted = { accepted, source, constants, skipInvalid };
      const inventory = await inventoryOf(wanted);
      const out = options.out === undefined ? null : resolve(options.out);
      const sink = await openSink(out);
      const journal = await store.open();
      const now = this.#parts.clock.now();
      const summary: BatchSummary = {
        goal: accepted.plan.goal,
        status: "running",
        reason: null,
        source: placeOf(source),
        total: inventory?.total ?? null,
        counts: NO_ITEMS,
        usage: initialUsage(),
        startedAt: now,
        finishedAt: null,
      };
      const lease = await journal.createRun({
        runId: newRunId(now),
        owner: thisOwner,
        now,
        leaseMs: LEASE_MS,
        summary: summary as unknown as JsonObject,
        isBatch: true,
      });
      const first = {
        type: "batch.started",
        plan: judged as Json,
        inputs: constants,
        source: placeOf(source),
        total: inventory?.total ?? null,
        digest: inventory?.digest ?? null,
        skipInvalid,
        itemsAtOnce,
        out,
        by: userName(),
        versions: versions(),
      } as const;
      const mended = new Map();
      const begun = { journal, lease, seq: 0, first, mended, itemsAtOnce, summary, sink };
      return this.#prepare(wanted, begun);
    });
  }

  /**
   * Go on with a batch that was paused or interrupted. Items that have ended are not run again.
   * @throws {InputError} from `result()`: `batch.unknown`, `run.finished`, and `items.changed`
   *   when its items are not those that they were
   * @throws {JournalError} `run.owned`
   */
  resume(batchId: string, options: ResumeItemsOptions = {}): Batch {
    return new BatchUnderWay(this.#parts.clock, options.listener ?? {}, async () => {
      const { planning, store, workspace } = this.#parts;
      const { row } = await findBatch(store, batchId);
      requireUnfinished(row);
      const journal = await store.open();
      const events = (await journal.read(batchId)) as BatchEvent[];
      const started = startOf(events, batchId);
      const accepted = await planning.acceptWithoutInputs(started.plan);
      const source = await openSource(
        options.items ?? started.source ?? noItems(),
        resolve(workspace),
      );
      const { inputs: constants, skipInvalid } = started;
      const wanted = { accepted, source, constants, skipInvalid };
      const inventory = await inventoryOf({ ...wanted, skipInvalid: true });
      if (inventory && started.digest && inventory.digest !== started.digest) {
        throw changedItems(source);
      }
      const itemsAtOnce = requireCount(options.itemsAtOnce ?? started.itemsAtOnce);
      const lease = await store.acquire(batchId);
      const sink = await openSink(options.out === undefined ? started.out : resolve(options.out));
      // Again, for until now somebody may have decided about items that could not be run.
      const seq = (await journal.find(batchId))?.lastSeq ?? 0;
      const mended = mendedItems((await journal.read(batchId)) as BatchEvent[]);
      const first = { type: "batch.resumed", by: userName(), itemsAtOnce } as const;
      const summary = row.summary as unknown as BatchSummary;
      const begun = { journal, lease, seq, first, mended, itemsAtOnce, summary, sink };
      return this.#prepare(wanted, begun);
    });
  }

  /** Newest first. */
  async list(options: { readonly limit?: number } = {}): Promise<BatchResult[]> {
    const { store, clock } = this.#parts;
    const rows = await store.rows({ ...options, of: "batches" });
    return rows.map((row) => batchResultOf(row, clock.now()));
  }

  /** Whether this is the id of a batch. */
  async has(batchId: string): Promise<boolean> {
    return isBatch(this.#parts.store, batchId);
  }

  /** What its items came to, in their order, up to the first that has not ended. @throws {InputError} `batch.unknown` */
  async *results(batchId: string): AsyncGenerator<ItemResult> {
    const { store } = this.#parts;
    const { journal } = await findBatch(store, batchId);
    const values = store.valuesIn(journal);
    yield* readResults({ journal, batchId, values }, () => Promise.resolve(false));
  }

  /**
   * Write {@link results} to a file, one JSON a line: as they stand now, after dead letters were
   * tried again, perhaps.
   * @throws {InputError} `batch.unknown`, `file.unwritable`
   */
  async saveResults(batchId: string, path: string): Promise<void> {
    await findBatch(this.#parts.store, batchId);
    const sink = await openSink(resolve(path));
    await sink?.write(this.results(batchId));
    await sink?.finish();
  }

  /** What became of its items so far, from the events of their runs. @throws {InputError} `batch.unknown` */
  async report(batchId: string): Promise<BatchReport> {
    const { store, clock } = this.#parts;
    const { journal, row } = await findBatch(store, batchId);
    const started = startOf((await journal.read(batchId)) as BatchEvent[], batchId);
    const tally = new ItemsTally(planSchema.parse(started.plan));
    for await (const { n, run, record } of itemsOf(journal, batchId)) {
      if (run === null) tally.addInvalid(n, (record as unknown as InvalidItem).error);
      else tally.addRun(n, (await journal.read(run.runId)) as RunEvent[]);
    }
    const { counts: _, ...batch } = batchResultOf(row, clock.now());
    return { ...batch, ...tally.report() };
  }

  async #prepare(
    { accepted, source, constants }: Wanted,
    begun: Omit<PreparedBatch, "plan" | "constants" | "source" | "runs" | "values">,
  ): Promise<PreparedBatch> {
    const { store, clock, settings, options } = this.#parts;
    const world = await this.#parts.world();
    const { journal } = begun;
    const runs = new ItemRuns({ store, journal, clock, world, settings, options, accepted });
    const values = store.valuesIn(journal);
    return { ...begun, plan: accepted.plan, constants, source, runs, values };
  }
}

/**
 * @param workspace folder that the paths of files are relative to, where they are the items
 * @throws {InputError} `file.not_found`, `input.invalid` for a kind of file that has no items
 */
async function openSource(items: ItemsGiven, workspace: string): Promise<ItemSource> {
  if (typeof items !== "string") return givenItems(items);
  return (await import("./item-files.ts")).openItemFiles(items, workspace);
}

/** Undefined for items that can be read only once. @throws {InputError} */
async function inventoryOf(wanted: Wanted): Promise<Inventory | undefined> {
  const { accepted, source, constants, skipInvalid } = wanted;
  if (!source.isRepeatable) return undefined;
  const { plan } = accepted;
  const toInputs: Parameters<typeof takeInventory>[1] = (entry, n) =>
    inputsOfItem({ plan, source }, { entry, n, constants });
  return takeInventory(source, toInputs, { skipInvalid });
}

/** The same from whichever folder the batch is resumed. */
function placeOf({ path }: ItemSource): string | null {
  return path === null ? null : resolve(path);
}

function requireCount(itemsAtOnce: number): number {
  if (Number.isSafeInteger(itemsAtOnce) && itemsAtOnce > 0) return itemsAtOnce;
  const message = `itemsAtOnce is ${itemsAtOnce}.`;
  throw inputError("input.invalid", message, "Give a whole number greater than 0.", "itemsAtOnce");
}

/** @throws {InputError} `input.missing` */
function noItems(): never {
  const message = "The items of this batch were given by a program.";
  throw inputError("input.missing", message, "Give them again, in the same order.", "items");
}

function changedItems({ path }: ItemSource) {
  const message = `The items${path === null ? "" : ` of ${path}`} are not those that the batch began with.`;
  const hint = "Restore them to go on, or begin a new batch with what is there now.";
  return inputError("items.changed", message, hint, "items");
}
