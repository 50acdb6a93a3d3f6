import type { AppendedWith } from "../../journal/journal.ts";
import type { RunEvent } from "../core/event.ts";
import type { LargeValues } from "../core/large-value.ts";
import { auditOf } from "./audit.ts";
import { effectEnds } from "./effect-claims.ts";
import { blobsOf } from "./large-values.ts";

/** What follows from events alone and becomes durable with them. */
export function appendedWith(events: readonly RunEvent[], values: LargeValues): AppendedWith {
  return { audit: auditOf(events), effects: effectEnds(events, values), blobs: blobsOf(events) };
}
