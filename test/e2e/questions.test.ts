/** A planner that asks the user, over every provider's wire. */

import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createPlanwright, defineTool } from "../../src/index.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";

const greet = defineTool({
  name: "greet",
  description: "Greet somebody.",
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "none",
  run: ({ name }) => ({ text: `Hello ${name}` }),
});

const ASKS = {
  questions: [{ id: "who", question: "Who shall be greeted?", options: ["Ada", "Bo"] }],
};
const PLAN = {
  subtasks: [{ id: "greeting", tool: "greet", input: [{ name: "name", value: "Ada" }] }],
  output: "${greeting.text}",
};

describe.each(WIRES)("a planner on $name that lacks something", (wire) => {
  it("asks, waits across processes, and plans with the answer", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-"));
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [JSON.stringify(ASKS)] }),
      answer(wire, { pieces: [JSON.stringify(PLAN)] }),
    );
    const open = () =>
      createPlanwright({
        model: wire.model(server.url),
        env: wire.env(server.url),
        journal: `sqlite:${join(folder.path, "journal.db")}`,
        tools: [greet],
        builtinTools: false,
      });

    await using first = open();
    const waiting = await first.ask("Greet somebody").result();
    expect(waiting).toMatchObject({
      status: "waiting",
      reason: "questions",
      questions: ASKS.questions,
      plan: null,
    });
    await first.close();

    await using second = open();
    const { runId } = waiting;
    expect(await second.runs()).toMatchObject([{ runId, status: "waiting", reason: "questions" }]);
    expect(await second.show(runId)).toMatchObject({
      status: "waiting",
      questions: ASKS.questions,
    });
    // Without an answer nothing changes, and nobody is asked twice.
    expect(await second.resume(runId).result()).toMatchObject({ status: "waiting" });
    const wrong = second.resume(runId, { answers: { whom: "Ada" } }).result();
    await expect(wrong).rejects.toMatchObject({
      issues: [
        { code: "input.unknown", path: "answers.whom" },
        { code: "input.missing", path: "answers.who" },
      ],
    });
    expect(server.received).toHaveLength(1);

    const result = await second.resume(runId, { answers: { who: "Ada" } }).result();
    expect(result).toMatchObject({ status: "succeeded", output: "Hello Ada" });
    expect(result.reason).toBeUndefined();
    expect(result.usage.modelCalls).toBe(2);
    const body = JSON.stringify(server.received[1]?.body);
    expect(body).toContain("Who shall be greeted?");
    expect(body).toContain("A: Ada");
  });

  it("can be cancelled while it waits", async () => {
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [JSON.stringify(ASKS)] }),
    );
    await using planwright = createPlanwright({
      model: wire.model(server.url),
      env: wire.env(server.url),
      journal: "memory:",
      tools: [greet],
    });
    const { runId } = await planwright.ask("Greet somebody").result();
    expect(await planwright.cancel(runId)).toMatchObject({ status: "cancelled" });
    await expect(planwright.resume(runId).result()).rejects.toMatchObject({ code: "run.finished" });
  });

  it("is told to plan when it asks without end", async () => {
    const many = {
      questions: Array.from({ length: 12 }, (_, at) => ({ id: `q${at}`, question: "?" })),
    };
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [JSON.stringify(many)] }),
      answer(wire, { pieces: [JSON.stringify(many)] }),
      answer(wire, { pieces: [JSON.stringify(PLAN)] }),
    );
    await using planwright = createPlanwright({
      model: wire.model(server.url),
      env: wire.env(server.url),
      journal: "memory:",
      tools: [greet],
      builtinTools: false,
    });
    const { runId, questions = [] } = await planwright.ask("Greet somebody").result();
    expect(questions).toHaveLength(10);
    const answers = Object.fromEntries(questions.map(({ id }) => [id, "yes"]));
    expect(await planwright.resume(runId, { answers }).result()).toMatchObject({
      status: "succeeded",
    });
  });
});
