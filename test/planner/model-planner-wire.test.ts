/** What the model planner sends, and how it ends when the model does not simply answer. */

import { describe, expect, it } from "vitest";
import { createModelPlanner, type ModelPlannerOptions } from "../../src/planner/model-planner.ts";
import { modelAt } from "../models/ask.ts";
import { answer, ProtocolServer, silence, status, WIRES } from "../protocol-server.ts";
import { planRequest, TOOLS } from "./plan-request.ts";

const PLAN = JSON.stringify({
  subtasks: [{ id: "a", tool: "read_table", input: [{ name: "path", value: "a.csv" }] }],
});

const [anthropic, openai, compatible] = WIRES as [
  (typeof WIRES)[number],
  (typeof WIRES)[number],
  (typeof WIRES)[number],
];

describe.each(WIRES)("$name", (wire) => {
  const whole = answer(wire, { pieces: [PLAN] });
  const plannerAt = (server: ProtocolServer, options?: ModelPlannerOptions) =>
    createModelPlanner(modelAt(server, wire), { timeZone: "Europe/Rome", ...options });

  it("sends the same bytes before two goals, and the goal and the date after them", async () => {
    await using server = await ProtocolServer.start(whole);
    const planner = plannerAt(server);
    await planner.plan(planRequest("Read a.csv"));
    await planner.plan(planRequest("Something else", { now: Date.UTC(2027, 0, 1) }));
    const [first, second] = server.received.map(({ body }) => withoutQuestion(body));
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    const [, asked] = server.received.map(({ body }) => JSON.stringify(body));
    expect(asked).toContain("Something else");
    expect(asked).toContain("2027-01-01");
    expect(JSON.stringify(first)).not.toMatch(/Something else|2027|Read a\.csv/);
  });

  it("asks for a smaller plan when the answer was cut off, and does not read the stump", async () => {
    const stump = answer(wire, { pieces: [PLAN.slice(0, 30)], finish: "length" });
    await using server = await ProtocolServer.start(stump, whole);
    const outcome = await plannerAt(server).plan(planRequest("Read a.csv"));
    expect(outcome).toMatchObject({ status: "planned", modelCalls: 2 });
    const again = JSON.stringify(server.received[1]?.body);
    expect(again).toContain("smaller plan");
    expect(again).not.toContain(PLAN.slice(0, 30).replaceAll('"', '\\"'));
  });

  it("says that the plan was cut off when it always is", async () => {
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [PLAN], finish: "length" }),
    );
    const outcome = await plannerAt(server, { maxRepairs: 1 }).plan(planRequest("Read a.csv"));
    expect(outcome).toMatchObject({
      status: "failed",
      modelCalls: 2,
      issues: [{ code: "planner.failed" }, { code: "model.truncated" }],
    });
  });

  it("takes a refusal for what it is", async () => {
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [], finish: "refusal" }),
    );
    await expect(plannerAt(server).plan(planRequest("Read a.csv"))).rejects.toMatchObject({
      code: "model.refused",
      message: expect.stringContaining("I will not."),
    });
    expect(server.received).toHaveLength(1);
  });

  it("asks once with a wrong key", async () => {
    await using server = await ProtocolServer.start(status(401));
    await expect(plannerAt(server).plan(planRequest("Read a.csv"))).rejects.toMatchObject({
      code: "model.unauthorized",
    });
    expect(server.received).toHaveLength(1);
  });

  it("ends the request when it is aborted", async () => {
    await using server = await ProtocolServer.start(silence);
    const stop = new AbortController();
    const planning = plannerAt(server).plan(planRequest("Read a.csv", { signal: stop.signal }));
    const received = await server.request(0);
    stop.abort();
    await expect(planning).rejects.toMatchObject({ code: "model.aborted" });
    await received.abandoned;
  });
});

describe("the request for a plan", () => {
  const names = TOOLS.map(({ name }) => name);

  async function bodyFor(wire: (typeof WIRES)[number]) {
    await using server = await ProtocolServer.start(answer(wire, { pieces: [PLAN] }));
    const planner = createModelPlanner(modelAt(server, wire), { instructions: "Prefer CSV." });
    await planner.plan(planRequest("Read a.csv"));
    return (await server.request(0)).body;
  }

  it("marks rules and tools for Anthropic's cache, and holds the model to the form", async () => {
    expect(await bodyFor(anthropic)).toMatchObject({
      system: [
        { text: expect.stringContaining("# Rules"), cache_control: { type: "ephemeral" } },
        {
          text: expect.stringMatching(/read_table[\s\S]*Prefer CSV\./),
          cache_control: { type: "ephemeral" },
        },
      ],
      output_config: { format: { type: "json_schema", schema: formWith(names) } },
    });
  });

  it("holds OpenAI's models to the form, strictly", async () => {
    expect(await bodyFor(openai)).toMatchObject({
      text: { format: { name: "plan", strict: true, schema: formWith(names) } },
    });
  });

  it("asks compatible servers for the form, strictly", async () => {
    expect(await bodyFor(compatible)).toMatchObject({
      response_format: { json_schema: { name: "plan", strict: true, schema: formWith(names) } },
    });
  });
});

/** Part of the form, in any dialect: the tools by name, and arguments as entries. */
function formWith(tools: string[]) {
  const text = JSON.stringify({ enum: tools }).slice(1, -1);
  return expect.toSatisfy((schema: object) => {
    const form = JSON.stringify(schema);
    return form.includes(text) && form.includes('"$ref":"#/$defs/value3"');
  }, `a form with ${text}`);
}

/** The body up to what the user asks. */
function withoutQuestion(body: Record<string, unknown>): unknown {
  const messages = (body["messages"] ?? body["input"]) as { role: string }[];
  const { messages: _messages, input: _input, ...rest } = body;
  return [rest, messages.slice(0, -1)];
}
