/** The engines that are compared in memory, and where they come from. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { peerFolder } from "../peers.ts";
import type { Engine } from "./engine.ts";

export type EngineEntry = {
  /** For `--only`. */
  readonly key: string;
  /** The folder in `bench/peers`. */
  readonly peer?: string;
  /** In the process that is to be its own. */
  load(): Promise<Engine>;
};

export const FLOOR = "floor";
export const PLANWRIGHT = "planwright";

export const ENGINES: readonly EngineEntry[] = [
  { key: FLOOR, load: async () => (await import("./floor.ts")).floor },
  { key: PLANWRIGHT, load: async () => (await import("./planwright.ts")).planwright },
  { key: "library", load: async () => (await import("./planwright.ts")).planwrightLibrary },
  ofPeer("p-graph", "pGraph", "p-graph"),
  ofPeer("async", "asyncAuto", "async"),
  ofPeer("langgraph", "stateGraph", "langgraph"),
  ofPeer("langgraph", "checkpointed", "langgraph-memory"),
  ofPeer("langgraph", "channels", "langgraph-channels"),
  ofPeer("langgraph", "functional", "langgraph-functional"),
  ofPeer("mastra", "mastra", "mastra"),
  ofPeer("mastra", "snapshotted", "mastra-memory"),
  ofPeer("adk", "adkGraph", "adk"),
  ofPeer("adk", "adkDynamic", "adk-dynamic"),
];

/** @param name of the export of the adapter, which lies with the packages that it needs */
function ofPeer(peer: string, name: string, key: string): EngineEntry {
  const load = async () => {
    const adapter = pathToFileURL(join(peerFolder(peer), "engine.js")).href;
    const engine = ((await import(adapter)) as Record<string, Engine>)[name];
    if (engine === undefined) throw new Error(`${adapter} has no ${name}`);
    return engine;
  };
  return { key, peer, load };
}
