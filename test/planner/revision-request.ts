import type { Json } from "../../src/base/json.ts";
import { checkPlan } from "../../src/plan/check.ts";
import { checkRevision } from "../../src/plan/check-revision.ts";
import type { Feedback, SubtaskReport } from "../../src/plan/evaluation.ts";
import { type Plan, type PlanDraft, planSchema } from "../../src/plan/schema.ts";
import type { RevisionRequest } from "../../src/planner/planner.ts";
import type { Tool } from "../../src/tools/tool.ts";

/** How a run of this plan has gone: all of it well, but for what is said. */
export function feedbackOn(
  plan: Plan,
  reports: Readonly<Record<string, Partial<SubtaskReport>>> = {},
  more: Partial<Feedback> = {},
): Feedback {
  const subtasks = plan.subtasks.map(({ id }) => {
    return { id, status: "succeeded", isFixed: false, ...reports[id] } as const;
  });
  return { plan, revision: 1, trigger: "low_score", causes: [], blame: [], subtasks, ...more };
}

/** A request to revise a plan of these tools, checked as the engine checks revisions. */
export function revisionRequest(
  feedback: Feedback,
  tools: readonly Tool[],
  more: Partial<RevisionRequest> = {},
): RevisionRequest {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const lookup = { get: (name: string) => byName.get(name), names: () => [...byName.keys()] };
  return {
    goal: feedback.plan.goal,
    tools,
    now: Date.UTC(2026, 10, 21, 9, 30),
    signal: new AbortController().signal,
    feedback,
    check: (proposed: Json) => {
      const { plan, issues } = checkPlan(proposed, { tools: lookup, maxSubtasks: 200 });
      return plan === undefined ? issues : checkRevision(plan, feedback);
    },
    ...more,
  };
}

/** A plan with its defaults. */
export function planOf(draft: PlanDraft): Plan {
  return planSchema.parse(draft);
}
