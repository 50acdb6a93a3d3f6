import { describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../../src/base/clock.ts";
import { ToolError } from "../../src/base/errors.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import { DEFAULT_SETTINGS, type RunSettings } from "../../src/executor/core/settings.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import type { Listener, News, World } from "../../src/executor/drivers/driver.ts";
import { GovernorHost } from "../../src/executor/drivers/governor-host.ts";
import { driveInProcess } from "../../src/executor/drivers/in-process.ts";
import type { Journal, Lease } from "../../src/journal/journal.ts";
import { createMemoryJournal } from "../../src/journal/memory.ts";
import type { Plan } from "../../src/plan/schema.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { createRegistry } from "../../src/tools/registry.ts";
import type { ToolContext } from "../../src/tools/tool.ts";
import { accepted, plan, READS } from "../builders.ts";

type Work = (input: JsonObject, context: ToolContext) => unknown;

const any = z.record(z.string(), z.json());

function workTool(run: Work) {
  return defineTool({
    name: "work",
    description: "What the test says.",
    input: any,
    output: z.json(),
    effects: "read",
    run: run as () => never,
  });
}

/** A run of the plan whose only tool does what the test says. */
async function drive(
  given: Plan,
  run: Work,
  more: {
    settings?: Partial<RunSettings>;
    listener?: Listener;
    journal?: Journal;
    state?: RunState;
    lease?: Lease;
    first?: readonly News[];
    plan?: World["plan"];
  } = {},
) {
  const journal = more.journal ?? createMemoryJournal();
  const runId = "run";
  const lease =
    more.lease ??
    (await journal.createRun({
      runId,
      owner: "test",
      now: Date.now(),
      leaseMs: 60_000,
      summary: {},
    }));
  const under = driveInProcess({
    world: {
      tools: createRegistry([workTool(run)]),
      models: undefined,
      workspace: "/nowhere",
      clock: systemClock,
      governor: new GovernorHost(systemClock, {}),
      plan: more.plan ?? (() => Promise.reject(new Error("There is no planner here."))),
    },
    journal,
    lease,
    leaseMs: 60_000,
    state: more.state ?? initialState(runId),
    first: more.first ?? [
      {
        type: "start_requested",
        goal: given.goal,
        settings: { ...DEFAULT_SETTINGS, ...more.settings },
        plan: accepted(given, { work: READS }),
      },
    ],
    listener: more.listener ?? {},
  });
  return { drive: under, ended: under.ended, journal, runId };
}

/** The journal, but with another way to append. */
function appending(journal: Journal, append: Journal["append"]): Journal {
  return replacing(journal, { append });
}

function replacing(journal: Journal, methods: Partial<Journal>): Journal {
  return new Proxy(journal, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describe("the in-process driver", () => {
  it("runs a plan to its end and leaves every event in the journal", async () => {
    const { ended, journal } = await drive(plan("a -> b"), () => ({ ok: true }));
    const state = await ended;
    expect(state).toMatchObject({ status: "succeeded", output: { ok: true } });
    const events = (await journal.read("run")) as RunEvent[];
    expect(fold("run", events)).toStrictEqual(state);
    expect((await journal.find("run"))?.lease).toBeNull();
  });

  it("does not let a slow branch hold up a fast one", async () => {
    const order: string[] = [];
    const slow = Promise.withResolvers<void>();
    const { ended } = await drive(
      plan("slow -> after_slow, fast -> after_fast"),
      async (_, { subtaskId }) => {
        order.push(subtaskId);
        if (subtaskId === "slow") await slow.promise;
        if (subtaskId === "after_fast") slow.resolve();
        return null;
      },
    );
    await ended;
    expect(order).toEqual(["slow", "fast", "after_fast", "after_slow"]);
  });

  it("ends the effect of a subtask of the draft in the turn in which the plan drops it", async () => {
    const keyed = plan("early", { early: { idempotencyKey: "k" } });
    const [started, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ended: unknown[] = [];
    const memory = createMemoryJournal();
    const journal = appending(memory, (lease, events, more) => {
      ended.push(...(more?.effects ?? []));
      return memory.append(lease, events, more);
    });
    const under = await drive(
      keyed,
      async (_, { subtaskId }) => {
        if (subtaskId !== "early") return "late";
        started.resolve();
        await answered.promise;
        return "unwanted";
      },
      {
        journal,
        first: [
          {
            type: "start_requested",
            goal: keyed.goal,
            settings: DEFAULT_SETTINGS,
            plan: { planner: "test" },
          },
        ],
        plan: async ({ onDraft }) => {
          onDraft({ ...accepted(keyed, { work: READS }), revision: 0 });
          await started.promise;
          answered.resolve();
          // After the tool's answer, and before the loop takes both.
          await new Promise<void>((done) => process.nextTick(done));
          for (let task = 0; task < 20; task += 1) await Promise.resolve();
          return { type: "plan_made", accepted: accepted(plan("other"), { work: READS }) };
        },
      },
    );
    expect(await under.ended).toMatchObject({ status: "succeeded", output: "late" });
    expect(ended).toEqual([{ key: "k", subtask: "early", status: "finished", output: "unwanted" }]);
  });

  it("makes events durable before it performs what follows from them", async () => {
    const memory = createMemoryJournal();
    const durable = new Set<string>();
    const journal = appending(memory, async (lease, events, more) => {
      await new Promise((done) => setTimeout(done, 5));
      await memory.append(lease, events, more);
      for (const event of events) {
        if (event.type === "attempt.started")
          durable.add((event as { subtask?: string }).subtask ?? "");
      }
    });
    const early: string[] = [];
    const { ended } = await drive(
      plan("a -> b -> c, a -> d"),
      (_, { subtaskId }) => {
        if (!durable.has(subtaskId)) early.push(subtaskId);
        return null;
      },
      { journal },
    );
    await ended;
    expect(early).toEqual([]);
  });

  it("commits what ends together in one transaction", async () => {
    const memory = createMemoryJournal();
    const sizes: number[] = [];
    const journal = appending(memory, (lease, events, more) => {
      sizes.push(events.length);
      return memory.append(lease, events, more);
    });
    const wide = Array.from({ length: 50 }, (_, k) => `s${k}`).join(", ");
    const { ended } = await drive(plan(wide), () => null, {
      journal,
      settings: { concurrency: 50 },
    });
    await ended;
    // Started, accepted and 50 attempts; then 50 results and the end.
    expect(sizes).toEqual([52, 51]);
  });

  it("stops without starting anything more when the journal refuses", async () => {
    const memory = createMemoryJournal();
    let appends = 0;
    const journal = appending(memory, (lease, events, more) => {
      appends += 1;
      // The second one comes from a process that has lost its lease meanwhile.
      const by = appends === 1 ? lease : { ...lease, token: lease.token - 1 };
      return memory.append(by, events, more);
    });
    const ran: string[] = [];
    const { ended } = await drive(
      plan("a -> b"),
      (_, { subtaskId }) => {
        ran.push(subtaskId);
        return null;
      },
      { journal },
    );
    await expect(ended).rejects.toMatchObject({ code: "journal.conflict" });
    expect(ran).toEqual(["a"]);
  });

  it("fails an attempt at its timeout and aborts its signal", async () => {
    let aborted = false;
    const { ended } = await drive(
      plan("a", { a: { timeout: "20ms" } }),
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    );
    expect((await ended).subtasks[0]).toMatchObject({
      status: "failed",
      error: { code: "tool.timeout" },
    });
    expect(aborted).toBe(true);
  });

  it("goes on without a tool that ignores its timeout", async () => {
    const { ended } = await drive(plan("a, b", { a: { timeout: "20ms" } }), (_, { subtaskId }) =>
      subtaskId === "a" ? new Promise(() => {}) : "b",
    );
    expect(await ended).toMatchObject({ status: "failed", output: { a: null, b: "b" } });
  });

  it("aborts what runs when it is cancelled", async () => {
    const { drive: under, ended } = await drive(plan("a -> b"), (_, { signal }) => {
      setImmediate(() => under.send({ type: "cancel_requested", by: "ada" }));
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    });
    const state = await ended;
    expect(state).toMatchObject({ status: "cancelled", reason: "requested" });
    expect(state.subtasks.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
  });

  it("does not call a tool any more that was told to stop before its effect was claimed", async () => {
    const memory = createMemoryJournal();
    const journal = replacing(memory, {
      claimEffect: async (claim) => {
        under.send({ type: "cancel_requested", by: "ada" });
        for (let lap = 0; lap < 10; lap += 1) await new Promise((done) => setImmediate(done));
        return memory.claimEffect(claim);
      },
    });
    let calls = 0;
    const named = plan("a", { a: { idempotencyKey: "once" } });
    const { drive: under, ended } = await drive(named, () => (calls += 1), { journal });
    expect(await ended).toMatchObject({ status: "cancelled" });
    expect(calls).toBe(0);
  });

  it("obeys the request that another process left in the journal", async () => {
    const journal = createMemoryJournal();
    const { ended } = await drive(
      plan("a"),
      (_, { signal }) => {
        void journal.post("run", Date.now(), { type: "cancel", by: "bob" });
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
      { journal },
    );
    expect((await ended).status).toBe("cancelled");
    expect(await journal.requests("run")).toEqual([]);
  });

  it("pauses when running attempts are done, and another drive goes on from the journal", async () => {
    const journal = createMemoryJournal();
    const ran: string[] = [];
    const work: Work = (_, { subtaskId }) => {
      ran.push(subtaskId);
      return subtaskId;
    };
    const first = await drive(
      plan("a -> b"),
      (input, context) => {
        first.drive.send({ type: "pause_requested", by: "ada" });
        return work(input, context);
      },
      { journal },
    );
    expect((await first.ended).status).toBe("paused");
    const lease = await journal.acquire({
      runId: "run",
      owner: "other",
      now: Date.now(),
      leaseMs: 60_000,
    });
    const state = fold("run", (await journal.read("run")) as RunEvent[]);
    const second = await drive(plan("a"), work, {
      journal,
      lease,
      state,
      first: [{ type: "resume_requested" }],
    });
    expect(await second.ended).toMatchObject({ status: "succeeded", output: "b" });
    expect(ran).toEqual(["a", "b"]);
  });
});

describe("an attempt", () => {
  it.each<[string, Work, object]>([
    [
      "throws",
      () => {
        throw new Error("no luck");
      },
      { code: "tool.failed", message: "no luck" },
    ],
    [
      "throws a typed error",
      () => {
        throw new ToolError("tool.limit", "too much", { hint: "ask for less" });
      },
      { code: "tool.limit", message: "too much", hint: "ask for less" },
    ],
    ["gives what JSON cannot carry", () => 10n, { code: "tool.invalid_output", path: "output" }],
  ])("that %s fails with the cause", async (_, run, error) => {
    const { ended } = await drive(plan("a"), run);
    expect((await ended).subtasks[0]).toMatchObject({ status: "failed", error });
  });

  it("refuses an input that the tool's schema refuses, and names the field", async () => {
    const tool = defineTool({
      name: "work",
      description: "Wants a number.",
      input: z.object({ n: z.number() }),
      output: z.number(),
      run: ({ n }) => n,
    });
    const journal = createMemoryJournal();
    const lease = await journal.createRun({
      runId: "run",
      owner: "t",
      now: 0,
      leaseMs: 1,
      summary: {},
    });
    const state = await driveInProcess({
      world: {
        tools: createRegistry([tool]),
        models: undefined,
        workspace: "/",
        clock: systemClock,
        governor: new GovernorHost(systemClock, {}),
        plan: () => Promise.reject(new Error("unused")),
      },
      journal,
      lease,
      leaseMs: 60_000,
      state: initialState("run"),
      first: [
        {
          type: "start_requested",
          goal: "g",
          settings: DEFAULT_SETTINGS,
          plan: accepted(plan("a", { a: { input: { n: "seven" } } })),
        },
      ],
      listener: {},
    }).ended;
    expect(state.subtasks[0]?.error).toMatchObject({ code: "tool.invalid_input", path: "input.n" });
  });

  it("sees what it needs of its run, and its notes reach the listener", async () => {
    const notes: unknown[] = [];
    let seen: unknown;
    const { ended } = await drive(
      plan("a"),
      (_, context) => {
        const { runId, subtaskId, attempt, idempotencyKey, workspace, models } = context;
        seen = { runId, subtaskId, attempt, idempotencyKey, workspace, models };
        context.progress(1.5, "nearly");
        context.log("hello");
        return null;
      },
      {
        listener: {
          progress: (subtask, fraction, note) => notes.push([subtask, fraction, note]),
          log: (subtask, message) => notes.push([subtask, message]),
        },
      },
    );
    await ended;
    expect(seen).toEqual({
      runId: "run",
      subtaskId: "a",
      attempt: 1,
      idempotencyKey: "run/a",
      workspace: "/nowhere",
      models: undefined,
    });
    expect(notes).toEqual([
      ["a", 1, "nearly"],
      ["a", "hello"],
    ]);
  });
});
