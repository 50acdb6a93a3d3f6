/** What a run is told when somebody takes it up again, or has decided something about it. */

import { randomUUID } from "node:crypto";
import type { SettingChanges } from "./executor/core/settings.ts";
import type { News } from "./executor/drivers/driver.ts";
import type { DecideOptions } from "./options.ts";
import { userName } from "./run.ts";
import type { HeldRun } from "./run-store.ts";

/** A run that this process drives next, and what it is told first. */
export type PreparedRun = HeldRun & { readonly first: readonly News[] };

/** Before what is only noted: a run whose process is gone does not go on because of it. */
export const INTERRUPTION = { type: "interruption_found" } as const satisfies News;

/** The news by which a process takes a run up say what is set now; all else stays as it is. */
export function changing(news: News, changes: SettingChanges): News {
  switch (news.type) {
    case "resume_requested":
    case "restart_requested":
    case "dead_letters_retried":
    case "dead_letter_resolved":
      return { ...news, ...changes };
    default:
      return news;
  }
}

/** With an id, so that whoever decided knows it again among those of others. */
export function decisionOf(subtask: string, options: DecideOptions) {
  const { decision, by = userName(), note = "", input } = options;
  const said = { type: "approval_decided", subtask, decision, by, note } as const;
  return { ...said, ...(input !== undefined && { input }), id: randomUUID() };
}
