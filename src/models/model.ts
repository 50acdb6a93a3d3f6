/**
 * Models: one small interface over every provider.
 *
 * A request goes in; text comes out piece by piece and ends in a result with usage and
 * cost. A model is named `provider:model`, e.g. `anthropic:claude-sonnet-5-5`,
 * `openai:gpt-6.1-terra` or `openai-compatible:llama3@http://127.0.0.1:11434/v1`.
 *
 * M1. `generate` retries by our own policy; the SDKs' retries are off.
 * M2. A failure is a `ModelError`; an abort rejects with code `model.aborted`.
 * M3. Usage is what the provider reported; `usd` is null when the model has no price.
 */

import type { JsonObject } from "../base/json.ts";

export type ModelMessage = { readonly role: "user" | "assistant"; readonly content: string };

export interface ModelRequest {
  /**
   * Instructions in order, most stable first. A part with `cache` ends a prefix that the
   * provider should keep for the next request.
   */
  readonly system: readonly { readonly text: string; readonly cache?: boolean }[];
  readonly messages: readonly ModelMessage[];
  /** Ask for JSON of this shape, where the provider can be held to it. */
  readonly schema?: { readonly name: string; readonly schema: JsonObject };
  /** @default the provider's */
  readonly maxOutputTokens?: number;
  readonly signal?: AbortSignal;
}

export interface ModelUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  /** All output tokens, thinking included. */
  readonly outputTokens: number;
  /** The part of `inputTokens` that was read from the provider's cache. */
  readonly cachedTokens: number;
  /** Null when the model has no price. */
  readonly usd: number | null;
}

export interface ModelResult {
  readonly text: string;
  readonly usage: ModelUsage;
  /** Why it ended: finished, out of tokens, or it would not. */
  readonly finish: "stop" | "length" | "refusal";
  /** `provider:model` that answered. */
  readonly model: string;
}

/** Pieces of text as they arrive, and the result once all have. */
export interface ModelStream extends AsyncIterable<string> {
  /** Settles without the pieces being read, too. */
  readonly result: Promise<ModelResult>;
}

export interface Model {
  /** `provider:model`, without keys. */
  readonly name: string;
  generate(request: ModelRequest): ModelStream;
}

/** The models of a run, by role; tools reach them through their context. */
export interface Models {
  readonly planner: Model;
  /** For `generate_text` and tools of the user's own. */
  readonly tools: Model;
}

export const NO_USAGE: ModelUsage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, usd: 0 };

/** The sum; a cost without a price stays unknown. */
export function addUsage(a: ModelUsage, b: ModelUsage): ModelUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    usd: a.usd === null || b.usd === null ? null : a.usd + b.usd,
  };
}
