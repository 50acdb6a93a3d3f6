/**
 * Models: one small interface over every provider.
 *
 * A request goes in; text comes out piece by piece and ends in a result with usage and
 * cost. A model is named `provider:model`, e.g. `anthropic:claude-sonnet-5-5`,
 * `openai:gpt-6.1-terra` or `openai-compatible:llama3@http://127.0.0.1:11434/v1`.
 *
 * M1. `generate` retries by our own policy; the SDKs' retries are off. Once a reader has
 *     taken a piece of text there is no retry, so no reader ever sees text twice.
 * M2. A failure is a `ModelError`; an abort rejects with code `model.aborted`, at once.
 * M3. Usage is what the provider reported, attempts that broke off included; `usd` is null
 *     when the model has no price.
 * M4. No message, hint or cause of an error holds a key.
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
  /**
   * Ask for JSON of this shape. A provider that can be held to it is, one that cannot is
   * told the schema; either way the text is the reader's to check. An optional property may
   * come as null: some strict modes know no absent ones.
   */
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
  /** All pieces together; of a refusal, what was said instead of an answer. */
  readonly text: string;
  readonly usage: ModelUsage;
  /** Why it ended: finished, out of tokens, or it would not. */
  readonly finish: "stop" | "length" | "refusal";
  /** `provider:model` that answered. */
  readonly model: string;
}

/** Pieces of text as they arrive, and the result once all have. */
export interface ModelStream extends AsyncIterable<string> {
  /** Settles without the pieces being read, too; left alone, it is no unhandled rejection. */
  readonly result: Promise<ModelResult>;
}

/** USD for one token. */
export type TokenPrice = { readonly inputUsd: number; readonly outputUsd: number };

export interface Model {
  /** `provider:model`, without keys. */
  readonly name: string;
  /** The most that a token may cost; null or absent where nobody knows. */
  readonly price?: TokenPrice | null;
  generate(request: ModelRequest): ModelStream;
}

/** The models of a run, by role; tools reach them through their context. */
export interface Models {
  readonly planner: Model;
  /** For `generate_text` and tools of the user's own. */
  readonly tools: Model;
  /** Answers for both once most of a run's budget is used. */
  readonly cheaper?: Model;
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

/** Tokens of output that a call is given where something is limited and it does not say. */
const USUAL_OUTPUT = 8_192;
/** Fewer are of no use. */
const FEWEST_OUTPUT = 64;
/** On the safe side: tokenizers make fewer of most texts. */
const CHARACTERS_PER_TOKEN = 3;

/** The most that a request may come to. */
export type MostUsage = {
  readonly outputTokens: number;
  /** Those of the input too. */
  readonly tokens: number;
  readonly usd: number;
};

/**
 * What a request may use at most: of output what it asks for, or as much as fits.
 * @param price null counts as nothing
 * @param left tokens and US dollars; infinite where they are not limited
 * @returns undefined where so little fits that it is of no use
 */
export function mostUsage(
  request: ModelRequest,
  price: TokenPrice | null,
  left: { readonly tokens: number; readonly usd: number },
): MostUsage | undefined {
  const { inputUsd = 0, outputUsd = 0 } = price ?? {};
  const input = inputTokensOf(request);
  const wanted = request.maxOutputTokens ?? USUAL_OUTPUT;
  const affordable = affordableTokens(left.usd - input * inputUsd, outputUsd);
  const outputTokens = Math.min(wanted, left.tokens - input, affordable);
  if (outputTokens < Math.min(wanted, FEWEST_OUTPUT)) return undefined;
  const usd = input * inputUsd + outputTokens * outputUsd;
  return { outputTokens, tokens: input + outputTokens, usd };
}

/** The most tokens of input that a request may come to. */
function inputTokensOf({ system, messages, schema }: ModelRequest): number {
  const texts = [...system.map(({ text }) => text), ...messages.map(({ content }) => content)];
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const ofSchema = schema === undefined ? 0 : JSON.stringify(schema).length;
  return Math.ceil((characters + ofSchema) / CHARACTERS_PER_TOKEN);
}

/** How many tokens an amount buys; below 0 where it is overdrawn. */
function affordableTokens(usd: number, tokenUsd: number): number {
  if (tokenUsd > 0) return Math.floor(usd / tokenUsd);
  return usd < 0 ? -1 : Number.POSITIVE_INFINITY;
}
