import type { Json } from "../base/json.ts";
import { type KeptOutput, type LargeValues, outputOf } from "../executor/core/large-value.ts";

/**
 * Let a result have a large output that is read each time somebody looks at it, and not before.
 * It is there like any other field, for JSON and for copies too.
 * @param of whose it is, for messages
 */
export function withLargeOutput<T extends { readonly output?: Json }>(
  result: T,
  kept: KeptOutput,
  of: { readonly runId: string; readonly subtask: string },
  values: LargeValues,
): T {
  if (!kept.largeOutput && !kept.largeFields) return result;
  const get = () => outputOf(of.runId, of.subtask, kept, values);
  return Object.defineProperty(result, "output", { get, enumerable: true, configurable: true });
}
