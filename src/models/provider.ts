/**
 * Providers: the inner contract of this room. A provider sends a request once, in its own
 * wire format. What all share (retries, deadlines, cost, errors) stands in `generate.ts`.
 *
 * R1. `send` throws what its SDK throws; `generate.ts` makes a `ModelError` of it.
 * R2. An answer is whole only with its `end`. A stream that stops without one was cut.
 * R3. Leaving the iteration or aborting the signal closes the connection.
 */

import type { ModelRequest, ModelResult } from "./model.ts";
import type { TokenCounts } from "./prices.ts";

export type ProviderEvent =
  /** The server has begun to answer. */
  | { readonly type: "answered" }
  /** Output that is not part of the text, such as thinking. */
  | { readonly type: "thinking" }
  | { readonly type: "text"; readonly text: string }
  /** All consumed so far; replaces an earlier report. */
  | { readonly type: "usage"; readonly counts: TokenCounts }
  | {
      readonly type: "end";
      readonly finish: ModelResult["finish"];
      /** What was said instead of an answer, when it refused. */
      readonly refusal?: string;
    };

export interface Provider {
  /** `provider:model` */
  readonly name: string;
  /** URL of its server. */
  readonly address: string;
  /** The environment variable that holds the key, for hints. */
  readonly keyVariable: string;
  /** What must stand in no error message. */
  readonly secrets: readonly string[];
  send(request: ModelRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
}

/** What a provider needs to reach its server. */
export interface Connection {
  readonly apiKey: string;
  readonly baseURL: string;
  /** @default the global one */
  readonly fetch?: typeof fetch;
}

/** The SDKs' own timeout, out of the way of ours: the longest that a timer can hold. */
export const SDK_TIMEOUT_MS = 2 ** 31 - 1;
