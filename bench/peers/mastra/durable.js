import { Mastra } from "@mastra/core";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import { LibSQLStore } from "@mastra/libsql";
import { z } from "zod";
import { layersOf } from "../../engines/layers.ts";

/** A step for each subtask; what is ready together runs in parallel, and then the next layer. */
export const workflow = () => ({
  name: "Mastra workflow",
  async open(graph, { file }) {
    const storage = new LibSQLStore({ id: "bench", url: `file:${file}` });
    await storage.init();
    const built = build(graph);
    new Mastra({ storage, workflows: { graph: built }, logger: false });
    const follow = async (runId, go) => {
      const ended = await go(await built.createRun({ runId }));
      if (ended.status !== "success") throw ended.error ?? new Error(ended.status);
      return graph.dependencies.map((_, index) => ended.steps[`task${index}`]?.output?.n);
    };
    return {
      run: (runId) => follow(runId, (run) => run.start({ inputData: {} })),
      resume: (runId) => follow(runId, (run) => run.restart()),
      synchronous: async () => {
        const { rows } = await storage.client.execute("PRAGMA synchronous");
        return rows[0].synchronous;
      },
      close: () => storage.close(),
    };
  },
});

function build(graph) {
  const anything = z.any();
  const result = z.object({ n: z.number() });
  let built = createWorkflow({ id: "graph", inputSchema: anything, outputSchema: anything });
  for (const layer of layersOf(graph.dependencies)) {
    const steps = layer.map((index) =>
      createStep({
        id: `task${index}`,
        inputSchema: anything,
        outputSchema: result,
        execute: async ({ getStepResult }) => {
          const inputs = graph.dependencies[index].map((other) => getStepResult(`task${other}`).n);
          return { n: await graph.work(index, inputs) };
        },
      }),
    );
    built = steps.length === 1 ? built.then(steps[0]) : built.parallel(steps);
  }
  return built.commit();
}
