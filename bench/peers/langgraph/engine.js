import {
  Annotation,
  END,
  entrypoint,
  MemorySaver,
  START,
  StateGraph,
  task,
} from "@langchain/langgraph";

/** @import { Engine, TaskGraph } from "../../engines/engine.ts" */

/** @type {Engine} */
export const stateGraph = {
  name: "LangGraph.js, StateGraph",
  notes:
    "a node per subtask, supersteps, no checkpoints; one channel merges what all give, which is quicker than a channel each",
  async prepare(graph, { concurrency }) {
    const compiled = stateGraphOf(graph).compile();
    const config = configOf(graph, concurrency);
    return { run: async () => resultsOf(graph, await compiled.invoke({ results: {} }, config)) };
  },
};

/** @type {Engine} */
export const checkpointed = {
  name: "LangGraph.js, StateGraph, MemorySaver",
  notes: "the same, with a checkpoint in memory after every superstep",
  async prepare(graph, { concurrency }) {
    const checkpointer = new MemorySaver();
    const compiled = stateGraphOf(graph).compile({ checkpointer });
    const config = configOf(graph, concurrency);
    return {
      async run() {
        const configurable = { thread_id: "bench" };
        const state = await compiled.invoke({ results: {} }, { ...config, configurable });
        await checkpointer.deleteThread("bench");
        return resultsOf(graph, state);
      },
    };
  },
};

/** @type {Engine} */
export const channels = {
  name: "LangGraph.js, StateGraph, a channel each, MemorySaver",
  notes: "the same, with a channel for what each subtask gives, as its documentation has it",
  async prepare(graph, { concurrency }) {
    const checkpointer = new MemorySaver();
    const compiled = channelGraphOf(graph).compile({ checkpointer });
    const config = configOf(graph, concurrency);
    return {
      async run() {
        const configurable = { thread_id: "bench" };
        const state = await compiled.invoke({}, { ...config, configurable });
        await checkpointer.deleteThread("bench");
        return graph.dependencies.map((_, index) => state[channelOf(index)]);
      },
    };
  },
};

/** @type {Engine} */
export const functional = {
  name: "LangGraph.js, functional",
  notes: "`task` in an `entrypoint`, each begun by promises as soon as it is ready",
  async prepare({ dependencies, work }, { concurrency }) {
    const subtask = task("subtask", async (index, inputs) => work(index, inputs));
    const workflow = entrypoint("graph", async () => {
      /** @type {Promise<number>[]} */
      const results = [];
      for (const [index, list] of dependencies.entries()) {
        const inputs = Promise.all(list.map((from) => results[from]));
        results.push(inputs.then((values) => subtask(index, values)));
      }
      return Promise.all(results);
    });
    return { run: () => workflow.invoke({}, { maxConcurrency: concurrency }) };
  },
};

/** @param {TaskGraph} graph */
function stateGraphOf(graph) {
  // Quicker than a channel per subtask of which each node reads what it needs, the more the larger.
  const results = Annotation({
    reducer: (before, given) => ({ ...before, ...given }),
    default: () => ({}),
  });
  return connected(graph, Annotation.Root({ results }), (index, list) => async (state) => {
    const inputs = list.map((from) => state.results[from]);
    return { results: { [index]: await graph.work(index, inputs) } };
  });
}

const channelOf = (index) => `r${index}`;

/** @param {TaskGraph} graph */
function channelGraphOf(graph) {
  const names = [...graph.dependencies.keys()].map(channelOf);
  const state = Annotation.Root(Object.fromEntries(names.map((name) => [name, Annotation()])));
  return connected(graph, state, (index, list) => async (state) => {
    const inputs = list.map((from) => state[channelOf(from)]);
    return { [channelOf(index)]: await graph.work(index, inputs) };
  });
}

/** @param {TaskGraph} graph */
function connected({ dependencies }, state, nodeOf) {
  const graph = new StateGraph(state);
  for (const [index, list] of dependencies.entries())
    graph.addNode(`t${index}`, nodeOf(index, list));
  const used = new Set(dependencies.flat());
  for (const [index, list] of dependencies.entries()) {
    const before = list.map((from) => `t${from}`);
    const [only = START, ...others] = before;
    graph.addEdge(others.length === 0 ? only : before, `t${index}`);
    if (!used.has(index)) graph.addEdge(`t${index}`, END);
  }
  return graph;
}

/**
 * @param {TaskGraph} graph
 * @param {number} maxConcurrency
 */
const configOf = ({ dependencies }, maxConcurrency) => ({
  // Of supersteps; it cannot be without one.
  recursionLimit: dependencies.length + 1,
  maxConcurrency,
});

/**
 * @param {TaskGraph} graph
 * @param {{ results: Record<number, number> }} state
 */
const resultsOf = ({ dependencies }, { results }) => dependencies.map((_, index) => results[index]);
