/** Builders that make a test's data one line. */

import type { Json, JsonObject } from "../src/base/json.ts";
import type { AcceptedPlan, ToolPolicy } from "../src/executor/core/accepted-plan.ts";
import type { RunInput } from "../src/executor/core/input.ts";
import { DEFAULT_SETTINGS, type RunSettings } from "../src/executor/core/settings.ts";
import { type Plan, type PlanDraft, planSchema, type Subtask } from "../src/plan/schema.ts";

type Draft = PlanDraft["subtasks"][number];

/**
 * A plan from arrows: `plan("a -> b, a -> c, d")`. `~>` is a dependency on `settled`.
 * @param more what else a subtask has, by id
 */
export function plan(
  arrows: string,
  more: Readonly<Record<string, Partial<Draft>>> = {},
  rest: Partial<PlanDraft> = {},
): Plan {
  const subtasks = new Map<string, Draft & { dependsOn: NonNullable<Draft["dependsOn"]> }>();
  const at = (id: string) => {
    let subtask = subtasks.get(id);
    if (!subtask) {
      subtask = { id, tool: "work", dependsOn: [], ...(more[id] as object) };
      subtasks.set(id, subtask);
    }
    return subtask;
  };
  for (const chain of arrows.split(",").map((part) => part.trim())) {
    const [first = "", ...links] = chain.split(/\s+/);
    let from = at(first);
    for (let k = 0; k + 1 < links.length; k += 2) {
      const to = at(links[k + 1] ?? "");
      to.dependsOn.push(links[k] === "~>" ? { id: from.id, on: "settled" } : from.id);
      from = to;
    }
  }
  return planSchema.parse({ goal: "test", subtasks: [...subtasks.values()], ...rest });
}

/** Of a tool that changes nothing and has no limits. */
const PURE: ToolPolicy = {
  effects: "none",
  idempotent: false,
  timeoutMs: null,
  retry: null,
  costUsd: 0,
  approval: false,
  needsAdmission: false,
  adaptsTimeout: false,
};
export const WRITES: ToolPolicy = { ...PURE, effects: "write" };
export const READS: ToolPolicy = { ...PURE, effects: "read" };

/** The plan as accepted, every tool without effects unless said otherwise. */
export function accepted(
  given: Plan,
  tools: Readonly<Record<string, ToolPolicy>> = {},
  inputs: JsonObject = {},
): AcceptedPlan {
  const policies = given.subtasks
    .flatMap(({ tool, fallback = tool, refine }: Subtask) => {
      return [tool, fallback, refine?.check?.tool ?? tool];
    })
    .map((tool) => [tool, tools[tool] ?? PURE] as const);
  return {
    revision: 1,
    plan: given,
    inputs,
    tools: Object.fromEntries(policies),
    expectedMs: given.subtasks.map(() => null),
  };
}

/** The input that starts a run of the plan. */
export function start(
  plan: AcceptedPlan,
  settings: Partial<RunSettings> = {},
  at = 0,
): Extract<RunInput, { type: "start_requested" }> {
  const { goal } = plan.plan;
  return {
    type: "start_requested",
    at,
    goal,
    plan,
    settings: { ...DEFAULT_SETTINGS, ...settings },
  };
}

export function succeeded(subtask: string, output: Json = null, attempt = 1, at = 0): RunInput {
  return { type: "attempt_ended", at, subtask, attempt, outcome: { status: "ok", output } };
}

export function failed(subtask: string, message = "broken", attempt = 1, at = 0): RunInput {
  const error = { code: "tool.failed", message } as const;
  return { type: "attempt_ended", at, subtask, attempt, outcome: { status: "failed", error } };
}
