/** `ask` with a model, from goal to answer: the real SDKs against the mock server from npm. */

import { LLMock } from "@copilotkit/aimock";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createPlanwright, defineTool, type PlanwrightOptions } from "../../src/index.ts";

const ORDERS = defineTool({
  name: "list_orders",
  description: "All orders.",
  input: z.object({}),
  output: z.object({ orders: z.array(z.object({ id: z.string(), amount: z.number() })) }),
  effects: "read",
  run: () => ({
    orders: [
      { id: "a", amount: 3 },
      { id: "b", amount: 5 },
    ],
  }),
});

const TELL = defineTool({
  name: "tell",
  description: "Ask the model to put something into words.",
  input: z.object({ about: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "read",
  needsModel: true,
  run: async ({ about }, { models, signal }) => {
    if (models === undefined) throw new Error("This tool is not offered without a model.");
    const request = {
      system: [{ text: "TELL" }],
      messages: [{ role: "user" as const, content: about }],
      signal,
    };
    return { text: (await models.tools.generate(request).result).text };
  },
});

const PLAN = {
  subtasks: [
    { id: "orders", tool: "list_orders", input: [] },
    {
      id: "words",
      tool: "tell",
      input: [{ name: "about", value: "The sum is ${sum(orders.orders.map(o, o.amount))}" }],
    },
  ],
  output: "${words.text}",
};

/** Plans when asked for a plan; what `tell` asks is answered with what it asked about. */
async function mockOf(...plans: string[]) {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  const usage = { prompt_tokens: 100, completion_tokens: 10, input_tokens: 100, output_tokens: 10 };
  let asked = 0;
  mock.on({ predicate: () => true }, ({ messages }) => {
    const text = JSON.stringify(messages);
    if (text.includes("TELL")) {
      return { content: `Told: ${/The sum is \d+/.exec(text)?.[0]}`, usage };
    }
    return { content: plans[Math.min(asked++, plans.length - 1)] ?? "", usage };
  });
  await mock.start();
  return { url: mock.url, [Symbol.asyncDispose]: () => mock.stop() };
}

const MODELS = [
  ["anthropic", () => "anthropic:claude-haiku-4-5", 300e-6],
  ["openai", () => "openai:gpt-6-luna", 30e-6],
  ["openai-compatible", (url: string) => `openai-compatible:llama3:8b@${url}/v1`, null],
] as const;

function make(url: string, options: PlanwrightOptions) {
  const env = {
    ANTHROPIC_API_KEY: "a",
    ANTHROPIC_BASE_URL: url,
    OPENAI_API_KEY: "o",
    OPENAI_BASE_URL: `${url}/v1`,
  };
  return createPlanwright({
    journal: "memory:",
    builtinTools: false,
    tools: [ORDERS, TELL],
    env,
    ...options,
  });
}

describe.each(MODELS)("with %s", (_provider, name, usd) => {
  it("a goal is planned, run and answered, and all that it cost is counted", async () => {
    await using mock = await mockOf(JSON.stringify(PLAN));
    const result = await make(mock.url, { model: name(mock.url) })
      .ask("Sum my orders")
      .result();
    expect(result).toMatchObject({
      status: "succeeded",
      output: "Told: The sum is 8",
      plan: { batches: [["orders"], ["words"]] },
      usage: { modelCalls: 2, inputTokens: 200, outputTokens: 20, toolCalls: 2, usd },
    });
  });

  it("a plan that stays wrong fails the run with its errors and keeps the last proposal", async () => {
    const cyclic = { subtasks: [{ id: "a", tool: "list_orders", input: [], dependsOn: ["a"] }] };
    await using mock = await mockOf(JSON.stringify(cyclic));
    const planwright = make(mock.url, { model: name(mock.url) });
    const run = planwright.ask("Sum my orders");
    expect(await run.result()).toMatchObject({
      status: "failed",
      reason: "planning_failed",
      error: { code: "planner.failed" },
      usage: { modelCalls: 4, toolCalls: 0 },
    });
    const events = await Array.fromAsync(run.events());
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "plan.rejected",
        issues: expect.arrayContaining([expect.objectContaining({ code: "plan.cycle" })]),
        lastPlan: expect.objectContaining({ subtasks: [expect.objectContaining({ id: "a" })] }),
      }),
    );
  });
});
