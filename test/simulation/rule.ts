import type { RunEvent } from "../../src/executor/core/event.ts";

/** What is wrong; undefined for nothing. */
export type Verdict = string | undefined;

/** By the sentence that each of them is. */
export type Rules<Arguments extends readonly unknown[]> = Readonly<
  Record<string, (...given: Arguments) => Verdict>
>;

export type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;
export type Start = EventOf<"attempt.started">;
