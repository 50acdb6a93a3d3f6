/** More tools than a model is shown, over every provider's wire. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createModel } from "../../src/models/create-model.ts";
import { checkPlan } from "../../src/plan/check.ts";
import { chooseTools } from "../../src/planner/choose-tools.ts";
import { createModelPlanner } from "../../src/planner/model-planner.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Tool } from "../../src/tools/tool.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { planRequest } from "./plan-request.ts";

const SUBJECTS = [
  "invoice",
  "calendar",
  "weather",
  "parcel",
  "recipe",
  "salary",
  "train",
  "garden",
];
const VERBS = ["find", "create", "delete", "archive", "translate", "share", "print", "count"];

/** 64 tools, among them one that sends a fax. */
const MANY: readonly Tool[] = [
  ...SUBJECTS.flatMap((subject) => VERBS.map((verb) => [verb, subject])),
  ["send", "fax"],
].map(([verb, subject]) =>
  defineTool({
    name: `${verb}_${subject}`,
    description: `${verb} a ${subject}.`,
    input: z.object({ text: z.string() }),
    output: z.object({ done: z.boolean() }),
    effects: "read",
    run: () => ({ done: true }),
  }),
);

const request = (goal: string) => {
  const byName = new Map(MANY.map((tool) => [tool.name, tool]));
  const tools = { get: (name: string) => byName.get(name), names: () => byName.keys() };
  return planRequest(goal, {
    tools: MANY,
    check: (plan) => checkPlan(plan, { tools, maxSubtasks: 200 }).issues,
  });
};

const FAX = JSON.stringify({
  subtasks: [{ id: "fax", tool: "send_fax", input: [{ name: "text", value: "Hello" }] }],
});

it("shows the tools that fit the goal, in their own order", () => {
  const names = chooseTools("Print the invoices, then share the recipe", MANY, 12).map(
    ({ name }) => name,
  );
  expect(names).toHaveLength(12);
  expect(names).toEqual(expect.arrayContaining(["print_invoice", "share_recipe"]));
  expect(MANY.map(({ name }) => name).filter((name) => names.includes(name))).toEqual(names);
  expect(chooseTools("zzz", MANY, 2).map(({ name }) => name)).toEqual([
    "find_invoice",
    "create_invoice",
  ]);
  expect(chooseTools("anything", MANY.slice(0, 5), 5)).toHaveLength(5);
});

describe.each(WIRES)("a planner on $name", (wire) => {
  async function planWith(...answers: string[]) {
    await using server = await ProtocolServer.start(
      ...answers.map((text) => answer(wire, { pieces: [text] })),
    );
    const model = createModel(wire.model(server.url), { env: wire.env(server.url) });
    const planner = createModelPlanner(model, { maxTools: 10, maxRepairs: 1 });
    const outcome = await planner.plan(request("Tell Ada about the invoice"));
    return { outcome, asked: server.received.map(({ body }) => JSON.stringify(body)) };
  }

  it("may ask once for more tools, and still plans with those it saw first", async () => {
    const { outcome, asked } = await planWith('{"moreTools": ["send fax"]}', FAX);
    expect(outcome).toMatchObject({ status: "planned", modelCalls: 2 });
    expect(asked[0]).toContain("10 of 65 tools");
    expect(asked[0]).toContain("find_invoice");
    expect(asked[0]).not.toContain("send_fax");
    expect(asked[1]).toContain("find_invoice");
    expect(asked[1]).toContain("send_fax");
  });

  it("is refused when it asks again", async () => {
    const wish = '{"moreTools": ["send fax"]}';
    const { outcome } = await planWith(wish, wish, wish);
    expect(outcome).toMatchObject({
      status: "failed",
      modelCalls: 3,
      issues: [{ code: "planner.failed" }, { message: "There are no more tools to be shown." }],
    });
  });
});
