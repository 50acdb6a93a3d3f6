/** Judges with the real SDKs, against the mock server from npm. */

import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import { describe, expect, it } from "vitest";
import { createModel } from "../../src/models/create-model.ts";
import { evaluate, evidenceOf, requestFor, scores } from "./evaluation-request.ts";

async function mockSaying(...answers: string[]) {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  const usage = { prompt_tokens: 100, completion_tokens: 10, input_tokens: 100, output_tokens: 10 };
  let asked = 0;
  mock.on({ predicate: () => true }, () => ({
    content: answers[Math.min(asked++, answers.length - 1)] ?? "",
    usage,
  }));
  await mock.start();
  return {
    url: mock.url,
    requests: () => mock.getRequests().map(({ body }) => body as ChatCompletionRequest),
    [Symbol.asyncDispose]: () => mock.stop(),
  };
}

describe.each([
  ["anthropic", () => "anthropic:claude-haiku-4-5"],
  ["openai", () => "openai:gpt-6-luna"],
  ["openai-compatible", (url: string) => `openai-compatible:llama3:8b@${url}/v1`],
] as const)("%s", (_provider, name) => {
  it("judges an output, after an answer that cannot be used", async () => {
    await using mock = await mockSaying("Very good!", scores([0.9, 0.7], { blame: ["rome"] }));
    const env = {
      ANTHROPIC_API_KEY: "a",
      ANTHROPIC_BASE_URL: mock.url,
      OPENAI_API_KEY: "o",
      OPENAI_BASE_URL: `${mock.url}/v1`,
    };
    const judge = createModel(name(mock.url), { env, retry: { initialMs: 0, maxMs: 0 } });
    const request = requestFor("Berlin and Rome", [{ criterion: "It names both cities." }], {
      judgesGoal: true,
      evidence: evidenceOf({ rome: { area: 1285 } }),
    });
    const { evaluation, usage, modelCalls } = await evaluate(request, { judges: [judge] });
    expect(evaluation).toMatchObject({
      verdict: "pass",
      score: 0.8,
      confidence: 0.9,
      checks: [{ by: judge.name }, { check: "goal", by: judge.name }],
      flags: [],
    });
    expect({ modelCalls, input: usage.inputTokens }).toEqual({ modelCalls: 2, input: 200 });
    const [first] = mock.requests();
    expect(JSON.stringify(first?.messages)).toContain("It names both cities.");
  });
});
