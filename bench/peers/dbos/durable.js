import { basename, dirname } from "node:path";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { layersOf } from "../../engines/layers.ts";

/**
 * A workflow that calls a step for each subtask.
 * @param {"as ready" | "layer by layer"} order
 * @param {boolean} isNamed whether each step has a name of its own, or all that of their function
 */
export const workflow = (order, isNamed = true) => ({
  name: `DBOS, ${order}${isNamed ? "" : ", one name for all steps"}`,
  async open(graph, { file }) {
    const { dependencies } = graph;
    const step = (index, inputs) =>
      DBOS.runStep(async () => graph.work(index, inputs), {
        name: isNamed ? `task${index}` : "task",
      });
    const asReady = async () => {
      const results = [];
      for (const [index, from] of dependencies.entries()) {
        const inputs = Promise.all(from.map((other) => results[other]));
        results.push(inputs.then((values) => step(index, values)));
      }
      return Promise.all(results);
    };
    const layerByLayer = async () => {
      const results = [];
      for (const layer of layersOf(dependencies)) {
        const ended = await Promise.all(
          layer.map((index) => {
            const inputs = dependencies[index].map((other) => results[other]);
            return step(index, inputs);
          }),
        );
        for (const [k, index] of layer.entries()) results[index] = ended[k];
      }
      return results;
    };
    const flow = DBOS.registerWorkflow(order === "as ready" ? asReady : layerByLayer, {
      name: "graph",
    });
    DBOS.setConfig({
      name: "bench",
      systemDatabaseUrl: databaseUrl(file),
      logLevel: "error",
    });
    await DBOS.launch();
    return {
      run: async (runId) => (await DBOS.startWorkflow(flow, { workflowID: runId })()).getResult(),
      // The launch goes on with whatever this program has not ended.
      resume: (runId) => DBOS.retrieveWorkflow(runId).getResult(),
      synchronous: async () => null,
      close: () => DBOS.shutdown(),
    };
  },
});

/** @returns a database for each file that others would use */
function databaseUrl(file) {
  const name = `bench_${basename(dirname(file)).replaceAll(/\W/g, "_")}`;
  return `${process.env.BENCH_POSTGRES_URL}/${name}`;
}
