/** Runs, events and refusals in one line, for tests of journals. */

import fc from "fast-check";
import { expect } from "vitest";
import { type ErrorCode, JournalError } from "../../src/base/errors.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import type { Journal, Lease, StoredEvent } from "../../src/journal/journal.ts";

/** An empty place for journals; what was opened is closed when it is disposed of. */
export interface JournalStore extends AsyncDisposable {
  /** Another connection to the same place, or the same journal again where there is just one. */
  open(): Promise<Journal>;
}

type RunOptions = Parameters<Journal["createRun"]>[0];

/** A run held by ada. */
export function makeRun(
  journal: Journal,
  runId: string,
  more: Partial<RunOptions> = {},
): Promise<Lease> {
  return journal.createRun({ runId, owner: "ada", now: 0, leaseMs: 1000, summary: {}, ...more });
}

export function event(runId: string, seq: number, output: Json = null): StoredEvent {
  const more: JsonObject = { subtask: `s${seq}`, output };
  return { runId, seq, at: 1_790_000_000_000 + seq, type: "subtask.succeeded", ...more };
}

/** Events `first` to `last` of a run. */
export function events(runId: string, first: number, last: number): StoredEvent[] {
  return Array.from({ length: last - first + 1 }, (_, k) => event(runId, first + k));
}

/** The call fails with this code, in an error that also says what to do. */
export async function refused(code: ErrorCode, call: Promise<unknown>): Promise<JournalError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(JournalError);
  const { code: actual, hint } = error as JournalError;
  expect({ code: actual, hint }).toEqual({ code, hint: expect.stringMatching(/\S.*\.$/) });
  return error as JournalError;
}

const anyString = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });

/** Halves of surrogate pairs and names that JavaScript treats specially included. */
export const anyJson = fc
  .anything({
    key: fc.oneof(anyString, fc.constantFrom("__proto__", "constructor", "toString", "seq")),
    values: [
      anyString,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ],
    maxDepth: 3,
  })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);
