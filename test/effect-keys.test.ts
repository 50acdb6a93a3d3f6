/** Effects that plans name by a key: once, in whichever run. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanwrightOptions,
  type RunEvent,
  type RunResult,
  ToolError,
} from "../src/index.ts";
import type { EffectClaim, Journal } from "../src/journal/journal.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { thisOwner } from "../src/journal/owner.ts";
import { plan } from "./builders.ts";

/** A tool that pays, with what it was asked to pay under which key. */
function bank(
  options: {
    readonly idempotent?: boolean;
    readonly fails?: (call: number) => Error | undefined;
  } = {},
) {
  const calls: { readonly amount: number; readonly key: string }[] = [];
  const tool = defineTool({
    name: "pay",
    description: "Pay an amount.",
    input: z.object({ amount: z.number() }),
    output: z.object({ receipt: z.number() }),
    effects: "write",
    idempotent: options.idempotent ?? false,
    run: ({ amount }, { idempotencyKey }) => {
      calls.push({ amount, key: idempotencyKey });
      const error = options.fails?.(calls.length);
      if (error !== undefined) throw error;
      return { receipt: calls.length };
    },
  });
  return { tool, calls };
}

const payment = (key: string, amount: unknown = 5, more: object = {}) =>
  plan(
    "pay",
    { pay: { tool: "pay", input: { amount } as never, idempotencyKey: key, ...more } },
    {
      inputs: { number: { type: "integer", default: 7 } } as never,
      output: "${pay.receipt}",
    },
  );

function make(options: PlanwrightOptions) {
  return createPlanwright({ journal: createMemoryJournal(), builtinTools: false, ...options });
}

describe("an effect with a key of the plan", () => {
  it("happens once in all runs, which share its result", async () => {
    const { tool, calls } = bank();
    const planwright = make({ tools: [tool] });
    const results: RunResult[] = [];
    for (let run = 0; run < 3; run += 1) {
      results.push(await planwright.run(payment("invoice-${inputs.number}")).result());
    }
    expect(results.map(({ status, output }) => [status, output])).toEqual([
      ["succeeded", 1],
      ["succeeded", 1],
      ["succeeded", 1],
    ]);
    expect(calls).toEqual([{ amount: 5, key: "invoice-7" }]);
    const events = await planwright.events(results[2]?.runId ?? "");
    const reused = { runId: results[0]?.runId, subtask: "pay" };
    expect(events.find(({ type }) => type === "subtask.succeeded")).toMatchObject({ reused });
  });

  it("is another one for another key", async () => {
    const { tool, calls } = bank();
    const planwright = make({ tools: [tool] });
    for (const number of [1, 2, 1]) {
      await planwright.run(payment("invoice-${inputs.number}"), { inputs: { number } }).result();
    }
    expect(calls.map(({ key }) => key)).toEqual(["invoice-1", "invoice-2"]);
  });

  it("is refused where one key means two effects", async () => {
    const { tool, calls } = bank();
    const planwright = make({ tools: [tool] });
    await planwright.run(payment("invoice", 5)).result();
    const { status, subtasks } = await planwright.run(payment("invoice", 6)).result();
    expect([status, subtasks[0]?.error?.code]).toEqual(["failed", "effect.differs"]);
    expect(calls).toHaveLength(1);
  });

  it("is tried again by its own subtask under its key, and kept when that succeeds", async () => {
    const busy = () => new ToolError("tool.failed", "busy", { retryable: true });
    const { tool, calls } = bank({ fails: (call) => (call === 1 ? busy() : undefined) });
    const planwright = make({ tools: [tool] });
    const given = payment("invoice", 5, { retry: { attempts: 2, initial: "1ms" } });
    expect(await planwright.run(given).result()).toMatchObject({ status: "succeeded", output: 2 });
    expect(await planwright.run(given).result()).toMatchObject({ status: "succeeded", output: 2 });
    expect(calls).toHaveLength(2);
  });

  it("is left to who began it, until a person has decided about that one", async () => {
    const broken = () => new ToolError("tool.failed", "no answer", { retryable: false });
    const { tool, calls } = bank({ fails: (call) => (call === 1 ? broken() : undefined) });
    const planwright = make({ tools: [tool] });
    const given = payment("invoice", 5, { retry: { attempts: 1 } });
    const first = await planwright.run(given).result();
    const second = await planwright.run(given).result();
    expect([first, second].map(({ subtasks }) => subtasks[0]?.error?.code)).toEqual([
      "tool.failed",
      "effect.open",
    ]);
    expect(calls).toHaveLength(1);
    await planwright.discardDeadLetter(first.runId, "pay", "it never happened");
    expect(await planwright.run(given).result()).toMatchObject({ status: "succeeded" });
    expect(calls).toHaveLength(2);
  });

  it("can be done where it was begun, also where nobody was left to decide", async () => {
    const broken = () => new ToolError("tool.failed", "no answer", { retryable: false });
    const { tool, calls } = bank({ fails: (call) => (call === 1 ? broken() : undefined) });
    const planwright = make({ tools: [tool] });
    const given = { ...payment("invoice", 5, { optional: true }), output: "done" };
    const first = await planwright.run(given).result();
    const second = await planwright.run(given).result();
    expect(second.subtasks[0]?.error?.hint).toContain(`restart ${first.runId} --from pay`);
    await planwright.restart(first.runId, { from: ["pay"] }).result();
    expect(await planwright.run(given).result()).toMatchObject({ status: "succeeded" });
    expect(calls).toHaveLength(2);
  });

  it("is for all runs what a person says it came to", async () => {
    const lost = () => new ToolError("tool.failed", "no answer", { retryable: false });
    const { tool, calls } = bank({ fails: lost });
    const planwright = make({ tools: [tool] });
    const { runId } = await planwright.run(payment("invoice")).result();
    const resolution = { output: { receipt: 9 }, note: "the bank has it" };
    await planwright.resolveDeadLetter(runId, "pay", resolution).result();
    const next = await planwright.run(payment("invoice")).result();
    expect(next).toMatchObject({ status: "succeeded", output: 9 });
    expect(calls).toHaveLength(1);
  });

  it("is taken over from a run that has ended without it, if the tool is idempotent", async () => {
    const broken = () => new ToolError("tool.failed", "no answer", { retryable: false });
    const { tool, calls } = bank({
      idempotent: true,
      fails: (call) => (call === 1 ? broken() : undefined),
    });
    const planwright = make({ tools: [tool] });
    await planwright.run(payment("invoice")).result();
    expect(await planwright.run(payment("invoice")).result()).toMatchObject({
      status: "succeeded",
    });
    expect(calls.map(({ key }) => key)).toEqual(["invoice", "invoice"]);
  });

  it.each([true, false])(
    "of a process that was killed is taken over if idempotent: %s",
    async (idempotent) => {
      const { tool, calls } = bank({ idempotent });
      const journal = createMemoryJournal();
      const { pid } = spawnSync(process.execPath, ["-e", ""]);
      const lease = {
        runId: "killed",
        owner: thisOwner.replace(`:${process.pid}:`, `:${pid}:`),
        now: Date.now(),
        leaseMs: 60_000,
      };
      await journal.createRun({ ...lease, summary: {} });
      const held: Journal = new Proxy(journal, {
        get(target, name) {
          if (name === "claimEffect") {
            return async (claim: EffectClaim) => {
              await target.claimEffect({ ...claim, runId: "killed" });
              return target.claimEffect(claim);
            };
          }
          const member: unknown = Reflect.get(target, name);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
      const given = payment("invoice", 5, { retry: { attempts: 1 } });
      const { subtasks } = await make({ tools: [tool], journal: held })
        .run(given)
        .result();
      expect(subtasks[0]?.error?.code).toBe(idempotent ? undefined : "effect.open");
      expect(calls).toHaveLength(idempotent ? 1 : 0);
    },
  );

  it("happens once when two runs want it at the same time", async () => {
    const { tool, calls } = bank();
    const planwright = make({ tools: [tool] });
    const given = payment("invoice", 5, { retry: { attempts: 9, initial: "20ms" } });
    const runs = Array.from({ length: 5 }, () => planwright.run(given).result());
    const results = await Promise.all(runs);
    expect(results.map(({ status, output }) => [status, output])).toEqual(
      new Array(5).fill(["succeeded", 1]),
    );
    expect(calls).toHaveLength(1);
  });

  it("does not begin when its run is cancelled while the journal is asked for it", async () => {
    const { tool, calls } = bank();
    const journal = createMemoryJournal();
    const [asked, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: Journal = new Proxy(journal, {
      get(target, name) {
        if (name === "claimEffect") {
          return async (claim: EffectClaim) => {
            asked.resolve();
            await cancelled.promise;
            return target.claimEffect(claim);
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const watch = (news: readonly RunEvent[]) => {
      // Effects of the event follow in the same turn of the loop.
      if (news.some(({ type }) => type === "run.cancelled")) setImmediate(cancelled.resolve);
    };
    const run = make({ tools: [tool], journal: slow }).run(payment("invoice"), {
      listener: { events: watch },
    });
    await asked.promise;
    run.cancel();
    expect(await run.result()).toMatchObject({ status: "cancelled" });
    expect(calls).toEqual([]);
  });

  it("fails where the key cannot be computed, and nothing was done", async () => {
    const { tool, calls } = bank();
    const planwright = make({ tools: [tool] });
    const { subtasks } = await planwright.run(payment("${1 / (inputs.number - 7)}")).result();
    expect(subtasks[0]?.error).toMatchObject({
      code: "expression.failed",
      path: "subtasks[0].idempotencyKey",
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ["invoice-${missing.n}", "subtasks[0].idempotencyKey"],
    ["", "subtasks[0].idempotencyKey"],
    [5, "subtasks[0].idempotencyKey"],
  ])("is refused before the run for the key %j", async (key, path) => {
    const given = {
      goal: "pay",
      subtasks: [{ id: "pay", tool: "pay", input: { amount: 1 }, idempotencyKey: key }],
    };
    const issues = await make({ tools: [bank().tool] }).validate(given);
    expect(issues.map((issue) => issue.path)).toEqual([path]);
  });

  it("waits for the subtasks that its key reads", async () => {
    const { tool } = bank();
    const look = defineTool({
      name: "look",
      description: "Look the number up.",
      input: z.object({}),
      output: z.object({ number: z.number() }),
      effects: "read",
      run: () => ({ number: 3 }),
    });
    const given = plan("look, pay", {
      look: { tool: "look" },
      pay: { tool: "pay", input: { amount: 5 }, idempotencyKey: "invoice-${look.number}" },
    });
    const planwright = make({ tools: [tool, look] });
    const { runId } = await planwright.run(given).result();
    const started = (await planwright.events(runId)).flatMap((event: RunEvent) =>
      event.type === "attempt.started" ? [[event.subtask, event.effectKey]] : [],
    );
    expect(started).toEqual([
      ["look", undefined],
      ["pay", "invoice-3"],
    ]);
  });
});
