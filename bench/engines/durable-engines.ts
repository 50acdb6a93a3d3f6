/** The engines that keep what has ended in a file, and what the least of that would cost. */

import type { SeenEngine } from "./durable-engine.ts";

type Entry = {
  /** Its folder in `bench/peers`. */
  readonly peer?: string;
  /** Imports it: whoever asks for one engine loads no other. */
  load(): Promise<SeenEngine>;
};

const langGraph = () => import("../peers/langgraph/durable.js");

export const DURABLE_ENGINES: Readonly<Record<string, Entry>> = {
  bare: { load: async () => (await import("./durable-bare.ts")).barePromises },
  commits: { load: async () => (await import("./durable-bare.ts")).bareCommits },
  planwright: { load: async () => (await import("./durable-planwright.ts")).planwrightOnSqlite },
  "langgraph-sync": {
    peer: "langgraph",
    load: async () => (await langGraph()).stateGraph("sync"),
  },
  "langgraph-sync-flushed": {
    peer: "langgraph",
    load: async () => (await langGraph()).stateGraph("sync", true),
  },
  "langgraph-channels": {
    peer: "langgraph",
    load: async () => (await langGraph()).stateGraph("sync", false, true),
  },
  "langgraph-async": {
    peer: "langgraph",
    load: async () => (await langGraph()).stateGraph("async"),
  },
  "langgraph-functional": {
    peer: "langgraph",
    load: async () => (await langGraph()).functional("as ready"),
  },
  "langgraph-functional-flushed": {
    peer: "langgraph",
    load: async () => (await langGraph()).functional("as ready", true),
  },
  mastra: {
    peer: "mastra",
    load: async () => (await import("../peers/mastra/durable.js")).workflow(),
  },
};
