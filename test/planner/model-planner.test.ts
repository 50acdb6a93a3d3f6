/** The model planner with the real SDKs, against the mock server from npm. */

import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import { describe, expect, it } from "vitest";
import type { Issue } from "../../src/base/errors.ts";
import { createModel } from "../../src/models/create-model.ts";
import { createModelPlanner } from "../../src/planner/model-planner.ts";
import { planRequest } from "./plan-request.ts";

const GOAL = "Save the three largest orders of orders.csv as top.txt";

const entries = (input: Record<string, unknown>) =>
  Object.entries(input).map(([name, value]) => ({ name, value }));

const READ = { id: "orders", tool: "read_table", input: entries({ path: "orders.csv" }) };
const TAKE = {
  id: "top",
  tool: "take_rows",
  input: entries({
    rows: "${orders.rows}",
    count: 3,
    order: { fields: entries({ by: "amount", descending: true }) },
  }),
};
const SAVE = {
  id: "save",
  tool: "save_text",
  input: entries({ path: "top.txt", text: "${toJson(top.rows)}" }),
};
const PLAN = { subtasks: [READ, TAKE, SAVE], output: "${top.rows}" };

/** The plan with one thing in it that is wrong. */
const WRONG = {
  "an answer that is not JSON": "Sure! First I read the file, then I take the rows.",
  "an empty answer": "",
  "JSON that breaks off": JSON.stringify(PLAN).slice(0, -40),
  "a plan with a cycle": JSON.stringify({
    ...PLAN,
    subtasks: [{ ...READ, dependsOn: ["save"] }, TAKE, SAVE],
  }),
  "an unknown tool": JSON.stringify({
    ...PLAN,
    subtasks: [{ ...READ, tool: "load_table" }, TAKE, SAVE],
  }),
  "a wrong parameter type": JSON.stringify({
    ...PLAN,
    subtasks: [READ, { ...TAKE, input: entries({ rows: "${orders.rows}", count: "three" }) }, SAVE],
  }),
  "a field that the tool does not give": JSON.stringify({ ...PLAN, output: "${top.lines}" }),
  "both a plan and a reason why there is none": JSON.stringify({ ...PLAN, cannot: "No." }),
  "JSON text inside that does not parse": JSON.stringify({ ...PLAN, output: { json: "{" } }),
};

/** A mock of every provider that gives these answers in turn, and the last one for ever. */
async function scripted(...answers: string[]) {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  let asked = 0;
  const usage = { prompt_tokens: 100, completion_tokens: 10, input_tokens: 100, output_tokens: 10 };
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

const PROVIDERS = [
  ["anthropic", () => "anthropic:claude-haiku-4-5"],
  ["openai", () => "openai:gpt-6-luna"],
  ["openai-compatible", (url: string) => `openai-compatible:llama3:8b@${url}/v1`],
] as const;

function plannerAt(url: string, name: (url: string) => string) {
  const env = {
    ANTHROPIC_API_KEY: "a",
    ANTHROPIC_BASE_URL: url,
    OPENAI_API_KEY: "o",
    OPENAI_BASE_URL: `${url}/v1`,
  };
  return createModelPlanner(createModel(name(url), { env, retry: { initialMs: 0, maxMs: 0 } }));
}

describe.each(PROVIDERS)("%s", (provider, name) => {
  it("plans a goal", async () => {
    await using mock = await scripted(JSON.stringify(PLAN));
    const outcome = await plannerAt(mock.url, name).plan(planRequest(GOAL));
    expect(outcome).toEqual({
      status: "planned",
      plan: {
        version: 1,
        goal: GOAL,
        inputs: {},
        subtasks: [
          expect.objectContaining({ id: "orders", input: { path: "orders.csv" } }),
          expect.objectContaining({
            id: "top",
            input: { rows: "${orders.rows}", count: 3, order: { by: "amount", descending: true } },
          }),
          expect.objectContaining({ id: "save" }),
        ],
        output: "${top.rows}",
      },
      modelCalls: 1,
      usage: {
        inputTokens: 100,
        outputTokens: 10,
        cachedTokens: 0,
        usd: { anthropic: 150e-6, openai: 15e-6, "openai-compatible": null }[provider],
      },
    });
  });

  it.each(Object.keys(WRONG) as (keyof typeof WRONG)[])(
    "has %s mended in the next round",
    async (what) => {
      await using mock = await scripted(WRONG[what], JSON.stringify(PLAN));
      const told: [number, readonly Issue[]][] = [];
      const outcome = await plannerAt(mock.url, name).plan(
        planRequest(GOAL, { onRepair: (round, issues) => told.push([round, issues]) }),
      );
      expect(outcome).toMatchObject({ status: "planned", modelCalls: 2 });
      expect(outcome.usage).toMatchObject({ inputTokens: 200, outputTokens: 20 });
      expect(told).toEqual([[1, [expect.anything()]]]);
      const { messages = [] } = mock.requests()[1] ?? {};
      if (WRONG[what] !== "") {
        // What was wrong goes back word by word, below the plan that it is about.
        expect(messages.at(-2)).toMatchObject({ role: "assistant", content: WRONG[what] });
        expect(messages.at(-1)?.content).toContain(told[0]?.[1][0]?.message);
      }
    },
  );
});

describe("a model that gets no plan right", () => {
  it("ends after three repairs with the errors of the last plan, which is kept", async () => {
    await using mock = await scripted(
      "No.",
      WRONG["an unknown tool"],
      WRONG["a plan with a cycle"],
    );
    const planner = plannerAt(mock.url, PROVIDERS[1][1]);
    const outcome = await planner.plan(planRequest(GOAL));
    expect(outcome).toMatchObject({
      status: "failed",
      modelCalls: 4,
      usage: { inputTokens: 400 },
      issues: [
        { code: "planner.failed", message: "openai:gpt-6-luna gave no valid plan in 4 tries." },
        { code: "plan.cycle", message: expect.stringContaining("orders → top → save → orders") },
      ],
      lastPlan: { goal: GOAL, subtasks: [{ id: "orders", dependsOn: ["save"] }, {}, {}] },
    });
  });

  it("is asked with its newest plan only: older mistakes are not sent again", async () => {
    await using mock = await scripted(WRONG["an unknown tool"], WRONG["a plan with a cycle"]);
    await plannerAt(mock.url, PROVIDERS[2][1]).plan(planRequest(GOAL));
    const roles = mock.requests().map(({ messages }) => messages.map(({ role }) => role));
    expect(roles).toEqual([
      ["system", "user"],
      ["system", "user", "assistant", "user"],
      ["system", "user", "assistant", "user"],
      ["system", "user", "assistant", "user"],
    ]);
    expect(JSON.stringify(mock.requests()[3])).not.toContain("load_table");
  });
});

it("reports what a model says cannot be planned, and asks no further", async () => {
  await using mock = await scripted(JSON.stringify({ cannot: "No tool books flights." }));
  const outcome = await plannerAt(mock.url, PROVIDERS[0][1]).plan(planRequest("Book a flight"));
  expect(outcome).toMatchObject({
    status: "failed",
    modelCalls: 1,
    issues: [{ code: "goal.not_understood", message: "No tool books flights." }],
  });
});

it.each([
  ["in a code fence", `\`\`\`json\n${JSON.stringify(PLAN, null, 2)}\n\`\`\``],
  ["between sentences", `Here is the plan:\n${JSON.stringify(PLAN)}\nTell me if {it} fits.`],
  ["after thoughts", `<think>{"subtasks": []}?</think>\n${JSON.stringify(PLAN)}`],
  [
    "in the plain form of plan files",
    JSON.stringify({
      version: 1,
      goal: "another",
      subtasks: [{ id: "orders", tool: "read_table", input: { path: "orders.csv" } }],
      output: "${orders.rows}",
    }),
  ],
  [
    "with null for what is absent",
    JSON.stringify({
      cannot: null,
      subtasks: [{ ...READ, description: null, dependsOn: null, when: null, optional: null }],
      output: null,
    }),
  ],
])("reads a plan %s", async (_how, text) => {
  await using mock = await scripted(text);
  const outcome = await plannerAt(mock.url, PROVIDERS[2][1]).plan(planRequest(GOAL));
  expect(outcome).toMatchObject({
    status: "planned",
    modelCalls: 1,
    plan: {
      goal: GOAL,
      subtasks: expect.arrayContaining([expect.objectContaining({ id: "orders" })]),
    },
  });
});
