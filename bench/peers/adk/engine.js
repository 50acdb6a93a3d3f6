import {
  FunctionNode,
  InMemoryRunner,
  JoinNode,
  LogLevel,
  setLogLevel,
  Workflow,
} from "@google/adk";

/** @import { Engine, TaskGraph } from "../../engines/engine.ts" */

// It warns that workflows are experimental.
setLogLevel(LogLevel.ERROR);

/** What a `JoinNode` does for its node, without a second node: it waits for all, and is given an object. */
class JoiningNode extends FunctionNode {
  get requiresAllPredecessors() {
    return true;
  }
}

/** @type {Engine} */
export const adkGraph = {
  name: "ADK JS, graph",
  notes: "a node per subtask, that waits for all before it; results from the events",
  async prepare(graph, { concurrency }) {
    const { dependencies } = graph;
    const nodes = dependencies.map((list, index) => nodeOf(graph, list, index));
    const used = new Set(dependencies.flat());
    // A workflow may have one output.
    const end = new JoinNode({ name: "end" });
    const edges = dependencies.flatMap((list, index) => {
      const node = nodes[index];
      const before = list.length === 0 ? "START" : list.map((from) => nodes[from]);
      return used.has(index) ? [[before, node]] : [[before, node, end]];
    });
    const workflow = new Workflow({ name: "graph", edges, maxConcurrency: concurrency });
    const runner = new InMemoryRunner({ agent: workflow });
    return {
      async run() {
        /** @type {number[]} */
        const results = [];
        for await (const { output, author } of runner.runEphemeral(request())) {
          if (typeof output === "number") results[Number(author.slice(1))] = output;
        }
        return results;
      },
    };
  },
};

/** @type {Engine} */
export const adkDynamic = {
  name: "ADK JS, dynamic",
  notes: "`ctx.runNode` in a `dynamicEntry`, each begun by promises as soon as it is ready",
  isUnlimited: true,
  async prepare({ dependencies, work }) {
    const nodes = dependencies.map(
      (_, index) => new FunctionNode(`t${index}`, (_context, inputs) => work(index, inputs)),
    );
    const workflow = new Workflow({
      name: "graph",
      async dynamicEntry(context) {
        /** @type {Promise<number>[]} */
        const results = [];
        for (const [index, list] of dependencies.entries()) {
          const inputs = Promise.all(list.map((from) => results[from]));
          const result = inputs.then((values) => context.runNode(nodes[index], values));
          results.push(result.then(({ output }) => output));
        }
        return { results: await Promise.all(results) };
      },
    });
    const runner = new InMemoryRunner({ agent: workflow });
    return {
      async run() {
        /** @type {number[]} */
        let results = [];
        for await (const { output } of runner.runEphemeral(request())) {
          if (output?.results !== undefined) results = output.results;
        }
        return results;
      },
    };
  },
};

/**
 * @param {TaskGraph} graph
 * @param {readonly number[]} list its dependencies
 * @param {number} index
 */
function nodeOf({ work }, list, index) {
  if (list.length === 0) return new FunctionNode(`t${index}`, () => work(index, []));
  // One predecessor hands over its output as it is.
  if (list.length === 1) return new FunctionNode(`t${index}`, (_, input) => work(index, [input]));
  const names = list.map((from) => `t${from}`);
  return new JoiningNode(`t${index}`, (_, input) =>
    work(
      index,
      names.map((name) => input[name]),
    ),
  );
}

const request = () => ({ userId: "bench", newMessage: { role: "user", parts: [{ text: "go" }] } });
