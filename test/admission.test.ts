/** What all runs of a process share: places, rates, pools and breakers. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanwrightOptions,
  type RunEvent,
  type ToolDefinition,
} from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { plan } from "./builders.ts";
import { ManualClock } from "./models/manual-clock.ts";

type Limits = Pick<ToolDefinition, "concurrency" | "rateLimit" | "breaker" | "uses" | "retry">;

/** Tools whose calls last until all that can start have started, and the most that were under way. */
function gauge() {
  let underWay = 0;
  let most = 0;
  const tool = (name: string, limits: Limits) =>
    defineTool({
      name,
      description: "Counts how many calls are under way.",
      input: z.object({}),
      output: z.string(),
      effects: "none",
      ...limits,
      run: async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
        underWay -= 1;
        return name;
      },
    });
  return { tool, most: () => most };
}

function make(options: PlanwrightOptions) {
  return createPlanwright({ journal: createMemoryJournal(), builtinTools: false, ...options });
}

/** So many subtasks without dependencies, each of the tools in turn. */
function wide(count: number, ...tools: readonly string[]) {
  const ids = Array.from({ length: count }, (_, index) => `s${index}`);
  const more = ids.map((id, index) => [id, { tool: tools[index % tools.length] ?? "" }] as const);
  return plan(ids.join(", "), Object.fromEntries(more));
}

describe("a tool's concurrency", () => {
  it("holds over all runs, and none of them waits for ever", async () => {
    const { tool, most } = gauge();
    const planwright = make({ tools: [tool("narrow", { concurrency: 2 })] });
    const runs = Array.from({ length: 4 }, () => planwright.run(wide(8, "narrow")));
    const results = await Promise.all(runs.map((run) => run.result()));
    expect(results.map(({ status }) => status)).toEqual(new Array(4).fill("succeeded"));
    expect(most()).toBe(2);
  });

  it("takes no place of a run's own from the others", async () => {
    const { tool } = gauge();
    const planwright = make({
      concurrency: 2,
      tools: [tool("narrow", { concurrency: 1 }), tool("free", {})],
    });
    const events: RunEvent[] = [];
    const watch = (news: readonly RunEvent[]) => void events.push(...news);
    const { status } = await planwright
      .run(wide(8, "narrow", "free"), { listener: { events: watch } })
      .result();
    expect(status).toBe("succeeded");
    const order = events.flatMap((event) => (event.type === "attempt.started" ? event.tool : []));
    // Three who wait for `narrow` would fill both slots of the run if waiting took one.
    expect(order.slice(0, 4).filter((name) => name === "free").length).toBeGreaterThan(1);
  });
});

describe("a resource pool", () => {
  it("is shared by the tools that use it, by as many units as each says", async () => {
    const { tool, most } = gauge();
    const planwright = make({
      pools: { gpu: 3, disk: 1 },
      tools: [tool("one", { uses: ["gpu"] }), tool("two", { uses: { gpu: 2, disk: 1 } })],
    });
    const { status } = await planwright.run(wide(12, "one", "two")).result();
    expect(status).toBe("succeeded");
    expect(most()).toBeLessThanOrEqual(3);
  });

  it.each([
    [{}, /uses the resource pool "gpu", which nobody has/],
    [{ gpu: 1 }, /uses 2 of the resource pool "gpu", which has 1/],
    [{ gpu: 0 }, /pools.gpu is 0/],
    [{ gpu: 1.5 }, /pools.gpu is 1.5/],
  ])("of %j is refused where it can never do", async (pools, message) => {
    const { tool } = gauge();
    const open = async () => make({ pools, tools: [tool("big", { uses: { gpu: 2 } })] }).tools();
    await expect(open()).rejects.toThrow(message);
  });
});

describe("a rate limit", () => {
  it("lets a burst start, and the rest as time passes", async () => {
    const clock = new ManualClock();
    const { tool } = gauge();
    const planwright = make({
      clock,
      tools: [tool("slow", { rateLimit: { calls: 2, per: "10s" } })],
    });
    const starts: number[] = [];
    const from = clock.now();
    const watch = (news: readonly RunEvent[]) => {
      for (const { type, at } of news) if (type === "attempt.started") starts.push(at - from);
    };
    const run = planwright.run(wide(5, "slow"), { listener: { events: watch } });
    for (let ring = 0; ring < 3; ring += 1) await clock.pass(5000);
    expect((await run.result()).status).toBe("succeeded");
    expect(starts).toEqual([0, 0, 5000, 10_000, 15_000]);
  });
});

describe("a limited tool that never ends", () => {
  it("keeps its place for a while, and not the process alive", async () => {
    const program = fileURLToPath(new URL("./executor/abandoned-call-process.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(JSON.parse(stdout)).toEqual({ status: "failed", timers: 0 });
  });
});

describe("limits of tools by name", () => {
  it("take the place of those that the tool brings", async () => {
    const { tool, most } = gauge();
    const tools = [tool("narrow", { concurrency: 1 })];
    const planwright = make({ tools, toolLimits: { narrow: { concurrency: 3 } } });
    await planwright.run(wide(9, "narrow")).result();
    expect(most()).toBe(3);
  });

  it.each([
    [{ narow: { concurrency: 1 } }, "toolLimits.narow", /Did you mean narrow/],
    [{ narrow: { concurrency: -1 } }, "toolLimits.narrow.concurrency", /whole number/],
    [
      { narrow: { rateLimit: { calls: 1, per: "soon" } } },
      "toolLimits.narrow.rateLimit.per",
      /500ms/,
    ],
    [{ narrow: { breaker: { rate: 2 } } }, "toolLimits.narrow.breaker.rate", /up to 1/],
    [{ narrow: { uses: { gpu: 0 } } }, "toolLimits.narrow.uses.gpu", /whole number/],
  ])("of %j are refused", async (toolLimits, path, hint) => {
    const { tool } = gauge();
    const open = make({ toolLimits, tools: [tool("narrow", {})] }).tools();
    await expect(open).rejects.toMatchObject({
      issues: [{ path, hint: expect.stringMatching(hint) }],
    });
  });
});

/** A server that can be switched off and on again, at one port. */
class Api {
  requests = 0;
  #port = 0;
  #server: Server | undefined;

  async switchOn(): Promise<void> {
    this.#server = createServer((_request, response) => {
      this.requests += 1;
      response.setHeader("content-type", "text/plain").end("up");
    }).listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async switchOff(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server) await once(this.#server, "close");
    this.#server = undefined;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }
}

describe("a breaker in front of a dead API", () => {
  const BREAKER = { consecutive: 3, reset: "300ms" };
  const NO_WAIT = { attempts: 50, initial: "1ms", max: "1ms" };

  async function deadApi() {
    const api = new Api();
    await api.switchOn();
    await api.switchOff();
    onTestFinished(() => api.switchOff());
    return api;
  }

  function fetching(api: Api, more: object = {}) {
    const fetch = { tool: "http_fetch", input: { url: api.url }, retry: NO_WAIT, ...more };
    return plan("f0, f1, f2, f3, c0 -> c1", {
      ...Object.fromEntries(["f0", "f1", "f2", "f3"].map((id) => [id, fetch])),
      c0: { tool: "steady" },
      c1: { tool: "steady" },
    });
  }

  const steady = defineTool({
    name: "steady",
    description: "Works whatever happens.",
    input: z.object({ url: z.string().default("") }),
    output: z.string(),
    effects: "none",
    run: () => "steady",
  });

  function makeWith(breaker: object) {
    return make({
      builtinTools: true,
      allowPrivateHosts: true,
      tools: [steady],
      // One call at a time, so that exactly three fail before it opens.
      toolLimits: { http_fetch: { concurrency: 1, breaker } },
    });
  }

  it("stops the calls, lets other branches finish, and asks again with one probe", async () => {
    const api = await deadApi();
    const events: RunEvent[] = [];
    const opened = Promise.withResolvers<void>();
    const reopened = Promise.withResolvers<void>();
    const watch = (news: readonly RunEvent[]) => {
      events.push(...news);
      const times = events.filter(({ type }) => type === "breaker.opened").length;
      if (times > 0) opened.resolve();
      if (times === 2) reopened.resolve();
    };
    const run = makeWith(BREAKER).run(fetching(api), { listener: { events: watch } });
    await opened.promise;
    const calls = () =>
      events.filter((one) => one.type === "attempt.started" && one.tool === "http_fetch").length;
    expect(calls()).toBe(3);
    // The probe fails as well, and nobody else calls.
    await reopened.promise;
    expect(calls()).toBe(4);
    expect(
      events.filter((one) => one.type === "subtask.succeeded").map((one) => one.subtask),
    ).toEqual(["c0", "c1"]);
    await api.switchOn();
    const { status, subtasks } = await run.result();
    expect([status, api.requests]).toEqual(["succeeded", 4]);
    expect(subtasks.map((subtask) => subtask.status)).toEqual(new Array(6).fill("succeeded"));
    const news = events.flatMap(({ type }) => (type.startsWith("breaker.") ? type : []));
    expect(news).toEqual(["breaker.opened", "breaker.opened", "breaker.closed"]);
  });

  it("sends those who have a fallback there, with no attempt used", async () => {
    const api = await deadApi();
    const { status, subtasks } = await makeWith({ consecutive: 3, reset: "1h" })
      .run(fetching(api, { fallback: "steady" }))
      .result();
    expect(status).toBe("succeeded");
    const attempts = subtasks.filter(({ id }) => id.startsWith("f")).map((one) => one.attempts);
    // Three calls of the dead API, and four of the fallback.
    expect(attempts.reduce((sum, count) => sum + count)).toBe(7);
  });

  it("can be paused and cancelled while all wait for it", async () => {
    const api = await deadApi();
    const planwright = makeWith({ consecutive: 3, reset: "1h" });
    const opened = Promise.withResolvers<void>();
    const watch = (news: readonly RunEvent[]) => {
      if (news.some(({ type }) => type === "breaker.opened")) opened.resolve();
    };
    const run = planwright.run(fetching(api), { listener: { events: watch } });
    await opened.promise;
    run.pause();
    const paused = await run.result();
    expect(paused.status).toBe("paused");
    const again = planwright.resume(paused.runId);
    again.cancel();
    expect((await again.result()).status).toBe("cancelled");
  });
});
