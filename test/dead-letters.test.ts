/** Dead letters through the library: what they hold, and what somebody decides about them. */

import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import {
  createPlanwright,
  defineTool,
  type Journal,
  type PlanwrightOptions,
  type RunEvent,
  ToolError,
} from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { plan } from "./builders.ts";
import { deadSubtasks } from "./dead-subtasks.ts";

const amount = z.object({ amount: z.number() });

/** Pays small amounts; the bank is closed for large ones. */
function bank() {
  const paid: number[] = [];
  const pay = defineTool({
    name: "pay",
    description: "Pay an amount.",
    input: amount.extend({ after: z.unknown().optional() }),
    output: z.object({ paid: z.number() }),
    effects: "write",
    run: ({ amount: given }) => {
      paid.push(given);
      if (given > 5) closeTheBank();
      return { paid: given };
    },
  });
  return { pay, paid };
}

function closeTheBank(): never {
  const cause = new Error("It is Sunday.");
  throw new ToolError("tool.failed", "The bank is closed.", { retryable: false, cause });
}

const look = defineTool({
  name: "look",
  description: "Fails in another way.",
  input: z.object({}),
  output: z.null(),
  effects: "read",
  run: () => {
    throw new ToolError("tool.limit", "It is too much.", { retryable: false });
  },
});

function make(options: PlanwrightOptions = {}) {
  return createPlanwright({ journal: createMemoryJournal(), builtinTools: false, ...options });
}

const LARGE = plan("large -> last", {
  large: { tool: "pay", input: { amount: 10 } },
  last: { tool: "pay", input: { amount: 2, after: "${large.paid}" } },
});

describe("a dead letter holds", () => {
  it("what it was for, each attempt with its stack, and what drove the run", async () => {
    const { pay } = bank();
    const planwright = make({ tools: [pay] });
    const given = plan("small -> large", {
      small: { tool: "pay", input: { amount: 1 } },
      large: { tool: "pay", description: "Pay the rent", input: { amount: "${small.paid + 9}" } },
    });
    const result = await planwright.run(given).result();
    const [letter, ...others] = deadSubtasks(await planwright.deadLetters());
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      subtask: "large",
      description: "Pay the rent",
      input: { amount: 10 },
      upstream: [{ subtask: "small", attempt: 1, seq: 4 }],
      revision: 1,
      versions: { planwright: manifest.version, node: process.versions.node },
    });
    const events = await planwright.events(result.runId);
    expect(events[3]).toMatchObject({ type: "subtask.succeeded", subtask: "small", seq: 4 });
    const [attempt] = letter?.attempts ?? [];
    expect(attempt?.stack).toContain("closeTheBank");
    expect(attempt?.stack).toContain("caused by Error: It is Sunday.");
    expect(JSON.stringify(result)).not.toContain("closeTheBank");
  });

  it("the input that the newest attempt got: as a person gave it, also for the fallback", async () => {
    const { pay, paid } = bank();
    const journal = createMemoryJournal();
    const planwright = make({
      journal,
      tools: [pay, { ...pay, name: "pay_approved", approval: true }],
    });
    const input = { amount: 7 };
    const edited = { amount: 8 };
    const decide = async (given: Parameters<typeof planwright.run>[0]) => {
      const { runId } = await planwright.run(given).result();
      await planwright.decide(runId, "a", { decision: "approved", input: edited });
      await planwright.resume(runId).result();
      return deadSubtasks(await planwright.deadLetters({ runId }))[0];
    };
    const alone = await decide(plan("a", { a: { tool: "pay_approved", input } }));
    expect(alone?.input).toEqual(edited);
    const more = { tool: "pay_approved", fallback: "pay", input };
    const letter = await decide(plan("a", { a: more }));
    expect(letter?.attempts.map(({ tool, isFallback }) => [tool, isFallback])).toEqual([
      ["pay_approved", false],
      ["pay", true],
    ]);
    expect(letter?.input).toEqual(edited);
    expect(paid).toEqual([8, 8, 8]);
  });

  it("what somebody was asked about who said no", async () => {
    const { pay } = bank();
    const planwright = make({ tools: [{ ...pay, approval: true }] });
    const { runId } = await planwright.run(LARGE).result();
    await planwright.decide(runId, "large", { decision: "denied", by: "ada" });
    expect(await planwright.deadLetters({ reason: "denied" })).toMatchObject([
      { subtask: "large", input: { amount: 10 }, attempts: [], skipped: ["last"] },
    ]);
  });
});

describe("somebody who says what a dead letter came to", () => {
  it("lets the run go on with it, without the tool being called again", async () => {
    const { pay, paid } = bank();
    const planwright = make({ tools: [pay] });
    const { runId } = await planwright.run(LARGE).result();
    const decision = { output: { paid: 10 }, by: "ada", note: "the bank says so" };
    const result = await planwright.resolveDeadLetter(runId, "large", decision).result();
    expect(result).toMatchObject({ status: "succeeded", output: { paid: 2 } });
    expect(paid).toEqual([10, 2]);
    expect(await planwright.deadLetters()).toEqual([]);
    expect(await planwright.events(runId)).toContainEqual(
      expect.objectContaining({
        type: "dead_letter.resolved",
        resolution: "resolved",
        by: "ada",
        note: "the bank says so",
      }),
    );
  });

  it("is refused what the tool could not have given, and nothing is changed", async () => {
    const { pay } = bank();
    const planwright = make({ tools: [pay] });
    const { runId } = await planwright.run(LARGE).result();
    const before = await planwright.events(runId);
    const resolve = (subtask: string, output: string | { paid: string }) =>
      planwright.resolveDeadLetter(runId, subtask, { output }).result();
    await expect(resolve("large", { paid: "ten" })).rejects.toMatchObject({
      issues: [{ code: "input.invalid", path: "output.paid" }],
    });
    await expect(resolve("last", "x")).rejects.toMatchObject({ code: "dead_letter.unknown" });
    expect(await planwright.events(runId)).toEqual(before);
  });

  it("is one of several who decide at once: the first decision stands, the others hear so", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-letters-"));
    const journal = `sqlite:${join(folder.path, "journal.db")}`;
    const { pay, paid } = bank();
    await using one = make({ journal, tools: [pay] });
    await using other = make({ journal, tools: [pay] });
    for (let round = 0; round < 20; round += 1) {
      const { runId } = await one.run(LARGE).result();
      const decisions = await Promise.allSettled([
        one.resolveDeadLetter(runId, "large", { output: { paid: 10 } }).result(),
        other.resolveDeadLetter(runId, "large", { output: { paid: 11 } }).result(),
        other.retryDeadLetters(runId).result(),
      ]);
      const [ended] = decisions.filter(({ status }) => status === "fulfilled");
      const reasons = decisions.flatMap((each) =>
        each.status === "rejected" ? [(each.reason as { code: string }).code] : [],
      );
      expect(ended).toBeDefined();
      const resolved = (await one.events(runId)).filter(
        ({ type }) => type === "dead_letter.resolved",
      );
      expect(resolved.length + reasons.length).toBe(3);
      for (const code of reasons) expect(["run.owned", "dead_letter.unknown"]).toContain(code);
    }
    expect(paid.filter((each) => each === 2).length).toBeLessThanOrEqual(20);
  });

  it("hears so also when the other was first by a hair, and does not keep the run", async () => {
    const inner = createMemoryJournal();
    const { pay, paid } = bank();
    let before = async () => {};
    const journal: Journal = new Proxy(inner, {
      get: (target, key) => {
        if (key === "acquire") {
          return async (...given: Parameters<Journal["acquire"]>) => {
            await before();
            return inner.acquire(...given);
          };
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const planwright = make({ journal, tools: [pay] });
    const quick = make({ journal: inner, tools: [pay] });
    const { runId } = await planwright.run(LARGE).result();
    before = async () => {
      await quick.resolveDeadLetter(runId, "large", { output: { paid: 10 } }).result();
    };
    const late = planwright.retryDeadLetters(runId, { from: ["large"] });
    await expect(late.result()).rejects.toMatchObject({ code: "dead_letter.unknown" });
    expect(paid).toEqual([10, 2]);
    expect(await inner.find(runId)).toMatchObject({ lease: null });
  });
});

describe("a decision about the dead letters of all runs", () => {
  async function threeRuns() {
    const { pay, paid } = bank();
    const journal = createMemoryJournal();
    const planwright = make({ journal, tools: [pay, look] });
    const runs: string[] = [];
    for (const given of [LARGE, plan("a", { a: { tool: "look" } }), LARGE]) {
      runs.push((await planwright.run(given).result()).runId);
    }
    return { planwright, journal, paid, runs };
  }

  it("is about those that the filter lets pass", async () => {
    const { planwright, runs } = await threeRuns();
    const [first = "", second = "", third = ""] = runs;
    const idsOf = async (filter: Parameters<typeof planwright.deadLetters>[0]) =>
      deadSubtasks(await planwright.deadLetters(filter)).map(({ runId }) => runId);
    expect(await idsOf({})).toEqual([third, second, first]);
    expect(await idsOf({ tool: "look" })).toEqual([second]);
    expect(await idsOf({ code: "tool.failed" })).toEqual([third, first]);
    expect(await idsOf({ reason: "interrupted" })).toEqual([]);
    expect(await idsOf({ runId: third, tool: "look" })).toEqual([]);
    const [letter] = await planwright.deadLetters({ runId: first });
    expect(await idsOf({ since: letter?.at })).toContain(first);
    expect(await idsOf({ since: Date.now() + 1_000 })).toEqual([]);
  });

  it("goes on past a run that somebody else drives", async () => {
    const { planwright, journal, paid, runs } = await threeRuns();
    const [first = "", , third = ""] = runs;
    const lease = { owner: "elsewhere", now: Date.now(), leaseMs: 60_000 };
    await journal.acquire({ runId: third, ...lease });
    const told: unknown[] = [];
    for await (const { runId, subtasks, run } of planwright.retryAllDeadLetters({ tool: "pay" })) {
      const ended = await run.result().then(
        ({ status }) => status,
        ({ code }: { code: string }) => code,
      );
      told.push([runId, subtasks, ended]);
    }
    expect(told).toEqual([
      [third, ["large"], "run.owned"],
      [first, ["large"], "failed"],
    ]);
    expect(paid).toEqual([10, 10, 10]);
  });

  it("discards them with the reason, and runs nothing", async () => {
    const { planwright, paid, runs } = await threeRuns();
    const filter = { code: "tool.failed" };
    for await (const _ of planwright.discardAllDeadLetters(filter, "it is winter"));
    expect(paid).toEqual([10, 10]);
    expect(await planwright.deadLetters()).toMatchObject([{ runId: runs[1] }]);
    expect((await planwright.events(runs[0] ?? "")).at(-1)).toMatchObject({
      type: "dead_letter.resolved",
      resolution: "discarded",
      note: "it is winter",
    });
  });
});

describe("the webhook for dead letters", () => {
  type Call = { readonly headers: IncomingHttpHeaders; readonly body: unknown };

  /** A server that answers with these statuses, then with 200. */
  async function webhook(...statuses: number[]) {
    const calls: Call[] = [];
    const server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      calls.push({ headers: request.headers, body: JSON.parse(text) });
      response.writeHead(statuses.shift() ?? 200).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
      calls,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      },
    };
  }

  async function runWith(url: string, options: PlanwrightOptions = {}) {
    const { pay } = bank();
    const deadLetters = { threshold: 1, webhook: url };
    const planwright = make({ tools: [pay], deadLetters, allowPrivateHosts: true, ...options });
    const result = await planwright.run(LARGE).result();
    const events = await planwright.events(result.runId);
    const of = (type: RunEvent["type"]) => events.find((event) => event.type === type);
    return { result, of };
  }

  it("is called until it answers, always with the same key and the same body", async () => {
    await using server = await webhook(503, 500);
    const { result, of } = await runWith(server.url);
    expect(result).toMatchObject({ status: "failed", reason: "subtask_failed" });
    const reached = of("dead_letters.threshold_reached");
    expect(of("notification.delivered")).toMatchObject({ notification: reached?.seq });
    expect(server.calls).toHaveLength(3);
    for (const { headers, body } of server.calls) {
      expect(headers["idempotency-key"]).toBe(`${result.runId}/${reached?.seq}`);
      expect(headers["content-type"]).toBe("application/json");
      expect(body).toEqual({
        type: "dead_letters.threshold_reached",
        runId: result.runId,
        goal: "test",
        count: 1,
        threshold: 1,
        subtasks: ["large"],
      });
    }
  });

  it("does not fail the run by refusing; nobody learns its path", async () => {
    await using server = await webhook(404);
    const { result, of } = await runWith(server.url);
    expect(result.status).toBe("failed");
    expect(server.calls).toHaveLength(1);
    const failed = of("notification.failed");
    expect(JSON.stringify(failed)).toContain("answers 404");
    expect(JSON.stringify(failed)).not.toContain("secret");
  });

  it("is none on a private address, unless that is allowed", async () => {
    await using server = await webhook();
    const { of } = await runWith(server.url, { allowPrivateHosts: false });
    expect(of("notification.failed")).toMatchObject({ error: { code: "tool.forbidden" } });
    expect(server.calls).toEqual([]);
  });

  it.each([
    [{ threshold: 0 }, "deadLetters.threshold"],
    [{ threshold: 1.5 }, "deadLetters.threshold"],
    [{ threshold: 1, webhook: "ftp://example.com" }, "deadLetters.webhook"],
    [{ threshold: 1, webhook: "example.com" }, "deadLetters.webhook"],
  ])("and the threshold make sense, or are refused: %j", (deadLetters, path) => {
    expect(() => make({ deadLetters })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path })] }),
    );
  });
});
