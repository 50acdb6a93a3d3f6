import type { Issue } from "../../../src/base/errors.ts";
import type { Json } from "../../../src/base/json.ts";
import { checkPlan } from "../../../src/plan/check.ts";
import { compilePlan } from "../../../src/plan/compile.ts";
import type { Plan } from "../../../src/plan/schema.ts";
import {
  createEmbeddedPlanner,
  type EmbeddedPlannerOptions,
} from "../../../src/planner/embedded/embedded-planner.ts";
import type { PlanOutcome, PlanRequest } from "../../../src/planner/planner.ts";
import type { Tool } from "../../../src/tools/tool.ts";

/** Saturday, 21 November 2026. */
const NOW = Date.UTC(2026, 10, 21, 9, 30);

export function requestFor(goal: string, tools: readonly Tool[]): PlanRequest {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const names = () => [...byName.keys()];
  const check = (plan: Json): readonly Issue[] =>
    checkPlan(plan, { tools: { get: (name) => byName.get(name), names }, maxSubtasks: 200 }).issues;
  return { goal, tools, now: NOW, signal: new AbortController().signal, check };
}

export function planFor(
  goal: string,
  tools: readonly Tool[],
  options?: EmbeddedPlannerOptions,
): Promise<PlanOutcome> {
  return createEmbeddedPlanner(options).plan(requestFor(goal, tools));
}

/** A plan with its calls by tool: `read_file` for the first call of it, `read_file#2` for the next. */
export type Sketch = {
  readonly calls: readonly (readonly [tool: string, input: Json])[];
  readonly output: Json;
  /** Names of calls that may run side by side. */
  readonly batches: readonly (readonly string[])[];
};

/** The sketch of the plan; what was not planned is a failure of the test, with its reason. */
export async function sketch(
  goal: string,
  tools: readonly Tool[],
  options?: EmbeddedPlannerOptions,
): Promise<Sketch> {
  const outcome = await planFor(goal, tools, options);
  if (outcome.status !== "planned") {
    throw new Error(`${JSON.stringify(goal)}: ${JSON.stringify(outcome)}`);
  }
  return sketchOf(outcome.plan);
}

function sketchOf(plan: Plan): Sketch {
  const names = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const { id, tool } of plan.subtasks) {
    const count = (seen.get(tool) ?? 0) + 1;
    seen.set(tool, count);
    names.set(id, count === 1 ? tool : `${tool}#${count}`);
  }
  const { graph } = compilePlan(plan);
  return {
    calls: plan.subtasks.map(({ id, input }) => [names.get(id) ?? id, renamed(input, names)]),
    output: renamed(plan.output ?? null, names),
    batches: graph.batches.map((batch) =>
      batch.map((index) => names.get(graph.ids[index] ?? "") ?? ""),
    ),
  };
}

/** Ids in expressions replaced by the names of calls. */
function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") {
    return value.replace(/\$\{[^}]*\}/g, (expression) =>
      expression.replace(/(?<![.\w"])[a-z]\w*(?=[.)}[])/g, (id) => names.get(id) ?? id),
    );
  }
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [names.get(key) ?? key, renamed(one as Json, names)]),
  );
}
