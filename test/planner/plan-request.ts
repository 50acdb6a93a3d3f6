import { z } from "zod";
import { checkPlan } from "../../src/plan/check.ts";
import type { PlanRequest } from "../../src/planner/planner.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Tool } from "../../src/tools/tool.ts";

/** A few small tools, as a user would define them. */
export const TOOLS: readonly Tool[] = [
  defineTool({
    name: "read_table",
    description: "Read a CSV file as rows.",
    input: z.object({ path: z.string().describe("Below the workspace.") }),
    output: z.object({ rows: z.array(z.record(z.string(), z.unknown())) }),
    effects: "read",
    run: () => ({ rows: [] }),
  }),
  defineTool({
    name: "take_rows",
    description: "The first rows of a table.",
    input: z.object({
      rows: z.array(z.record(z.string(), z.unknown())),
      count: z.int().min(1).default(5),
      order: z.object({ by: z.string(), descending: z.boolean().optional() }).optional(),
    }),
    output: z.object({ rows: z.array(z.record(z.string(), z.unknown())) }),
    effects: "none",
    run: ({ rows, count }) => ({ rows: rows.slice(0, count) }),
  }),
  defineTool({
    name: "save_text",
    description: "Write a text into a file.",
    input: z.object({ path: z.string(), text: z.string() }),
    output: z.object({ bytes: z.int() }),
    effects: "write",
    run: ({ text }) => ({ bytes: text.length }),
  }),
];

/** A request to plan this goal with {@link TOOLS}, checked as the engine checks plans. */
export function planRequest(goal: string, more: Partial<PlanRequest> = {}): PlanRequest {
  const byName = new Map(TOOLS.map((tool) => [tool.name, tool]));
  return {
    goal,
    tools: TOOLS,
    now: Date.UTC(2026, 10, 21, 9, 30),
    signal: new AbortController().signal,
    check: (plan) =>
      checkPlan(plan, {
        tools: { get: (name) => byName.get(name), names: () => [...byName.keys()] },
        maxSubtasks: 200,
      }).issues,
    ...more,
  };
}
