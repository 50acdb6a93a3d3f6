/**
 * The audit trail's chain: every record carries a hash over itself and the hash before it,
 * so that nothing in it can be changed, removed, moved or put between unnoticed.
 *
 * C1. hash = SHA-256, in hex, of the canonical JSON of [n, previous, runId, at, record].
 * C2. `previous` of the first row is 64 zeros.
 *
 * Two things the chain alone cannot show: that its end was cut off, for which somebody must
 * have noted a later hash elsewhere; and that all of it was computed anew.
 */

import { hash } from "node:crypto";
import { canonicalJson, type Json } from "../base/json.ts";
import type { AuditEntry, AuditRow, StoredEvent } from "./journal.ts";

/** What stands before the first row. */
const GENESIS = "0".repeat(64);

/** The row that an entry becomes behind the newest one. */
export function nextAuditRow(
  newest: Pick<AuditRow, "n" | "hash"> | undefined,
  runId: string,
  { at, record }: AuditEntry,
): AuditRow {
  const link = { n: (newest?.n ?? 0) + 1, previous: newest?.hash ?? GENESIS, runId, at, record };
  return { ...link, hash: hashOf(link) };
}

/** Entries that tell of an appended event carry its digest from then on. */
export function withDigests(
  entries: readonly AuditEntry[],
  events: readonly StoredEvent[],
): AuditEntry[] {
  return entries.map(({ seq, at, record }) => {
    const event = seq === undefined ? undefined : events.find((one) => one.seq === seq);
    if (event === undefined) return { at, record };
    return { at, record: { ...record, seq: event.seq, digest: eventDigest(event) } };
  });
}

/** The digest of an event, for records that say which event they are about. */
export function eventDigest(event: StoredEvent): string {
  return digest(event);
}

type EventsOf = (runId: string) => readonly StoredEvent[] | undefined;

export interface AuditVerdict {
  readonly valid: boolean;
  readonly records: number;
  /** The newest hash: note it elsewhere, and a trail that was cut off before it is found out. */
  readonly head: string;
  /** The first that is wrong, and where: the number that the row has or should have. */
  readonly problem?: { readonly n: number; readonly what: string };
}

/**
 * Whether a trail is as it was written.
 *
 * @param options.expect a hash noted before, which must still be there
 * @param options.events the stored events of a run, undefined for a run that is not there.
 *   Records that name an event, by `seq` and its `digest`, must agree with it
 */
export function verifyAudit(
  rows: readonly AuditRow[],
  options: {
    readonly expect?: string | undefined;
    readonly events?: EventsOf | undefined;
    /** Whether a run is rightly not there any more. @default none is */
    readonly isRemoved?: ((runId: string) => boolean) | undefined;
  } = {},
): AuditVerdict {
  const { expect = GENESIS, events, isRemoved = () => false } = options;
  const summary = { records: rows.length, head: rows.at(-1)?.hash ?? GENESIS };
  for (const [index, row] of rows.entries()) {
    const isChecked = events !== undefined && !isRemoved(row.runId);
    const what = brokenLink(row, rows[index - 1]) ?? (isChecked && brokenRecord(row, events));
    if (what) return { valid: false, ...summary, problem: { n: index + 1, what } };
  }
  if (expect === GENESIS || rows.some(({ hash }) => hash === expect)) {
    return { valid: true, ...summary };
  }
  const what = `the trail ends here, but once had a record with the hash ${expect}`;
  return { valid: false, ...summary, problem: { n: rows.length + 1, what } };
}

function brokenLink(row: AuditRow, before: AuditRow | undefined): string | undefined {
  const n = (before?.n ?? 0) + 1;
  if (row.n !== n) return `record ${row.n} stands where record ${n} should`;
  if (row.previous !== (before?.hash ?? GENESIS)) return "it does not follow from the one before";
  if (row.hash !== hashOf(row)) return "it is not what was written: its hash does not fit";
  return undefined;
}

function brokenRecord({ runId, record }: AuditRow, events: EventsOf): string | undefined {
  const { seq } = record;
  if (typeof seq !== "number") return undefined;
  const event = events(runId)?.find((candidate) => candidate.seq === seq);
  if (event === undefined) return `event ${seq} of run ${runId}, which it tells of, is missing`;
  if (record["digest"] === eventDigest(event)) return undefined;
  return `event ${seq} of run ${runId} is not the one that it tells of`;
}

function hashOf({ n, previous, runId, at, record }: Omit<AuditRow, "hash">): string {
  return digest([n, previous, runId, at, record]);
}

function digest(value: StoredEvent | Json): string {
  return hash("sha256", canonicalJson(value as Json));
}
