/**
 * JSON text: what journals store. It makes whatever is read back a copy, with what only
 * JSON carries; a lone surrogate is kept as its escape, and so is every other string.
 */

import { JournalError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { StoredEvent } from "./journal.ts";
import { foreignEvent, wrongSeq } from "./refusals.ts";

/**
 * The events of one append, each as text.
 * @throws {JournalError} `journal.conflict` when they are not of this run, or have gaps among
 *   themselves; `journal.write_failed` when one is not JSON
 */
export function eventTexts(runId: string, events: readonly StoredEvent[]): string[] {
  const first = events[0]?.seq ?? 0;
  return events.map((event, index) => {
    if (event.runId !== runId) throw foreignEvent(runId, event);
    if (event.seq !== first + index) throw wrongSeq(runId, event.seq, first + index);
    return textOf(event);
  });
}

/** @throws {JournalError} `journal.write_failed` when the value is not JSON */
export function textOf(value: StoredEvent | Json): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const message = `The journal cannot store what is not JSON: ${cause instanceof Error ? cause.message : cause}`;
    throw new JournalError("journal.write_failed", message, {
      hint: "Keep BigInts, cycles, and values nested thousands deep out of results.",
      cause,
    });
  }
}
