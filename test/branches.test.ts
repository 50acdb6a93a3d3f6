/** What routes have decided, over many runs: reused, counted, and watched. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createPlanwright, defineTool, type PlanDraft, type RunEvent } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { answer, ProtocolServer, WIRES } from "./protocol-server.ts";

const WIRE = WIRES.find(({ name }) => name === "openai-compatible") ?? expect.fail("no such wire");

const PLAN: PlanDraft = {
  goal: "Sort a ticket",
  workflow: { id: "triage" },
  inputs: { text: { type: "string" } },
  subtasks: [
    {
      id: "triage",
      tool: "classify_text",
      input: { text: "${inputs.text}", labels: { billing: "money", bug: "what is broken" } },
      route: { branches: { billing: "bill", bug: [] } },
    },
    { id: "bill", tool: "calculate", input: { expression: "1" } },
  ],
  output: "${triage.label}",
};

const says = (label: string, confidence = 0.9) =>
  answer(WIRE, { pieces: [JSON.stringify({ label, confidence, reason: "it says so" })] });

describe("a decision of a model", () => {
  it("is reused for an equal input, in whichever run, and never where the plan says so", async () => {
    await using server = await ProtocolServer.start(says("billing"), says("bug"), says("bug"));
    await using planwright = createPlanwright({
      journal: createMemoryJournal(),
      model: WIRE.model(server.url),
    });
    const ask = async (text: string, plan = PLAN) => {
      const run = planwright.run(plan, { inputs: { text } });
      const result = await run.result();
      return { ...result, events: await planwright.events(result.runId) };
    };
    const first = await ask("I paid twice");
    expect(first).toMatchObject({
      status: "succeeded",
      output: "billing",
      usage: { modelCalls: 1 },
    });
    const again = await ask("I paid twice");
    expect(again).toMatchObject({ output: "billing", usage: { modelCalls: 0 } });
    expect(again.events).toContainEqual(
      expect.objectContaining({
        type: "subtask.succeeded",
        subtask: "triage",
        reused: { runId: first.runId, subtask: "triage" },
      }),
    );
    expect(await ask("It crashes")).toMatchObject({ output: "bug", usage: { modelCalls: 1 } });
    const [triage, bill] = PLAN.subtasks as [PlanDraft["subtasks"][0], PlanDraft["subtasks"][0]];
    const route = { branches: { billing: "bill", bug: [] }, cache: false };
    const anew = { ...PLAN, subtasks: [{ ...triage, route }, bill] };
    expect(await ask("I paid twice", anew)).toMatchObject({
      output: "bug",
      usage: { modelCalls: 1 },
    });
    expect(server.received).toHaveLength(3);
    expect(await planwright.branches(first.runId)).toEqual([
      {
        subtask: "triage",
        branches: [
          { branch: "billing", isDefault: false, taken: 2, recent: 2, share: 0.5 },
          { branch: "bug", isDefault: false, taken: 2, recent: 2, share: 0.5 },
        ],
      },
    ]);
  });

  it("that no label fits is asked for once more, and then fails the attempt", async () => {
    await using server = await ProtocolServer.start(says("weather"), says("weather"));
    await using planwright = createPlanwright({
      journal: createMemoryJournal(),
      model: WIRE.model(server.url),
    });
    const result = await planwright.run(PLAN, { inputs: { text: "Rain?" } }).result();
    expect(result).toMatchObject({ status: "failed", error: { code: "model.invalid_output" } });
    expect(server.received).toHaveLength(2);
  });

  it("that no branch fits is not what the tool that took over has decided", async () => {
    await using server = await ProtocolServer.start(says("weather"), says("bug"));
    const guess = defineTool({
      name: "guess",
      description: "Gives always the same.",
      input: z.object({ text: z.string(), labels: z.unknown() }),
      output: z.object({ label: z.string() }),
      effects: "none",
      run: () => ({ label: "billing" }),
    });
    await using planwright = createPlanwright({
      journal: createMemoryJournal(),
      model: WIRE.model(server.url),
      tools: [guess],
    });
    const [triage, bill] = PLAN.subtasks as [PlanDraft["subtasks"][0], PlanDraft["subtasks"][0]];
    const labels = { billing: "money", bug: "what is broken", weather: "rain" };
    // That it may give what has no branch shall show only in the run.
    const route = { branches: { billing: "bill", bug: [] }, by: "${output.label + ''}" };
    const input = { text: "${inputs.text}", labels };
    const plan = { ...PLAN, subtasks: [{ ...triage, input, route, fallback: "guess" }, bill] };
    const ask = async () => planwright.run(plan, { inputs: { text: "Hm?" } }).result();
    expect(await ask()).toMatchObject({ output: "billing", usage: { modelCalls: 1 } });
    expect(await ask()).toMatchObject({ output: "bug", usage: { modelCalls: 1 } });
  });
});

describe("an answer of a model", () => {
  const rule = defineTool({
    name: "rule",
    description: "Says billing.",
    input: z.object({ prompt: z.string(), schema: z.unknown() }),
    output: z.object({ label: z.string() }),
    effects: "none",
    run: () => ({ label: "billing" }),
  });
  const schema = {
    type: "object",
    properties: { label: { type: "string" } },
    required: ["label"],
    additionalProperties: false,
  };
  const plan: PlanDraft = {
    goal: "Sort",
    subtasks: [
      {
        id: "triage",
        tool: "prompt_model",
        input: { prompt: "Billing or bug?", schema },
        fallback: "rule",
        route: { branches: { billing: [], bug: [] } },
      },
    ],
  };

  it("is not reused where there is something else to choose from", async () => {
    const [weather, bug] = ["weather", "bug"].map((label) =>
      answer(WIRE, { pieces: [JSON.stringify({ label })] }),
    );
    await using server = await ProtocolServer.start(weather ?? says(""), bug ?? says(""));
    await using planwright = createPlanwright({
      journal: createMemoryJournal(),
      model: WIRE.model(server.url),
    });
    const triage = { id: "triage", tool: "prompt_model", input: plan.subtasks[0]?.input ?? {} };
    const decide = async (route: PlanDraft["subtasks"][number]["route"]) => {
      const run = planwright.run({ goal: "Sort", subtasks: [{ ...triage, route }] });
      return (await run.result()).subtasks[0]?.branch;
    };
    const branches = { billing: [], bug: [] };
    expect(await decide({ branches, default: "billing" })).toBe("billing");
    expect(await decide({ branches, default: "billing", threshold: 0 })).toBe("billing");
    expect(server.received).toHaveLength(1);
    expect(await decide({ branches })).toBe("bug");
  });

  it("that no branch fits is not kept for the decision of the fallback", async () => {
    const weather = answer(WIRE, { pieces: ['{"label":"weather"}'] });
    await using server = await ProtocolServer.start(weather, weather);
    await using planwright = createPlanwright({
      journal: createMemoryJournal(),
      model: WIRE.model(server.url),
      tools: [rule],
    });
    for (const times of [1, 2]) {
      const { status, subtasks } = await planwright.run(plan).result();
      expect(status).toBe("succeeded");
      expect(subtasks[0]).toMatchObject({ branch: "billing", attempts: 2 });
      expect(server.received).toHaveLength(times);
    }
  });
});

describe("a route by rules", () => {
  const label = defineTool({
    name: "label",
    description: "Gives a label.",
    input: z.object({ label: z.string() }),
    output: z.object({ label: z.string() }),
    effects: "none",
    run: (input) => input,
  });
  const plan: PlanDraft = {
    goal: "Sort",
    inputs: { amount: { type: "number" } },
    subtasks: [
      {
        id: "size",
        tool: "match_rules",
        input: {
          rules: [
            { label: "large", when: "${inputs.amount > 1000}" },
            { label: "small", when: "${inputs.amount > 0}" },
          ],
        },
        route: { branches: { large: [], small: [], odd: [] }, default: "odd" },
      },
      { id: "keep", tool: "label", input: { label: "${size.label}" } },
    ],
    output: "${size.label}",
  };

  async function taken(amounts: readonly number[]) {
    const planwright = createPlanwright({ journal: createMemoryJournal(), tools: [label] });
    const warnings: RunEvent[] = [];
    let last = "";
    for (const amount of amounts) {
      const run = planwright.run(plan, { inputs: { amount } });
      for await (const event of run.events()) {
        if (event.type === "route.shifted") warnings.push(event);
      }
      last = (await run.result()).runId;
    }
    return { warnings, routes: await planwright.branches(last) };
  }

  it("takes the first that holds, and the default where none does", async () => {
    const { routes } = await taken([2000, 5, 7, -1]);
    expect(routes[0]?.branches.map(({ branch, taken }) => [branch, taken])).toEqual([
      ["large", 1],
      ["small", 2],
      ["odd", 1],
    ]);
  });

  it("warns when the branches are taken otherwise than before, and not by chance", async () => {
    const usual = Array.from({ length: 150 }, (_, k) => (k % 10 === 0 ? 2000 : 5));
    const like = Array.from({ length: 50 }, (_, k) => (k % 8 === 0 ? 2000 : 5));
    const other = Array.from({ length: 50 }, (_, k) => (k % 2 === 0 ? 2000 : 5));
    expect((await taken([...usual, ...like])).warnings).toEqual([]);
    const { warnings, routes } = await taken([...usual, ...other, 5]);
    expect(warnings).toMatchObject([
      {
        subtask: "size",
        past: { large: 15, small: 135 },
        recent: { large: 25, small: 25 },
      },
    ]);
    expect(routes[0]?.branches[0]).toMatchObject({ branch: "large", taken: 40, recent: 0 });
  });
});
