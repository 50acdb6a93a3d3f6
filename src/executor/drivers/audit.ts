import type { JsonObject } from "../../base/json.ts";
import type { AuditEntry, StoredEvent } from "../../journal/journal.ts";
import type { RunEvent } from "../core/event.ts";

/** What people decided, and what they were shown. */
const AUDITED: ReadonlySet<string> = new Set<RunEvent["type"] | `batch.${string}`>([
  "run.started",
  "questions.answered",
  "approval.requested",
  "approval.decided",
  "evaluation.decided",
  "pause.requested",
  "run.resumed",
  "run.cancelled",
  "run.reopened",
  "subtasks.reset",
  "dead_letter.resolved",
  "subtask.resolved",
  "batch.dead_letter_resolved",
]);

/** Whether the audit trail has a record of the event. */
export function isAudited({ type }: { readonly type: string }): boolean {
  return AUDITED.has(type);
}

/** What of the events belongs into the audit trail. */
export function auditOf(events: readonly StoredEvent[]): AuditEntry[] {
  return events.filter(isAudited).map(({ runId: _, seq, at, ...record }) => ({
    seq,
    at,
    record: record as unknown as JsonObject,
  }));
}
