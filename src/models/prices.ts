/**
 * What models cost. Data, with a date and a source; a model that is not listed has no price,
 * and what has no price is null, never 0.
 *
 * Prices are those of the standard tier. Prompt lengths are priced in tiers: the tier of the
 * whole prompt, cached tokens included, holds for the whole request.
 */

import type { TokenPrice } from "./model.ts";

/** What one request consumed, as the provider counted it. */
export interface TokenCounts {
  /** All input tokens, those read from and written to the cache included. */
  readonly inputTokens: number;
  /** The part of the input that was read from the provider's cache. */
  readonly cachedTokens: number;
  /** The part of the input that was written to the provider's cache. */
  readonly cacheWriteTokens: number;
  /** All output tokens, thinking included. */
  readonly outputTokens: number;
}

export const NO_TOKENS: TokenCounts = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
};

/** USD per million tokens. */
interface Rates {
  readonly input: number;
  readonly output: number;
  /** Null when nobody could say. */
  readonly cacheRead: number | null;
  /** For the shortest time that the provider keeps it. */
  readonly cacheWrite: number | null;
}

interface Tier extends Rates {
  /** Prompts up to so many tokens. */
  readonly upTo: number;
}

interface Price {
  readonly models: readonly string[];
  /** Shortest prompts first. */
  readonly tiers: readonly Tier[];
  readonly source: Source;
}

type Source = keyof typeof SOURCES;

/** Where the figures are from, and when they were read there. */
const SOURCES = {
  anthropic: { asOf: "2026-11-20", from: "Anthropic's pricing page" },
  reported: { asOf: "2026-11-20", from: "reports that quote the provider's pricing page" },
} as const;

function flat(input: number, output: number, cacheRead: number | null, cacheWrite: number | null) {
  return [{ upTo: Number.POSITIVE_INFINITY, input, output, cacheRead, cacheWrite }];
}

const OPENAI_LONG_PROMPT = 272_000;

/** OpenAI's rule for long prompts: input and cache twice as dear, output one and a half times. */
function openai(
  input: number,
  output: number,
  cacheRead: number | null,
  cacheWrite: number | null,
) {
  const twice = (rate: number | null) => (rate === null ? null : rate * 2);
  return [
    { upTo: OPENAI_LONG_PROMPT, input, output, cacheRead, cacheWrite },
    {
      upTo: Number.POSITIVE_INFINITY,
      input: input * 2,
      output: output * 1.5,
      cacheRead: twice(cacheRead),
      cacheWrite: twice(cacheWrite),
    },
  ];
}

/** Arguments in the order of most price lists: input, output, cache read, cache write. */
const PRICES: readonly Price[] = [
  {
    models: ["anthropic:claude-fable-5-1", "anthropic:claude-mythos-5-1"],
    tiers: flat(10, 50, 0.25, 12.5),
    source: "anthropic",
  },
  {
    models: ["anthropic:claude-fable-5", "anthropic:claude-mythos-5"],
    tiers: flat(10, 50, 1, 12.5),
    source: "anthropic",
  },
  { models: ["anthropic:claude-opus-5-5"], tiers: flat(4, 20, 0.2, 5), source: "anthropic" },
  {
    models: [
      "anthropic:claude-opus-5",
      "anthropic:claude-opus-4-8",
      "anthropic:claude-opus-4-7",
      "anthropic:claude-opus-4-6",
      "anthropic:claude-opus-4-5",
    ],
    tiers: flat(5, 25, 0.5, 6.25),
    source: "anthropic",
  },
  { models: ["anthropic:claude-sonnet-5-5"], tiers: flat(2, 10, 0.1, 2.5), source: "reported" },
  { models: ["anthropic:claude-sonnet-5"], tiers: flat(2, 10, 0.2, null), source: "reported" },
  { models: ["anthropic:claude-sonnet-4-6"], tiers: flat(3, 15, 0.3, 3.75), source: "reported" },
  {
    models: ["anthropic:claude-haiku-5-5"],
    tiers: [
      { upTo: 100_000, input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 },
      {
        upTo: Number.POSITIVE_INFINITY,
        input: 0.5,
        output: 2.5,
        cacheRead: 0.05,
        cacheWrite: 0.625,
      },
    ],
    source: "reported",
  },
  { models: ["anthropic:claude-haiku-4-5"], tiers: flat(1, 5, 0.1, 1.25), source: "reported" },
  { models: ["openai:gpt-6-astra"], tiers: openai(10, 50, 1, 12.5), source: "reported" },
  { models: ["openai:gpt-6.2-astra"], tiers: openai(8, 40, null, null), source: "reported" },
  { models: ["openai:gpt-6.2-sol"], tiers: openai(2, 10, null, null), source: "reported" },
  { models: ["openai:gpt-6.1-sol"], tiers: openai(2, 10, 0.1, 2.5), source: "reported" },
  { models: ["openai:gpt-6-sol"], tiers: openai(2, 10, 0.2, 2.5), source: "reported" },
  { models: ["openai:gpt-6.1-terra"], tiers: openai(1, 5, 0.05, 1.25), source: "reported" },
  { models: ["openai:gpt-6-luna"], tiers: openai(0.1, 0.5, 0.01, 0.125), source: "reported" },
  { models: ["openai:gpt-5.6-sol"], tiers: openai(4, 20, 0.4, null), source: "reported" },
  { models: ["openai:gpt-5.6-terra"], tiers: openai(2, 12, 0.2, null), source: "reported" },
  { models: ["openai:gpt-5.6-luna"], tiers: openai(0.2, 1.2, 0.02, null), source: "reported" },
];

const BY_MODEL = new Map(PRICES.flatMap((price) => price.models.map((model) => [model, price])));

/** Names of one dated release of a model: `-20260930`, `-2026-09-30`, `-latest`. */
const RELEASE = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/**
 * The cost of one request in USD.
 * @param model `provider:model`; a dated release costs what its model costs
 * @returns null for a model without a price, or when a rate that is needed is unknown
 */
export function costUsd(model: string, counts: TokenCounts): number | null {
  const price = BY_MODEL.get(model) ?? BY_MODEL.get(model.replace(RELEASE, ""));
  const rates = price?.tiers.find(({ upTo }) => counts.inputTokens <= upTo);
  if (rates === undefined) return null;
  const { inputTokens, cachedTokens, cacheWriteTokens, outputTokens } = counts;
  const parts = [
    cost(inputTokens - cachedTokens - cacheWriteTokens, rates.input),
    cost(cachedTokens, rates.cacheRead),
    cost(cacheWriteTokens, rates.cacheWrite),
    cost(outputTokens, rates.output),
  ];
  const sum = parts.reduce((a, b) => (a === null || b === null ? null : a + b), 0);
  return sum === null ? null : sum / 1_000_000;
}

/** The most that a token of this model may cost; null for a model without a price. */
export function dearestPrice(model: string): TokenPrice | null {
  const price = BY_MODEL.get(model) ?? BY_MODEL.get(model.replace(RELEASE, ""));
  if (price === undefined) return null;
  const dearest = (rates: readonly (number | null)[]) =>
    Math.max(...rates.map((rate) => rate ?? 0)) / 1_000_000;
  return {
    inputUsd: dearest(price.tiers.flatMap(({ input, cacheWrite }) => [input, cacheWrite])),
    outputUsd: dearest(price.tiers.map(({ output }) => output)),
  };
}

/** In millionths of a USD, so that sums stay whole numbers where they can. */
function cost(tokens: number, rate: number | null): number | null {
  if (tokens === 0) return 0;
  return rate === null ? null : tokens * rate;
}
