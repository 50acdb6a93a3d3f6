import { ModelError } from "../base/errors.ts";

/** @throws {ModelError} `model.aborted` once the signal is */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

/**
 * What a promise gives, unless the signal aborts first.
 * @throws {ModelError} `model.aborted`, whether or not the promise reacts to the signal
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () => reject(aborted(signal));
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function aborted({ reason }: AbortSignal): ModelError {
  return new ModelError("model.aborted", "The evaluation was stopped.", { cause: reason });
}
