/** What the items of a batch came to, in their order, read back from the journal. */

import type { InvalidItem, ItemResult } from "./batch.ts";
import type { RunEvent } from "./executor/core/event.ts";
import type { KeptOutput, LargeValues } from "./executor/core/large-value.ts";
import { isFinished } from "./executor/core/status.ts";
import type { RunSummary } from "./executor/core/summary.ts";
import type { ItemRow, Journal, StoredEvent } from "./journal/journal.ts";
import { withLargeOutput } from "./projections/large-output.ts";

const PAGE = 256;

export type ReadBatch = {
  readonly journal: Journal;
  readonly batchId: string;
  /** Where large outputs are. */
  readonly values: LargeValues;
};

type Completed = Extract<RunEvent, { readonly type: "run.completed" }>;

/**
 * Each item as soon as it and all before it have ended.
 * @param changed settles when another item may have ended; false once none will
 */
export async function* readResults(
  { journal, batchId, values }: ReadBatch,
  changed: () => Promise<boolean>,
): AsyncGenerator<ItemResult> {
  for (let item = 0, mayChange = true; mayChange; ) {
    // Asked before what there is is read, so that nothing ends unseen in between.
    const change = changed();
    for (let given = PAGE; given === PAGE; ) {
      given = 0;
      const options = { after: item, limit: PAGE, withNewest: true };
      for (const row of await journal.readItems(batchId, options)) {
        const result = row.n === item + 1 ? await resultOfItem(row, journal, values) : undefined;
        if (result === undefined) break;
        given += 1;
        item = row.n;
        yield result;
      }
    }
    mayChange = await change;
  }
}

/** Undefined while it has not ended. */
async function resultOfItem(
  row: ItemRow,
  journal: Journal,
  values: LargeValues,
): Promise<ItemResult | undefined> {
  const { n: item, run, record } = row;
  if (run === null) {
    const { error, text, line } = record as unknown as InvalidItem;
    const at = line === undefined ? {} : { line };
    return { item, status: "invalid", runId: null, output: null, error, text, ...at };
  }
  const { status } = run.summary as unknown as RunSummary;
  if (run.lastSeq === 0 || !isFinished(status)) return undefined;
  const { runId } = run;
  const completed = await completionOf(journal, runId, row.newest);
  const result: ItemResult = {
    item,
    status: status as ItemResult["status"],
    runId,
    output: completed.output,
    ...(completed.error !== null && { error: completed.error }),
  };
  return withLargeOutput(result, completed, { runId, subtask: "the run" }, values);
}

/** The newest completion: dead letters may have been tried again since the first. */
async function completionOf(
  journal: Journal,
  runId: string,
  newest: StoredEvent | undefined,
): Promise<KeptOutput & Pick<Completed, "error">> {
  // It nearly always is the last event.
  if (newest?.type === "run.completed") return newest as Completed;
  const events = (await journal.read(runId)) as RunEvent[];
  const completed = events.findLast((event) => event.type === "run.completed");
  return completed ?? { output: null, error: null };
}
