/** The audit trail of a journal: what people decided, and whether somebody changed it since. */

import { isAudited } from "./executor/drivers/audit.ts";
import { type AuditVerdict, verifyAudit } from "./journal/audit-chain.ts";
import type { AuditRow, StoredEvent } from "./journal/journal.ts";
import type { RunStore } from "./run-store.ts";

/** The type of the record that a run leaves which was removed. */
const REMOVED = "run.removed";

export async function readAuditTrail(store: RunStore): Promise<readonly AuditRow[]> {
  return (await (await store.openToRead())?.readAudit()) ?? [];
}

/** @param options.expect a hash that was noted before, which must still be in it */
export async function verifyAuditTrail(
  store: RunStore,
  { expect }: { readonly expect?: string | undefined },
): Promise<AuditVerdict> {
  const rows = await readAuditTrail(store);
  const runs = new Map<string, readonly StoredEvent[]>();
  const journal = await store.openToRead();
  for (const kind of ["runs", "items", "batches"] as const) {
    for (const { runId } of (await journal?.list({ of: kind })) ?? []) {
      runs.set(runId, ((await journal?.read(runId)) ?? []).filter(isAudited));
    }
  }
  // A run that was removed on record is not missed; one without the record is.
  const removed = new Set(
    rows.flatMap(({ runId, record }) => (record["type"] === REMOVED ? [runId] : [])),
  );
  const verdict = verifyAudit(rows, {
    expect,
    events: (runId) => runs.get(runId),
    isRemoved: (runId) => removed.has(runId) && !runs.has(runId),
  });
  if (!verdict.valid) return verdict;
  // What other processes decided while the events were read has its records by now.
  const what = missingRecord(await readAuditTrail(store), runs);
  if (what === undefined) return verdict;
  return { ...verdict, valid: false, problem: { n: rows.length + 1, what } };
}

/** A decision without its record, as when the end of the trail was cut off. */
function missingRecord(
  rows: readonly AuditRow[],
  runs: ReadonlyMap<string, readonly StoredEvent[]>,
): string | undefined {
  const recorded = new Set(rows.map(({ runId, record }) => `${runId} ${record["seq"]}`));
  for (const [runId, events] of runs) {
    // Clocks are set back, so their times cannot say which events are older than the trail. Who
    // writes into it also says in which version of it.
    let isOwed = false;
    for (const event of events) {
      const isRecorded = recorded.has(`${runId} ${event.seq}`);
      isOwed ||= isRecorded || "versions" in event;
      if (isOwed && !isRecorded) {
        return `event ${event.seq} of run ${runId}, ${event.type}, has no record`;
      }
    }
  }
  return undefined;
}
