import type { SeenEngine } from "../../engines/durable-engine.ts";

export function workflow(order: "as ready" | "layer by layer", isNamed?: boolean): SeenEngine;
