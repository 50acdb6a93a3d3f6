/** How a journal says no: the same codes and words whatever the store. */

import { JournalError } from "../base/errors.ts";
import type { Lease } from "./journal.ts";

export function unknownRun(runId: string): JournalError {
  return new JournalError("run.unknown", `The journal has no run ${JSON.stringify(runId)}.`, {
    hint: "Look the run up in the list of runs; it may be in another journal.",
  });
}

export function takenRunId(runId: string): JournalError {
  return new JournalError(
    "journal.conflict",
    `The journal already has a run ${JSON.stringify(runId)}.`,
    {
      hint: "Give the new run an id of its own.",
    },
  );
}

export function ownedRun(runId: string, owner: string, expiresAt: number): JournalError {
  const until = new Date(expiresAt).toISOString();
  return new JournalError(
    "run.owned",
    `The run ${runId} is driven by ${owner}, whose lease holds until ${until}.`,
    {
      hint: "Wait until it ends, or stop that process.",
    },
  );
}

export function lostLease({ runId, owner }: Lease): JournalError {
  return new JournalError(
    "journal.lease_lost",
    `${owner} does not hold the lease of run ${runId} any more.`,
    {
      hint: "Another process may drive the run now; acquire the lease again to go on.",
    },
  );
}

/** An append by somebody who is not, or no longer, the holder. */
export function staleHolder({ runId, owner }: Lease): JournalError {
  return new JournalError(
    "journal.conflict",
    `${owner} does not hold run ${runId}, so its events were not stored.`,
    {
      hint: "Another process may drive the run now; look at its history.",
    },
  );
}

/** An append whose events do not continue the stored ones. */
export function wrongSeq(runId: string, given: number, expected: number): JournalError {
  const message = `The next event of run ${runId} has seq ${expected}, not ${given}; nothing was stored.`;
  return new JournalError("journal.conflict", message, {
    hint: "Read the run's newest events before appending to it.",
  });
}

export function foreignEvent(runId: string, event: { readonly runId: string }): JournalError {
  const message = `An event of run ${event.runId} cannot be appended to run ${runId}; nothing was stored.`;
  return new JournalError("journal.conflict", message, {
    hint: "Append it with the lease of its own run.",
  });
}

/** A place that somebody gives away who does not hold the batch, or that is given away. */
export function refusedPlace({ runId }: Lease, n: number): JournalError {
  const message = `Place ${n} of the batch ${runId} is not to be had; nothing was stored.`;
  return new JournalError("journal.conflict", message, {
    hint: "It is taken, or another process drives the batch now; look at the batch.",
  });
}

export function closedJournal(): JournalError {
  return new JournalError("journal.unusable", "The journal is closed.", {
    hint: "Open it again, or close it later.",
  });
}

/** @param where the file, where there is one */
export function missingBlob(id: string, where?: string): JournalError {
  const place = where === undefined ? "" : `: there is no ${where}`;
  return new JournalError("blob.missing", `The large value ${shortId(id)} is missing${place}.`, {
    hint: BLOB_HINT,
  });
}

export function damagedBlob(id: string, where: string, cause?: unknown): JournalError {
  const message = `The large value ${shortId(id)} is damaged: ${where} does not hold what was stored.`;
  return new JournalError("blob.damaged", message, { hint: BLOB_HINT, cause });
}

const BLOB_HINT = "Restore it from a copy, or restart the run from the subtask that gave it.";

function shortId(id: string): string {
  return id.slice(0, 12);
}
