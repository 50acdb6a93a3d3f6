/** The audit trail of a journal: what people decided, and whether somebody changed it since. */

import { isAudited } from "./executor/drivers/audit.ts";
import { type AuditVerdict, verifyAudit } from "./journal/audit-chain.ts";
import type { AuditRow, StoredEvent } from "./journal/journal.ts";
import type { RunStore } from "./run-store.ts";

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
  for (const { runId } of (await journal?.list()) ?? []) {
    runs.set(runId, ((await journal?.read(runId)) ?? []).filter(isAudited));
  }
  const verdict = verifyAudit(rows, { expect, events: (runId) => runs.get(runId) });
  const what = verdict.valid ? missingRecord(rows, runs) : undefined;
  if (what === undefined) return verdict;
  return { ...verdict, valid: false, problem: { n: rows.length + 1, what } };
}

/** A decision without its record, as when the end of the trail was cut off. */
function missingRecord(
  rows: readonly AuditRow[],
  runs: ReadonlyMap<string, readonly StoredEvent[]>,
): string | undefined {
  const recorded = new Set(rows.map(({ runId, record }) => `${runId} ${record["seq"]}`));
  // What is older than the trail was written before there was one.
  const from = rows[0]?.at ?? Number.POSITIVE_INFINITY;
  for (const [runId, events] of runs) {
    for (const event of events) {
      if (event.at < from || recorded.has(`${runId} ${event.seq}`)) continue;
      return `event ${event.seq} of run ${runId}, ${event.type}, has no record`;
    }
  }
  return undefined;
}
