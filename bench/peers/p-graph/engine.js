import { PGraph } from "p-graph";

/** @import { Engine } from "../../engines/engine.ts" */

/** @type {Engine} */
export const pGraph = {
  name: "p-graph",
  notes: "keeps no results: its functions put them into an array",
  async prepare({ dependencies, work, expectedMs }, { concurrency }) {
    /** @type {number[]} */
    let results = [];
    const nodes = new Map(
      dependencies.map((list, index) => [
        `t${index}`,
        {
          priority: expectedMs?.[index] ?? 0,
          run: async () => {
            results[index] = await work(
              index,
              list.map((from) => results[from]),
            );
          },
        },
      ]),
    );
    const edges = dependencies.flatMap((list, index) =>
      list.map((from) => /** @type {[string, string]} */ ([`t${from}`, `t${index}`])),
    );
    const graph = new PGraph(nodes, edges);
    return {
      async run() {
        results = [];
        await graph.run({ concurrency });
        return results;
      },
    };
  },
};
