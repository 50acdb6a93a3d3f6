/** A graph of subtasks as planwright has it: a plan, and the one tool that does the work. */

import { z } from "zod";
import type { PlanDraft } from "../../src/plan/schema.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Tool } from "../../src/tools/tool.ts";
import type { TaskGraph } from "./engine.ts";

/** The results of dependencies are read by expressions. Where the work uses none, only the order is kept. */
export function taskPlan({ dependencies, expectedMs }: TaskGraph): PlanDraft {
  const subtasks = dependencies.map((list, index) => {
    const subtask = { id: `t${index}`, tool: "work" };
    if (expectedMs === undefined) {
      return { ...subtask, input: { values: list.map((from) => `\${t${from}.n}`) } };
    }
    const input = { values: [], ms: expectedMs[index] ?? 0 };
    return { ...subtask, input, dependsOn: list.map((from) => `t${from}`) };
  });
  return { version: 1, goal: "bench", subtasks, output: "done" };
}

export function taskTool({ work, expectedMs }: TaskGraph): Tool {
  const values = z.array(z.number());
  return defineTool({
    name: "work",
    description: "Does one subtask.",
    input: expectedMs === undefined ? z.object({ values }) : z.object({ values, ms: z.number() }),
    output: z.object({ n: z.number() }),
    effects: "none",
    ...(expectedMs !== undefined && { expectedMs: (input) => Number(input["ms"]) }),
    run: (input, { subtaskId }) => {
      const n = work(Number(subtaskId.slice(1)), input.values);
      return typeof n === "number" ? { n } : n.then((value) => ({ n: value }));
    },
  });
}
