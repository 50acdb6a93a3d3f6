import { Annotation, END, entrypoint, START, StateGraph, task } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { layersOf } from "../../engines/layers.ts";

/**
 * A node for each subtask, which adds its result to the one channel of results. Nodes that are ready
 * together make one step, and a step is over when all of them have ended.
 * @param {"sync" | "async"} durability
 * @param {boolean} isFlushed whether every commit is flushed to the disk, which nobody does unasked
 * @param {boolean} hasChannels whether each result has a channel of its own, as in its documentation; that takes longer
 */
export const stateGraph = (durability, isFlushed = false, hasChannels = false) => ({
  name: `LangGraph.js StateGraph${hasChannels ? ", a channel each" : ""}, ${durability}${isFlushed ? ", flushed" : ""}`,
  async open(graph, { file, concurrency }) {
    const saver = openSaver(file, isFlushed);
    const builder = hasChannels ? buildWithChannels(graph) : build(graph);
    const compiled = builder.compile({ checkpointer: saver });
    const follow = async (runId, input) => {
      const state = await compiled.invoke(input, {
        configurable: { thread_id: runId },
        recursionLimit: graph.dependencies.length + 10,
        maxConcurrency: concurrency,
        durability,
      });
      return graph.dependencies.map((_, index) =>
        hasChannels ? state[channelOf(index)] : state.results[index],
      );
    };
    return openGraph(saver, follow);
  },
});

const channelOf = (index) => `result${index}`;

function buildWithChannels({ dependencies, work }) {
  const channels = dependencies.map((_, index) => [channelOf(index), Annotation()]);
  const state = Annotation.Root(Object.fromEntries(channels));
  return connect(dependencies, state, (index, from) => async (given) => {
    const inputs = from.map((other) => given[channelOf(other)]);
    return { [channelOf(index)]: await work(index, inputs) };
  });
}

function build({ dependencies, work }) {
  const results = Annotation({
    reducer: (all, more) => ({ ...all, ...more }),
    default: () => ({}),
  });
  const state = Annotation.Root({ results });
  return connect(dependencies, state, (index, from) => async (given) => {
    const inputs = from.map((other) => given.results[other]);
    return { results: { [index]: await work(index, inputs) } };
  });
}

function connect(dependencies, state, nodeOf) {
  const builder = new StateGraph(state);
  const awaited = new Set(dependencies.flat());
  for (const [index, from] of dependencies.entries()) {
    const name = `task${index}`;
    builder.addNode(name, nodeOf(index, from));
    const before = from.map((other) => `task${other}`);
    if (before.length === 0) builder.addEdge(START, name);
    else builder.addEdge(before.length === 1 ? before[0] : before, name);
    if (!awaited.has(index)) builder.addEdge(name, END);
  }
  return builder;
}

/**
 * A function that calls a task for each subtask, when its dependencies have ended.
 * @param {"as ready" | "layer by layer"} order
 * @param {boolean} isFlushed as of `stateGraph`
 */
export const functional = (order, isFlushed = false) => ({
  name: `LangGraph.js entrypoint and tasks, ${order}${isFlushed ? ", flushed" : ""}`,
  async open(graph, { file, concurrency }) {
    const { dependencies } = graph;
    const saver = openSaver(file, isFlushed);
    const work = task("work", async (index, inputs) => graph.work(index, inputs));
    const asReady = async () => {
      const results = [];
      for (const [index, from] of dependencies.entries()) {
        const inputs = Promise.all(from.map((other) => results[other]));
        results.push(inputs.then((values) => work(index, values)));
      }
      return Promise.all(results);
    };
    const layerByLayer = async () => {
      const results = [];
      for (const layer of layersOf(dependencies)) {
        const ended = await Promise.all(
          layer.map((index) =>
            work(
              index,
              dependencies[index].map((other) => results[other]),
            ),
          ),
        );
        for (const [k, index] of layer.entries()) results[index] = ended[k];
      }
      return results;
    };
    const flow = entrypoint(
      { name: "graph", checkpointer: saver },
      order === "as ready" ? asReady : layerByLayer,
    );
    const follow = (runId, input) =>
      flow.invoke(input, {
        configurable: { thread_id: runId },
        maxConcurrency: concurrency,
        durability: "sync",
      });
    return openGraph(saver, follow);
  },
});

function openSaver(file, isFlushed) {
  const saver = SqliteSaver.fromConnString(file);
  if (isFlushed) saver.db.pragma("synchronous = FULL");
  return saver;
}

const openGraph = (saver, follow) => ({
  run: (runId) => follow(runId, {}),
  // Without an input, the newest checkpoint of the thread is gone on with.
  resume: (runId) => follow(runId, null),
  synchronous: async () => saver.db.pragma("synchronous", { simple: true }),
  close: async () => saver.db.close(),
});
