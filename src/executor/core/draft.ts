/**
 * Drafts: the part of a plan that the planner has written so far. A draft only grows; a
 * planner that changes its mind, or writes a route after what the route chooses, is heard when
 * its plan is whole.
 */

import type { AcceptedPlan } from "./accepted-plan.ts";

/** The draft with more subtasks at its end. */
export function extendDraft(draft: AcceptedPlan | null, added: AcceptedPlan): AcceptedPlan {
  if (draft === null) return added;
  const subtasks = [...draft.plan.subtasks, ...added.plan.subtasks];
  return {
    ...draft,
    plan: { ...draft.plan, subtasks },
    tools: { ...draft.tools, ...added.tools },
    expectedMs: [...draft.expectedMs, ...added.expectedMs],
  };
}

/** What a draft has at its end beyond an earlier one; undefined if it does not continue it. */
export function growthOf(
  earlier: AcceptedPlan | null,
  draft: AcceptedPlan,
): AcceptedPlan | undefined {
  if (earlier === null) return draft;
  const known = earlier.plan.subtasks.length;
  const { subtasks } = draft.plan;
  const begins = JSON.stringify(subtasks.slice(0, known));
  if (subtasks.length <= known || begins !== JSON.stringify(earlier.plan.subtasks))
    return undefined;
  if (leadsBack(subtasks, known)) return undefined;
  return {
    ...draft,
    plan: { ...draft.plan, subtasks: subtasks.slice(known) },
    expectedMs: draft.expectedMs.slice(known),
  };
}

/** Whether a route that is new lets what has begun already wait for it. */
function leadsBack(subtasks: AcceptedPlan["plan"]["subtasks"], known: number): boolean {
  const begun = new Set(subtasks.slice(0, known).map(({ id }) => id));
  const routes = subtasks.slice(known).flatMap(({ route }) => (route ? [route] : []));
  return routes.some(({ branches }) =>
    Object.values(branches)
      .flat()
      .some((id) => begun.has(id)),
  );
}
