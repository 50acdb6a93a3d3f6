/** A graph as a plan of ours that is accepted once, and run through the real core and driver. */

import { systemClock } from "../../src/base/clock.ts";
import type { AcceptedPlan } from "../../src/executor/core/accepted-plan.ts";
import { DEFAULT_SETTINGS } from "../../src/executor/core/settings.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { acceptPlan } from "../../src/executor/drivers/accept-plan.ts";
import { GovernorHost } from "../../src/executor/drivers/governor-host.ts";
import { driveInProcess } from "../../src/executor/drivers/in-process.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { checkPlan } from "../../src/plan/check.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { createRegistry } from "../../src/tools/registry.ts";
import type { ToolRegistry } from "../../src/tools/tool.ts";
import type { EngineOptions, TaskGraph } from "./engine.ts";
import { taskPlan, taskTool } from "./task-plan.ts";

const LEASE = { owner: "bench", leaseMs: 60_000 };

export type AcceptedGraph = { readonly tools: ToolRegistry; readonly plan: AcceptedPlan };

export function acceptGraph(graph: TaskGraph): AcceptedGraph {
  const tools = createRegistry([taskTool(graph)]);
  const names = () => tools.list().map(({ name }) => name);
  const checked = checkPlan(planSchema.parse(taskPlan(graph)), {
    tools: { get: (name) => tools.get(name), names },
    maxSubtasks: graph.dependencies.length,
  });
  if (checked.compiled === undefined) throw new Error(JSON.stringify(checked.issues.slice(0, 3)));
  return { tools, plan: acceptPlan(checked.compiled, {}, { tools, timeouts: new Map() }) };
}

/** @returns by index, what each subtask gave */
export async function runAccepted(
  { tools, plan }: AcceptedGraph,
  journal: Journal,
  { runId, concurrency }: EngineOptions & { readonly runId: string },
): Promise<number[]> {
  const lease = await journal.createRun({ runId, ...LEASE, now: Date.now(), summary: {} });
  const settings = { ...DEFAULT_SETTINGS, concurrency };
  const state = await driveInProcess({
    world: {
      tools,
      models: undefined,
      workspace: "/",
      clock: systemClock,
      governor: new GovernorHost(systemClock, {}),
      plan: () => Promise.reject(new Error("Nothing is planned here.")),
    },
    journal,
    lease,
    leaseMs: LEASE.leaseMs,
    state: initialState(runId),
    first: [{ type: "start_requested", goal: "bench", settings, plan }],
    listener: {},
  }).ended;
  if (state.status !== "succeeded") throw new Error(JSON.stringify(state.error));
  return state.subtasks.map(({ output }) => (output as { n: number }).n);
}
