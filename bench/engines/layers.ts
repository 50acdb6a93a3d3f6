/** For engines that know layers only: each subtask stands one layer below the lowest that it needs. */

import type { TaskGraph } from "./engine.ts";

/** @returns indices, by depth */
export function layersOf(dependencies: TaskGraph["dependencies"]): number[][] {
  const depths: number[] = [];
  const layers: number[][] = [];
  for (const [index, list] of dependencies.entries()) {
    const depth = list.reduce((most, from) => Math.max(most, (depths[from] ?? 0) + 1), 0);
    depths.push(depth);
    layers[depth] = [...(layers[depth] ?? []), index];
  }
  return layers;
}
