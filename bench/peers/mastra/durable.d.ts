import type { SeenEngine } from "../../engines/durable-engine.ts";

export function workflow(): SeenEngine;
