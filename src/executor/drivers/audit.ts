import type { JsonObject } from "../../base/json.ts";
import type { AuditEntry } from "../../journal/journal.ts";
import type { RunEvent } from "../core/event.ts";

/** What people decided, and what they were shown. */
const AUDITED: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>([
  "run.started",
  "questions.answered",
  "approval.requested",
  "approval.decided",
  "pause.requested",
  "run.resumed",
  "run.cancelled",
  "run.reopened",
  "subtasks.reset",
  "dead_letter.resolved",
  "subtask.resolved",
]);

/** Whether the audit trail has a record of the event. */
export function isAudited({ type }: { readonly type: string }): boolean {
  return (AUDITED as ReadonlySet<string>).has(type);
}

/** What of the events belongs into the audit trail. */
export function auditOf(events: readonly RunEvent[]): AuditEntry[] {
  return events
    .filter(isAudited)
    .map(({ runId: _, seq, at, ...record }) => ({ seq, at, record: record as JsonObject }));
}
