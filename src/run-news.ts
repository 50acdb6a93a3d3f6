/** What a run is told when somebody takes it up again, or has decided something about it. */

import { randomUUID } from "node:crypto";
import type { RunSettings } from "./executor/core/settings.ts";
import type { News } from "./executor/drivers/driver.ts";
import type { DecideOptions } from "./options.ts";
import { userName } from "./run.ts";
import type { HeldRun } from "./run-store.ts";

/** A run that this process drives next, and what it is told first. */
export type PreparedRun = HeldRun & { readonly first: readonly News[] };

/** Before what is only noted: a run whose process is gone does not go on because of it. */
export const INTERRUPTION = { type: "interruption_found" } as const satisfies News;

/** Go on, with what is set now. */
export function resumption({ budget, approver }: RunSettings): News {
  return {
    type: "resume_requested",
    ...(budget !== null && { budget }),
    ...(approver !== null && { approver }),
  };
}

/** With an id, so that whoever decided knows it again among those of others. */
export function decisionOf(subtask: string, options: DecideOptions) {
  const { decision, by = userName(), note = "", input } = options;
  const said = { type: "approval_decided", subtask, decision, by, note } as const;
  return { ...said, ...(input !== undefined && { input }), id: randomUUID() };
}
