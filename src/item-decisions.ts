/**
 * Items that cannot be run, and what people decided about them: both follow from the events of
 * the batch and from what has their places.
 *
 * V1. One is open until somebody discards it, or until what was given instead has begun to run.
 *     The first decision stands; whoever comes later is told of it.
 * V2. A decision keeps what the source had. It is on record before the run takes the place.
 */

import { type InputError, inputError } from "./base/errors.ts";
import type { Json } from "./base/json.ts";
import type { BatchEvent, InvalidItem } from "./batch.ts";
import { itemRunId } from "./batch-items.ts";
import type { ItemRow, RunRow } from "./journal/journal.ts";
import { isOwned } from "./run-store.ts";

export type ItemDecision = Extract<BatchEvent, { readonly type: "batch.dead_letter_resolved" }>;

/** One about which somebody can decide. */
export type OpenItem = {
  readonly n: number;
  /** What the source had. */
  readonly was: InvalidItem;
  /** What was given instead, by a process that ended before it ran. */
  readonly given?: Json;
  /** Which that process made, and which never began. */
  readonly run?: RunRow;
};

/** What was decided last about each item of a batch, by its number. */
export function decisionsOf(events: readonly BatchEvent[]): ReadonlyMap<number, ItemDecision> {
  const decisions = events.filter((event) => event.type === "batch.dead_letter_resolved");
  return new Map(decisions.map((decision) => [decision.item, decision]));
}

/** What was given in the place of items that could not be run. */
export function mendedItems(events: readonly BatchEvent[]): ReadonlyMap<number, Json> {
  const mended = [...decisionsOf(events).values()].flatMap((decision) =>
    decision.resolution === "mended" ? [[decision.item, decision.given] as const] : [],
  );
  return new Map(mended);
}

/** Undefined for one that can be run, or about which somebody has decided. */
export function openItem(
  { n, run, record }: ItemRow,
  decision: ItemDecision | undefined,
  now: number,
): OpenItem | undefined {
  if (decision?.resolution === "discarded") return undefined;
  const more = decision === undefined ? {} : { given: decision.given };
  if (run === null) return { n, was: record as unknown as InvalidItem, ...more };
  if (decision === undefined || run.lastSeq > 0 || isOwned(run, now)) return undefined;
  return { n, was: decision.was, run, ...more };
}

/** Why nobody can decide about an item. */
export function notOpen(
  batchId: string,
  n: number,
  { isThere, decision }: { readonly isThere: boolean; readonly decision: ItemDecision | undefined },
): InputError {
  const item = `Item ${n} of the batch ${batchId}`;
  if (decision !== undefined) {
    const { resolution, by, at, note } = decision;
    const what = resolution === "mended" ? "given again" : "discarded";
    const why = note === "" ? "" : `: ${note}`;
    const message = `${item} was ${what} by ${by} at ${new Date(at).toISOString()}${why}`;
    const run = `; \`planwright show ${itemRunId(batchId, n)}\` tells what it came to`;
    const hint = `The first decision stands${resolution === "mended" ? run : ""}.`;
    return inputError("dead_letter.unknown", `${message}.`, hint);
  }
  if (!isThere) {
    const hint = `\`planwright dead-letters list ${batchId}\` lists those that cannot be run.`;
    return inputError("dead_letter.unknown", `${item} is not there.`, hint);
  }
  const hint = `It has a run of its own: \`planwright show ${itemRunId(batchId, n)}\`.`;
  return inputError("dead_letter.unknown", `${item} could be run.`, hint);
}
