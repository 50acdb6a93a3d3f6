import type { RunState } from "./state.ts";

/** For events that say how an effect ended: what it is known by in all runs, if it is. */
export function effectKeyOf(
  { subtasks }: RunState,
  index: number,
): { readonly effectKey?: string } {
  const effectKey = subtasks[index]?.effectKey ?? null;
  return effectKey === null ? {} : { effectKey };
}
