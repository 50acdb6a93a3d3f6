/** Batches as the journal has them, for whoever looks back. */

import { inputError } from "./base/errors.ts";
import type { BatchEvent, BatchResult, BatchSummary } from "./batch.ts";
import type { RunSummary } from "./executor/core/summary.ts";
import type { ItemRow, Journal, RunRow } from "./journal/journal.ts";
import { asInterrupted, isBatchSummary, type ListedRun, type RunStore } from "./run-store.ts";

/** Places of items that are read at a time. */
const PAGE = 256;

/** @throws {InputError} `batch.unknown` */
export async function findBatch(
  store: RunStore,
  batchId: string,
): Promise<{ readonly journal: Journal; readonly row: RunRow }> {
  const journal = await store.openToRead();
  const row = await journal?.find(batchId);
  if (!journal || !row || !isBatchSummary(row.summary)) throw unknownBatch(batchId);
  return { journal, row };
}

/** Whether this is the id of a batch. */
export async function isBatch(store: RunStore, id: string): Promise<boolean> {
  const row = await (await store.openToRead())?.find(id);
  return row !== undefined && isBatchSummary(row.summary);
}

/** @throws {InputError} `batch.unknown` for one whose process ended before its first event */
export function startOf(events: readonly BatchEvent[], batchId: string) {
  const started = events.find((event) => event.type === "batch.started");
  if (started === undefined) throw unknownBatch(batchId);
  return started;
}

/** What has a place in a batch, in order. */
export async function* itemsOf(journal: Journal, batchId: string): AsyncGenerator<ItemRow> {
  for (let after = 0; ; ) {
    const rows = await journal.readItems(batchId, { after, limit: PAGE });
    yield* rows;
    after = rows.at(-1)?.n ?? after;
    if (rows.length < PAGE) return;
  }
}

/** The runs of its items that have begun, in the order of the items. */
export async function runsOf(
  { journal, row }: { readonly journal: Journal; readonly row: RunRow },
  now: number,
): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  for await (const { run } of itemsOf(journal, row.runId)) {
    if (run === null || run.lastSeq === 0) continue;
    const summary = run.summary as unknown as RunSummary;
    runs.push({ runId: run.runId, ...asInterrupted(summary, run, now) });
  }
  return runs;
}

export function batchResultOf(row: RunRow, now: number): BatchResult {
  const summary = row.summary as unknown as BatchSummary;
  return { batchId: row.runId, ...asInterrupted(summary, row, now) };
}

function unknownBatch(batchId: string) {
  const message = `The journal has no batch ${JSON.stringify(batchId)}.`;
  const hint = "`planwright batches` lists the batches; --journal names another journal.";
  return inputError("batch.unknown", message, hint);
}
