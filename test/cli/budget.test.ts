/** What a run may use at most, as a user sets it and meets it. */

import { afterEach, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { makeFolder } from "./folder.ts";

const INDEX = new URL("../../src/index.ts", import.meta.url).href;
const TOOLS = `
import { defineTool } from "${INDEX}";
import { z } from "${import.meta.resolve("zod")}";

export const look = defineTool({
  name: "look",
  description: "Look something up, for two cents.",
  input: z.object({}),
  output: z.object({ n: z.number() }),
  effects: "read",
  costUsd: 0.02,
  run: () => ({ n: 1 }),
});
export const tell = defineTool({
  name: "tell",
  description: "Ask the model.",
  input: z.object({}),
  output: z.object({ text: z.string() }),
  effects: "read",
  needsModel: true,
  run: async (_input, { models, signal }) => {
    const messages = [{ role: "user", content: "Tell." }];
    return { text: (await models.tools.generate({ system: [], messages, signal }).result).text };
  },
});
`;

const planOf = (tool: string, count: number) => {
  const subtasks = Array.from({ length: count }, (_, at) => ({ id: `s${at}`, tool }));
  return JSON.stringify({ goal: "many at once", subtasks, output: "done" });
};

async function folderWith(plan: string) {
  const folder = await makeFolder({ "tools.ts": TOOLS, "plan.json": plan });
  const call = async (...argv: string[]) => {
    const { code, stdout, stderr } = await folder.planwright(
      ...argv,
      "--tools",
      "tools.ts",
      "--json",
    );
    return { code, stderr, result: JSON.parse(stdout) as RunResult };
  };
  return Object.assign(folder, { call });
}

let server: ProtocolServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

describe("--max-usd", () => {
  it("is never exceeded, keeps what there is, and is raised by a resume", async () => {
    await using folder = await folderWith(planOf("look", 64));
    const first = await folder.call("run", "plan.json", "--max-usd", "0.5", "--concurrency", "64");
    expect(first.code).toBe(4);
    expect(first.result).toMatchObject({ status: "waiting", reason: "budget_exceeded" });
    expect(first.result.usage.usd).toBeCloseTo(0.5, 9);
    expect(first.result.usage.toolCalls).toBe(25);
    const { runId } = first.result;
    expect(first.stderr).toContain(`resume ${runId} --max-usd …`);

    expect((await folder.call("resume", runId)).code).toBe(4);
    const last = await folder.call("resume", runId, "--max-usd", "2");
    expect(last).toMatchObject({ code: 0, result: { status: "succeeded", output: "done" } });
    expect(last.result.usage.toolCalls).toBe(64);
  });

  it("ends the command, also where people read, who are told how to go on", async () => {
    await using folder = await folderWith(planOf("look", 4));
    const argv = ["run", "plan.json", "--tools", "tools.ts", "--max-usd", "0.05"];
    for (const { code, stderr } of [
      await folder.planwright(...argv),
      await folder.byPerson([], ...argv),
    ]) {
      expect(code).toBe(4);
      expect(stderr).toMatch(/the budget is used up; with more: .*--max-usd …/);
    }
    const perDay = await folder.planwright(...argv.slice(0, -2), "--max-usd-per-day", "0.01");
    expect(perDay.code).toBe(4);
    expect(perDay.stderr).toMatch(/the budget of the day is used up; tomorrow: /);
  });

  it("is refused before anything is asked for a model whose price nobody knows", async () => {
    await using folder = await folderWith(planOf("tell", 1));
    const model = "openai-compatible:mine@http://127.0.0.1:9/v1";
    const { code, stderr } = await folder.planwright(
      "run",
      "plan.json",
      "--model",
      model,
      "--max-usd",
      "1",
      "--tools",
      "tools.ts",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("has no known price");
  });
});

describe.each(WIRES)("asking $name side by side", (wire) => {
  it("never uses more calls and tokens than allowed, whoever asks first", async () => {
    const usage = { input: 20, output: 10 };
    server = await ProtocolServer.start(answer(wire, { pieces: ["told"], usage }));
    for (const [name, value] of Object.entries(wire.env(server.url))) process.env[name] = value;
    await using folder = await folderWith(planOf("tell", 12));
    const run = ["run", "plan.json", "--model", wire.model(server.url), "--concurrency", "12"];

    const calls = await folder.call(...run, "--max-model-calls", "5");
    expect(calls).toMatchObject({ code: 4, result: { reason: "budget_exceeded" } });
    expect(server.received).toHaveLength(5);
    expect(calls.result.usage.modelCalls).toBe(5);
    expect(calls.result.subtasks.filter(({ status }) => status === "succeeded")).toHaveLength(5);

    const tokens = await folder.call(...run, "--max-tokens", "300");
    expect(tokens.code).toBe(4);
    const { inputTokens, outputTokens } = tokens.result.usage;
    expect(inputTokens + outputTokens).toBeLessThanOrEqual(300);
    // What the provider may write is what is left.
    expect(JSON.stringify(server.received.at(-1)?.body)).toMatch(
      /"max_(?:output_|completion_)?tokens":\d{2,3}[,}]/,
    );
  });
});

describe("--max-usd-per-day", () => {
  it("holds over runs and processes, also for calls side by side", async () => {
    await using folder = await folderWith(planOf("look", 8));
    const run = ["run", "plan.json", "--max-usd-per-day", "0.2"];
    const first = await folder.call(...run);
    expect(first).toMatchObject({ code: 0, result: { status: "succeeded" } });
    const second = await folder.call(...run);
    expect(second).toMatchObject({ code: 4, result: { reason: "budget_exceeded" } });
    const { runId, subtasks } = second.result;
    expect(subtasks.filter(({ status }) => status === "succeeded")).toHaveLength(2);
    expect(second.stderr).toContain(`the budget of the day is used up; tomorrow:`);
    // Without the limit, or on the next day, it goes on.
    expect(await folder.call("resume", runId, "--max-usd-per-day", "0.2")).toMatchObject({
      code: 4,
    });
    const last = await folder.call("resume", runId);
    expect(last.code).toBe(0);
    // What could not be paid was not called, and did not cost anything.
    expect(last.result.usage.toolCalls).toBe(8);
    expect(last.result.usage.usd).toBeCloseTo(0.16, 9);
  });

  it("holds for models, which get what is left", async () => {
    const [wire] = WIRES;
    if (wire === undefined) throw new Error("There is no wire.");
    server = await ProtocolServer.start(
      answer(wire, { pieces: ["told"], usage: { input: 200, output: 100 } }),
    );
    for (const [name, value] of Object.entries(wire.env(server.url))) process.env[name] = value;
    await using folder = await folderWith(planOf("tell", 5));
    const run = ["run", "plan.json", "--model", wire.model(server.url), "--concurrency", "1"];
    const { code, result } = await folder.call(...run, "--max-tokens-per-day", "1000");
    expect({ code, calls: result.usage.modelCalls }).toEqual({ code: 4, calls: 4 });
    expect(server.received).toHaveLength(4);
    expect(JSON.stringify(server.received.at(-1)?.body)).toMatch(
      /"max_(?:output_|completion_)?tokens":\d\d[,}]/,
    );
  });
});

describe("--cheaper-model", () => {
  it("answers once 80 % of the budget is used, and not before", async () => {
    const [wire] = WIRES;
    if (wire === undefined) throw new Error("There is no wire.");
    server = await ProtocolServer.start(
      answer(wire, { pieces: ["told"], usage: { input: 200, output: 100 } }),
    );
    for (const [name, value] of Object.entries(wire.env(server.url))) process.env[name] = value;
    await using folder = await folderWith(planOf("tell", 4));
    const model = wire.model(server.url);
    const cheaper = `${model}-small`;
    const flags = ["--model", model, "--cheaper-model", cheaper, "--concurrency", "1"];
    const { result } = await folder.call("run", "plan.json", ...flags, "--max-tokens", "1100");
    expect(result.usage.modelCalls).toBe(4);
    const asked = server.received.map(({ body }) => (body as { model: string }).model);
    const [dear = "", ...others] = asked;
    expect(asked).toEqual([dear, dear, dear, `${dear}-small`]);
    expect(others).toHaveLength(3);
    const events = await folder.planwright("events", result.runId);
    expect(events.stdout.match(/budget\.low/g)).toHaveLength(1);
  });
});

it.each([
  ["--max-usd", "0"],
  ["--max-usd", "much"],
  ["--max-tokens", "1.5"],
  ["--max-tool-calls", "-1"],
  ["--max-usd-per-day", "-1"],
  ["--max-tokens-per-day", "lots"],
])("%s %s is refused", async (flag, value) => {
  await using folder = await folderWith(planOf("look", 1));
  const { code, stderr } = await folder.planwright(
    "run",
    "plan.json",
    flag,
    value,
    "--tools",
    "tools.ts",
  );
  expect(code).toBe(2);
  expect(stderr).toContain(flag);
  expect(await folder.list()).toEqual(["plan.json", "tools.ts"]);
});
