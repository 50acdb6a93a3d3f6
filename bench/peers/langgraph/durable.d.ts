import type { SeenEngine } from "../../engines/durable-engine.ts";

export function stateGraph(
  durability: "sync" | "async",
  isFlushed?: boolean,
  hasChannels?: boolean,
): SeenEngine;
export function functional(order: "as ready" | "layer by layer", isFlushed?: boolean): SeenEngine;
