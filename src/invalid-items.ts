/**
 * Items that cannot be run, the dead letters of batches: looked at, left as they are, or given
 * again as they should have been. The rules V1 and V2 stand in item-decisions.ts.
 */

import type { Clock } from "./base/clock.ts";
import { inputError } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type { BatchEvent, BatchResult, BatchSummary } from "./batch.ts";
import { batchResultOf, findBatch, itemsOf, startOf } from "./batch-history.ts";
import { itemStart, makeItemRun } from "./batch-items.ts";
import type { Begin } from "./begin-run.ts";
import type { RunSettings } from "./executor/core/settings.ts";
import { initialState } from "./executor/core/state.ts";
import { auditOf } from "./executor/drivers/audit.ts";
import {
  decisionsOf,
  type ItemDecision,
  notOpen,
  type OpenItem,
  openItem,
} from "./item-decisions.ts";
import { inputsOfGiven } from "./item-source.ts";
import type { Journal, Lease, RunRow } from "./journal/journal.ts";
import type { PlanwrightOptions } from "./options.ts";
import type { Planning } from "./planning.ts";
import type { DeadItem } from "./projections/dead-letters.ts";
import { type Run, type RunListener, userName } from "./run.ts";
import type { HeldRun, RunStore } from "./run-store.ts";
import { versions } from "./signature.ts";

export interface RetryItemOptions {
  /** The item as it should have been. @default what was given before, if that never began to run */
  readonly item?: Json | undefined;
  /** What was mended, for the record. */
  readonly note?: string | undefined;
  readonly listener?: RunListener | undefined;
}

type Parts = {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly planning: Planning;
  readonly settings: RunSettings;
  readonly options: PlanwrightOptions;
  readonly begin: Begin;
};

/** A batch, and those of its items about which somebody wants to decide. */
type Looked = {
  readonly journal: Journal;
  readonly row: RunRow;
  readonly started: ReturnType<typeof startOf>;
  readonly open: readonly OpenItem[];
};

type Resolution = { readonly note: string } & (
  | { readonly resolution: "discarded" }
  | { readonly resolution: "mended"; readonly given: Json }
);

export class InvalidItems {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Those of a batch about which nobody has decided, in the order of the items.
   * @throws {InputError} `batch.unknown`
   */
  async list(batchId: string): Promise<DeadItem[]> {
    const { store, clock } = this.#parts;
    const { journal, row } = await findBatch(store, batchId);
    const events = (await journal.read(batchId)) as BatchEvent[];
    const started = startOf(events, batchId);
    const { goal } = row.summary as unknown as BatchSummary;
    const decisions = decisionsOf(events);
    const letters: DeadItem[] = [];
    for await (const item of itemsOf(journal, batchId)) {
      const open = openItem(item, decisions.get(item.n), clock.now());
      if (open === undefined) continue;
      // Records of early versions do not say all of it.
      const { error, issues = [], at = started.at, line, text } = open.was;
      letters.push({
        batchId,
        goal,
        item: item.n,
        reason: "invalid",
        error,
        issues,
        at,
        source: started.source,
        ...(line !== undefined && { line }),
        text,
        versions: started.versions,
      });
    }
    return letters;
  }

  /** Batches that may have some, newest first. */
  async suspects(): Promise<string[]> {
    const { store, clock } = this.#parts;
    const rows = await store.rows({ of: "batches" });
    return rows
      .filter(({ lastSeq }) => lastSeq > 0)
      .map((row) => batchResultOf(row, clock.now()))
      .filter(({ counts, total }) => {
        const counted = Object.values(counts).reduce((sum, amount) => sum + amount, 0);
        // What was given again and has not begun is in none of them.
        return counts.invalid > 0 || counted < (total ?? Number.POSITIVE_INFINITY);
      })
      .map(({ batchId }) => batchId);
  }

  /**
   * Decide that items are left as they are.
   * @param note why, for the record
   * @returns the batch
   * @throws {InputError} `batch.unknown`, `dead_letter.unknown`
   * @throws {JournalError} `run.owned` while a process drives the batch
   */
  async discard(batchId: string, items: readonly number[], note: string): Promise<BatchResult> {
    const { store, clock } = this.#parts;
    await using held = await this.#hold(batchId, items);
    const made = held.open.find(({ run }) => run !== undefined);
    if (made !== undefined) throw notBegun(batchId, made.n);
    await this.#decide(held, { resolution: "discarded", note });
    const { row } = await findBatch(store, batchId);
    return batchResultOf(row, clock.now());
  }

  /**
   * Give an item as it should have been. It is run, and its run takes the place in the batch.
   * @throws {InputError} from `result()`: `batch.unknown`, `dead_letter.unknown`, `input.missing`
   *   where nothing is given, and all that is wrong with what is; nothing is decided then
   * @throws {JournalError} `run.owned` while a process drives the batch
   */
  retry(batchId: string, n: number, options: RetryItemOptions = {}): Run {
    const { item, note = "", listener } = options;
    const { planning, ...parts } = this.#parts;
    return this.#parts.begin(listener, async () => {
      const { started, open } = await this.#look(batchId, [n]);
      const given = item === undefined ? open[0]?.given : item;
      if (given === undefined) throw nothingGiven(batchId, n, open[0]);
      const accepted = await planning.acceptWithoutInputs(started.plan);
      const inputs = inputsOfGiven(accepted.plan, given, { n, constants: started.inputs });
      await using held = await this.#hold(batchId, [n]);
      await this.#decide(held, { resolution: "mended", given, note });
      const run = await this.#takePlace(held, n);
      return { ...run, first: [itemStart({ accepted, ...parts }, inputs)] };
    });
  }

  /** @throws {InputError} `batch.unknown`, `dead_letter.unknown` unless all of them are open */
  async #look(batchId: string, items: readonly number[]): Promise<Looked> {
    const { store, clock } = this.#parts;
    const { journal, row } = await findBatch(store, batchId);
    const events = (await journal.read(batchId)) as BatchEvent[];
    const started = startOf(events, batchId);
    const decisions = decisionsOf(events);
    const open: OpenItem[] = [];
    for (const n of new Set(items)) {
      const [next] = await journal.readItems(batchId, { after: n - 1, limit: 1 });
      const there = next?.n === n ? next : undefined;
      const decision = decisions.get(n);
      const one = there && openItem(there, decision, clock.now());
      if (one === undefined) throw notOpen(batchId, n, { isThere: there !== undefined, decision });
      open.push(one);
    }
    return { journal, row, started, open };
  }

  /** Take the batch, so that nobody else decides meanwhile, until it is disposed of. */
  async #hold(
    batchId: string,
    items: readonly number[],
  ): Promise<Looked & AsyncDisposable & { readonly lease: Lease }> {
    const { store } = this.#parts;
    await this.#look(batchId, items);
    const lease = await store.acquire(batchId);
    const journal = await store.open();
    const letGo = () => journal.release(lease);
    try {
      // Again, for until now somebody else may have decided.
      return { ...(await this.#look(batchId, items)), lease, [Symbol.asyncDispose]: letGo };
    } catch (error) {
      await letGo();
      throw error;
    }
  }

  /** Of all that are open in it the same. */
  async #decide(held: Looked & { readonly lease: Lease }, what: Resolution): Promise<void> {
    const { journal, row, lease, open } = held;
    const common = { runId: row.runId, at: this.#parts.clock.now(), by: userName() };
    const events = open.map(({ n: item, was }, index): ItemDecision => {
      const seq = row.lastSeq + 1 + index;
      const type = "batch.dead_letter_resolved";
      return { ...common, seq, type, item, was, ...what, versions: versions() };
    });
    const summary = row.summary as unknown as BatchSummary;
    // What was given again is counted when it has come to something.
    const before = open.filter(({ given }) => given === undefined).length;
    const after = what.resolution === "mended" ? 0 : open.length;
    const counts = { ...summary.counts, invalid: summary.counts.invalid - before + after };
    await journal.append(lease, events, {
      audit: auditOf(events),
      summary: { ...summary, counts } as unknown as JsonObject,
    });
  }

  async #takePlace(
    { journal, lease, open }: Looked & { readonly lease: Lease },
    n: number,
  ): Promise<HeldRun> {
    const { store, clock } = this.#parts;
    const run = open[0]?.run;
    if (run === undefined) return makeItemRun(journal, clock, { lease, n });
    return { state: initialState(run.runId), lease: await store.acquire(run.runId) };
  }
}

/** Its run has the place, so that it would be missing in the results for ever. */
function notBegun(batchId: string, n: number) {
  const message = `Item ${n} of the batch ${batchId} was given again, and its run has not begun.`;
  const hint = `\`planwright dead-letters retry ${batchId} ${n}\` begins it.`;
  return inputError("dead_letter.unknown", message, hint);
}

function nothingGiven(batchId: string, n: number, open: OpenItem | undefined) {
  const message = `Item ${n} of the batch ${batchId} cannot be run as it is: ${open?.was.error.message}`;
  const hint = `Give it as it should have been: \`planwright dead-letters retry ${batchId} ${n} --item JSON\`.`;
  return inputError("input.missing", message, hint);
}
