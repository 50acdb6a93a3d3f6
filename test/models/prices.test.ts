import { expect, it } from "vitest";
import { addUsage, NO_USAGE } from "../../src/models/model.ts";
import { costUsd, NO_TOKENS } from "../../src/models/prices.ts";

const MILLION = 1_000_000;

it.each([
  ["input at its own rate", "anthropic:claude-opus-5-5", { inputTokens: MILLION }, 4],
  ["output at its own rate", "anthropic:claude-opus-5-5", { outputTokens: MILLION }, 20],
  [
    "the cached part of the input at the rate of reading",
    "anthropic:claude-opus-5-5",
    { inputTokens: MILLION, cachedTokens: MILLION / 2 },
    4 / 2 + 0.2 / 2,
  ],
  [
    "the part that was written at the rate of writing",
    "anthropic:claude-opus-5-5",
    { inputTokens: MILLION, cacheWriteTokens: MILLION },
    5,
  ],
  [
    "a dated release as its model",
    "anthropic:claude-haiku-4-5-20251001",
    { inputTokens: MILLION },
    1,
  ],
  [
    "a dated release of the other kind",
    "openai:gpt-6-luna-2026-08-01",
    { outputTokens: MILLION / 10 },
    0.05,
  ],
  [
    "a short prompt in the first tier",
    "anthropic:claude-haiku-5-5",
    { inputTokens: 100_000 },
    0.01,
  ],
  [
    "a long prompt wholly in the next",
    "anthropic:claude-haiku-5-5",
    { inputTokens: 100_001, outputTokens: 0 },
    0.0500005,
  ],
  [
    "a long prompt of OpenAI's at twice the input and one and a half times the output",
    "openai:gpt-6.1-terra",
    { inputTokens: 300_000, outputTokens: 100_000 },
    0.3 * 2 + 0.1 * 5 * 1.5,
  ],
  ["nothing as nothing", "openai:gpt-6.1-terra", {}, 0],
])("prices %s", (_what, model, counts, usd) => {
  expect(costUsd(model, { ...NO_TOKENS, ...counts })).toBeCloseTo(usd, 9);
});

it.each([
  ["a model that is not listed", "anthropic:claude-fable-5-2", { inputTokens: 1 }],
  [
    "a model of a compatible server",
    "openai-compatible:gpt-6-luna@http://h/v1",
    { inputTokens: 1 },
  ],
  ["a rate that nobody could say", "openai:gpt-6.2-sol", { inputTokens: 2, cachedTokens: 1 }],
  [
    "a model whose name only begins like a listed one",
    "openai:gpt-6-luna-tuned",
    { inputTokens: 1 },
  ],
])("has no price, rather than none to pay, for %s", (_what, model, counts) => {
  expect(costUsd(model, { ...NO_TOKENS, ...counts })).toBeNull();
});

it("keeps a sum unknown once a part of it is", () => {
  const known = { ...NO_USAGE, usd: 0.5 };
  const unknown = { ...NO_USAGE, usd: null };
  expect(addUsage(known, known).usd).toBe(1);
  expect(addUsage(addUsage(known, unknown), known).usd).toBeNull();
});
