/** What the items of a batch came to, in their order, read back from the journal. */

import type { InvalidItem, ItemResult } from "./batch.ts";
import type { RunEvent } from "./executor/core/event.ts";
import { isFinished } from "./executor/core/status.ts";
import type { RunSummary } from "./executor/core/summary.ts";
import type { ItemRow, Journal, RunRow } from "./journal/journal.ts";

const PAGE = 256;

/**
 * Each item as soon as it and all before it have ended.
 * @param changed settles when another item may have ended; false once none will
 */
export async function* readResults(
  journal: Journal,
  batchId: string,
  changed: () => Promise<boolean>,
): AsyncGenerator<ItemResult> {
  for (let item = 0, isOver = false; ; ) {
    for (let from = -1; from !== item; ) {
      from = item;
      for (const row of await journal.readItems(batchId, { after: item, limit: PAGE })) {
        const result = row.n === item + 1 ? await resultOfItem(journal, row) : undefined;
        if (result === undefined) break;
        item = row.n;
        yield result;
      }
    }
    if (isOver) return;
    isOver = !(await changed());
  }
}

/** Undefined while it has not ended. */
async function resultOfItem(
  journal: Journal,
  { n: item, run, record }: ItemRow,
): Promise<ItemResult | undefined> {
  if (run === null) {
    const { error, text, line } = record as unknown as InvalidItem;
    const at = line === undefined ? {} : { line };
    return { item, status: "invalid", runId: null, output: null, error, text, ...at };
  }
  const { status } = run.summary as unknown as RunSummary;
  if (run.lastSeq === 0 || !isFinished(status)) return undefined;
  const { output, error } = await completionOf(journal, run);
  return {
    item,
    status: status as ItemResult["status"],
    runId: run.runId,
    output,
    ...(error !== null && { error }),
  };
}

/** The newest completion: dead letters may have been tried again since the first. */
async function completionOf(
  journal: Journal,
  { runId, lastSeq }: RunRow,
): Promise<Pick<Extract<RunEvent, { type: "run.completed" }>, "output" | "error">> {
  // It nearly always is the last event.
  for (const after of [lastSeq - 1, 0]) {
    const events = (await journal.read(runId, after)) as RunEvent[];
    const completed = events.findLast((event) => event.type === "run.completed");
    if (completed !== undefined) return completed;
  }
  return { output: null, error: null };
}
