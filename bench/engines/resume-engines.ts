/** The engines that are killed and go on, as their users would have them. */

import type { DurableEngine } from "./engine.ts";
import type { ResumableEngine } from "./resume-engine.ts";

type Entry = {
  /** Its folder in `bench/peers`. */
  readonly peer?: string;
  load(): Promise<ResumableEngine>;
};

const RUN = "run1";

const langGraph = () => import("../peers/langgraph/durable.js");
const dbos = () => import("../peers/dbos/durable.js");

export const RESUMABLE_ENGINES: Readonly<Record<string, Entry>> = {
  planwright: { load: async () => (await import("./resume-planwright.ts")).planwrightWith("none") },
  "planwright-writes": {
    load: async () => (await import("./resume-planwright.ts")).planwrightWith("write"),
  },
  "planwright-decided": {
    load: async () => (await import("./resume-planwright.ts")).planwrightWith("write", true),
  },
  langgraph: {
    peer: "langgraph",
    load: async () => toResumable((await langGraph()).stateGraph("sync")),
  },
  "langgraph-functional": {
    peer: "langgraph",
    load: async () => toResumable((await langGraph()).functional("as ready")),
  },
  "langgraph-layers": {
    peer: "langgraph",
    load: async () => toResumable((await langGraph()).functional("layer by layer")),
  },
  mastra: {
    peer: "mastra",
    load: async () => toResumable((await import("../peers/mastra/durable.js")).workflow()),
  },
  "dbos-ready": {
    peer: "dbos",
    load: async () => toResumable((await dbos()).workflow("as ready")),
  },
  "dbos-one-name": {
    peer: "dbos",
    load: async () => toResumable((await dbos()).workflow("as ready", false)),
  },
  "dbos-layers": {
    peer: "dbos",
    load: async () => toResumable((await dbos()).workflow("layer by layer")),
  },
};

function toResumable(engine: DurableEngine): ResumableEngine {
  return {
    name: engine.name,
    async run(graph, options) {
      await (await engine.open(graph, options)).run(RUN);
    },
    async resume(graph, options) {
      const results = await (await engine.open(graph, options)).resume(RUN);
      const given = graph.dependencies.map((_, index) => results[index] ?? null);
      const missing = given.filter((result) => result === null).length;
      return { results: given, held: 0, error: missing > 0 ? `${missing} without result` : null };
    },
  };
}
