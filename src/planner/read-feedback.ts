/** What feedback says about which subtasks. */

import type { Feedback } from "../plan/evaluation.ts";

/** Ids of subtasks that have changed the world, or may have. */
export function fixedIn({ subtasks }: Feedback): ReadonlySet<string> {
  return new Set(subtasks.filter(({ isFixed }) => isFixed).map(({ id }) => id));
}

/** Ids of subtasks that are to blame; for an item, `fetch[3]`, that of its subtask. */
export function blamedIn({ plan, blame, causes }: Feedback): ReadonlySet<string> {
  const named = [...blame, ...causes.flatMap(({ subtask }) => subtask ?? [])];
  const ids = new Set(named.map((id) => id.replace(/\[.*$/s, "")));
  return new Set(plan.subtasks.map(({ id }) => id).filter((id) => ids.has(id)));
}
