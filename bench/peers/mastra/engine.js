import { createStep, createWorkflow } from "@mastra/core/workflows";
import { z } from "zod";
import { layersOf } from "../../engines/layers.ts";

/** @import { Engine, TaskGraph } from "../../engines/engine.ts" */

/** @type {Engine} */
export const mastra = {
  name: "Mastra",
  notes: "layers by `.parallel`, each a barrier; inputs by `getStepResult`; no snapshots",
  isUnlimited: true,
  async prepare(graph) {
    const workflow = workflowOf(graph);
    return { run: () => runOnce(graph, workflow) };
  },
};

/** @type {Engine} */
export const snapshotted = {
  name: "Mastra, InMemoryStore",
  notes: "the same, with snapshots in memory",
  isUnlimited: true,
  async prepare(graph) {
    // Not with the module: the other does without.
    const { Mastra } = await import("@mastra/core");
    const { InMemoryStore } = await import("@mastra/core/storage");
    const workflow = workflowOf(graph);
    new Mastra({ workflows: { workflow }, storage: new InMemoryStore(), logger: false });
    return {
      run: () => runOnce(graph, workflow, (runId) => workflow.deleteWorkflowRunById(runId)),
    };
  },
};

/** @param {TaskGraph} graph */
function workflowOf({ dependencies, work }) {
  const steps = dependencies.map((list, index) =>
    createStep({
      id: `t${index}`,
      inputSchema: z.any(),
      outputSchema: z.number(),
      execute: async ({ getStepResult }) => {
        const inputs = list.map((from) => getStepResult(`t${from}`));
        return work(index, inputs);
      },
    }),
  );
  let workflow = createWorkflow({
    id: "graph",
    inputSchema: z.any(),
    outputSchema: z.any(),
  });
  for (const layer of layersOf(dependencies)) {
    const [first, ...others] = layer.map((index) => steps[index]);
    workflow = others.length === 0 ? workflow.then(first) : workflow.parallel([first, ...others]);
  }
  return workflow.commit();
}

/**
 * @param {TaskGraph} graph
 * @param {ReturnType<typeof workflowOf>} workflow
 * @param {(runId: string) => Promise<void>} [forget]
 */
async function runOnce({ dependencies }, workflow, forget) {
  const run = await workflow.createRun();
  const result = await run.start({ inputData: {} });
  if (result.status !== "success") throw new Error(JSON.stringify(result.error));
  await forget?.(run.runId);
  return dependencies.map((_, index) => result.steps[`t${index}`].output);
}
