/** planwright as the engine of others sees it: without its checks of plans, and with them. */

import { createPlanwright } from "../../src/index.ts";
import { createMemoryJournal } from "../../src/journal/memory.ts";
import { acceptGraph, runAccepted } from "./accepted-run.ts";
import type { Engine } from "./engine.ts";
import { taskPlan, taskTool } from "./task-plan.ts";

/** The plan is checked once; every run goes through core, driver and a journal in memory. */
export const planwright: Engine = {
  name: "planwright",
  notes:
    "core, driver and journal in memory, of a plan that is accepted once; its process strips the types of the source, which counts in its peak",
  async prepare(graph, { concurrency }) {
    const accepted = acceptGraph(graph);
    let runs = 0;
    const run = () => {
      runs += 1;
      return runAccepted(accepted, createMemoryJournal(), { runId: `run${runs}`, concurrency });
    };
    return { run };
  },
};

/** As a program calls it: the plan is checked, and its tools resolved, at every run. */
export const planwrightLibrary: Engine = {
  name: "planwright, `run(plan)`",
  notes:
    "the library's call, which checks the plan at every run; it knows the texts of its expressions from the first",
  async prepare(graph, { concurrency }) {
    const planwright = createPlanwright({
      journal: "memory:",
      tools: [taskTool(graph)],
      builtinTools: false,
      concurrency,
      env: {},
    });
    const plan = taskPlan(graph);
    const run = async () => {
      const { status, error, subtasks } = await planwright.run(plan).result();
      if (status !== "succeeded") throw new Error(JSON.stringify(error));
      return subtasks.map(({ output }) => (output as { n: number }).n);
    };
    return { run };
  },
};
