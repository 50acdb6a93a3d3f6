import type { JsonObject } from "../../base/json.ts";
import type { CompiledPlan } from "../../plan/compile.ts";
import type { Tool, ToolRegistry } from "../../tools/tool.ts";
import type { AcceptedPlan, ToolPolicy } from "../core/accepted-plan.ts";

/** By tool: limits of one attempt that follow from how long its attempts took, in milliseconds. */
export type AdaptiveTimeouts = ReadonlyMap<string, number>;

type AcceptOptions = {
  readonly tools: ToolRegistry;
  readonly timeouts: AdaptiveTimeouts;
  readonly known?: AcceptedPlan["tools"];
};

/**
 * A checked plan with what the core must know of its tools, taken now so that a replay
 * does not depend on the registry of another day.
 *
 * @param compiled passed `checkPlan` with these very tools
 * @param inputs values of the plan's inputs, defaults applied
 * @param options.known policies of tools of the plan before, which may be gone by now
 */
export function acceptPlan(
  compiled: CompiledPlan,
  inputs: JsonObject,
  { tools, timeouts, known = {} }: AcceptOptions,
): AcceptedPlan {
  const policies: Record<string, ToolPolicy> = {};
  const expectedMs: (number | null)[] = [];
  const take = (name: string): Pick<Tool, "expectedMs"> => {
    const tool = tools.get(name);
    const policy = known[name];
    if (tool === undefined && policy !== undefined) {
      policies[name] = policy;
      return { expectedMs: undefined };
    }
    if (tool === undefined) throw new Error(`The checked plan names an unknown tool ${name}.`);
    const { effects, idempotent, timeoutMs = null, retry = null, costUsd, approval } = tool;
    const adaptiveMs = timeouts.get(name);
    policies[name] = {
      effects,
      idempotent,
      timeoutMs,
      retry,
      costUsd,
      approval,
      needsAdmission: tool.admission !== undefined,
      adaptsTimeout: tool.adaptiveTimeout,
      ...(adaptiveMs !== undefined && { adaptiveMs }),
    };
    return tool;
  };
  for (const [index, subtask] of compiled.plan.subtasks.entries()) {
    const tool = take(subtask.tool);
    if (subtask.fallback !== undefined) take(subtask.fallback);
    if (subtask.refine?.check !== undefined) take(subtask.refine.check.tool);
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
