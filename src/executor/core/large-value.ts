/**
 * Large values: an output that is too large for an event travels as a reference, its SHA-256,
 * and is kept elsewhere. The state and the events hold the reference, expressions see the value.
 *
 * The core computes with values and is synchronous, so it is handed the place where they are,
 * `LargeValues`, and reads in the middle of a step. It stays a function of state and input (E1,
 * `step.ts`): what a reference stands for, and which reference a value has, follow from the bytes
 * alone, whoever asks and when. Of the world only one thing can show: that a value is gone. Then
 * the subtask that reads it fails, as with an expression that cannot be computed.
 *
 * L1. A reference stands in a field of its own (`largeOutput`), so nothing that a tool gives can
 *     be taken for one.
 * L2. What an event refers to is durable before the event is (the driver's duty).
 * L3. A list or an object of outputs that are large each is kept as references to its parts
 *     (`largeFields`), and never put together as a whole by the core.
 */

import { PlanwrightError } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";

/** What stands for a value that is kept elsewhere. */
export type LargeValue = {
  /** Of its JSON, in hex. */
  readonly sha256: string;
  /** Of its JSON. */
  readonly bytes: number;
};

/** Where large values are. */
export interface LargeValues {
  /** @throws {PlanwrightError} `blob.missing`, `blob.damaged` */
  read(reference: LargeValue): Json;
  /** The reference under which the value is kept from now on; undefined if it is not large. */
  refer(value: Json): LargeValue | undefined;
}

/** Where no value is large. */
export const NO_LARGE_VALUES: LargeValues = {
  read: ({ sha256 }) => {
    throw new Error(`Nobody has the large value ${sha256}.`);
  },
  refer: () => undefined,
};

/** An output as events and states hold it: in full, or null and a reference. */
export type KeptOutput = {
  readonly output: Json;
  readonly largeOutput?: LargeValue | null;
  /**
   * Of an object or a list: the fields or elements that are large each, and null in it. The
   * name of one further down is the way to it: `3/output`.
   */
  readonly largeFields?: Readonly<Record<string, LargeValue>> | null;
};

/** The output in the form in which an event holds it. */
export function keepOutput(
  output: Json,
  values: LargeValues,
): { readonly output: Json; readonly largeOutput?: LargeValue } {
  const largeOutput = values.refer(output);
  return largeOutput === undefined ? { output } : { output: null, largeOutput };
}

/** The outputs of several, by their names, as one: what is large each is not read for it. */
export function keepOutputs(
  parts: readonly (readonly [name: string, KeptOutput])[],
  values: LargeValues,
): KeptOutput {
  const object: JsonObject = Object.fromEntries(parts.map(([name, { output }]) => [name, output]));
  const largeFields = largeFieldsOf(parts);
  return { ...keepOutput(object, values), ...(largeFields && { largeFields }) };
}

/** What is large in parts that are put together, by the way to it; null for nothing. */
export function largeFieldsOf(
  parts: readonly (readonly [name: string, KeptOutput])[],
): Readonly<Record<string, LargeValue>> | null {
  const large = parts.flatMap(([name, { largeOutput, largeFields }]) => [
    ...(largeOutput ? [[name, largeOutput] as const] : []),
    ...Object.entries(largeFields ?? {}).map(([way, one]) => [`${name}/${way}`, one] as const),
  ]);
  return large.length === 0 ? null : Object.fromEntries(large);
}

/** What stands in the place of the output's values. */
export function largeValuesIn({ largeOutput, largeFields }: KeptOutput): LargeValue[] {
  return [...(largeOutput ? [largeOutput] : []), ...Object.values(largeFields ?? {})];
}

/**
 * What a subtask gave. Parts that are large each are read when somebody looks at them, and each
 * time: a list of 10,000 of them is passed on without being held.
 * @throws {PlanwrightError} `blob.missing`, `blob.damaged`, with how to get it again
 */
export function outputOf(
  runId: string,
  subtask: string,
  { output, largeOutput, largeFields }: KeptOutput,
  values: LargeValues,
): Json {
  const read = (reference: LargeValue, from: string) => readFrom(runId, from, reference, values);
  const kept = largeOutput ? read(largeOutput, subtask) : output;
  if (!largeFields) return kept;
  const whole = copyOf(kept);
  const copied = new Map<string, object>([["", whole]]);
  for (const [way, reference] of Object.entries(largeFields)) {
    const steps = way.split("/");
    const name = steps.pop() as string;
    const get = () => read(reference, Array.isArray(kept) ? subtask : (steps[0] ?? name));
    const owner = ownerAt(steps, copied);
    Object.defineProperty(owner, name, { get, enumerable: true, configurable: true });
  }
  return whole as Json;
}

/** What has the field at the end of the way, in a copy: the state's own stays as it is. */
function ownerAt(steps: readonly string[], copied: Map<string, object>): object {
  const way = steps.join("/");
  const known = copied.get(way);
  if (known !== undefined) return known;
  const owner = ownerAt(steps.slice(0, -1), copied) as Record<string, unknown>;
  const name = steps.at(-1) ?? "";
  const copy = copyOf(owner[name] as Json);
  owner[name] = copy;
  copied.set(way, copy);
  return copy;
}

function copyOf(value: Json): object {
  return Array.isArray(value) ? value.slice() : { ...(value as JsonObject) };
}

function readFrom(
  runId: string,
  subtask: string,
  reference: LargeValue,
  values: LargeValues,
): Json {
  try {
    return values.read(reference);
  } catch (error) {
    if (!(error instanceof PlanwrightError)) throw error;
    const message = `The output of ${subtask} cannot be read. ${error.message}`;
    throw new PlanwrightError(error.code, message, {
      hint: `Restore it from a copy, or do it again: \`planwright restart ${runId} --from ${subtask}\`.`,
      cause: error,
    });
  }
}
