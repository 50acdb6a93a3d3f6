/** The pipeline of `examples/document-pipeline`, with other tools behind its steps. */

import { resolve } from "node:path";
import { createPlanwright, loadPlan, type PlanDraft, type Tool } from "../../../src/index.ts";

/** The folder of the example. */
export const EXAMPLE = resolve(import.meta.dirname, "../../../examples/document-pipeline");

/** Its plan, in which each step calls a tool of its own. */
export async function loadPipeline(): Promise<PlanDraft> {
  const plan = await loadExample();
  const subtasks = plan.subtasks.map((subtask) => ({ ...subtask, tool: nameOf(subtask.id) }));
  return { ...plan, subtasks };
}

/**
 * These tools: with the schemas and policies of those that the example calls. In a process of
 * its own only, where the example's module finds the package by its name.
 * @param replace what a step does in the place of its tool
 */
export async function toolsOfPipeline(
  replace: (tool: Tool, step: string) => Tool["run"],
): Promise<Tool[]> {
  const toolPaths = [resolve(EXAMPLE, "enrich.ts")];
  await using planwright = createPlanwright({ toolPaths, journal: "memory:" });
  const registry = await planwright.tools();
  const { subtasks } = await loadExample();
  return subtasks.map(({ id, tool }) => {
    const own = registry.get(tool);
    if (own === undefined) throw new Error(`There is no tool ${tool}.`);
    return { ...own, name: nameOf(id), run: replace(own, id) };
  });
}

async function loadExample(): Promise<PlanDraft> {
  return (await loadPlan(resolve(EXAMPLE, "pipeline.yaml"))).value as PlanDraft;
}

function nameOf(step: string): string {
  return `campaign_${step}`;
}
