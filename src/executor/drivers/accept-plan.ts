import type { JsonObject } from "../../base/json.ts";
import type { CompiledPlan } from "../../plan/compile.ts";
import type { ToolRegistry } from "../../tools/tool.ts";
import type { AcceptedPlan, ToolPolicy } from "../core/accepted-plan.ts";

/**
 * A checked plan with what the core must know of its tools, taken now so that a replay
 * does not depend on the registry of another day.
 *
 * @param compiled passed `checkPlan` with these very tools
 * @param inputs values of the plan's inputs, defaults applied
 */
export function acceptPlan(
  compiled: CompiledPlan,
  inputs: JsonObject,
  tools: ToolRegistry,
): AcceptedPlan {
  const policies: Record<string, ToolPolicy> = {};
  const expectedMs: (number | null)[] = [];
  for (const [index, subtask] of compiled.plan.subtasks.entries()) {
    const tool = tools.get(subtask.tool);
    if (tool === undefined)
      throw new Error(`The checked plan names an unknown tool ${subtask.tool}.`);
    policies[tool.name] = {
      effects: tool.effects,
      idempotent: tool.idempotent,
      timeoutMs: tool.timeoutMs ?? null,
    };
    const expected =
      typeof tool.expectedMs !== "function"
        ? tool.expectedMs
        : // An input that is computed later cannot be judged now.
          compiled.subtasks[index]?.input.isLiteral
          ? tool.expectedMs(subtask.input as JsonObject)
          : undefined;
    expectedMs.push(expected ?? null);
  }
  return { revision: 1, plan: compiled.plan, inputs, tools: policies, expectedMs };
}
