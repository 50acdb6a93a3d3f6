/** Several who want something of one run, in an order that real processes hit only now and then. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../src/base/clock.ts";
import { createPlanwright, defineTool, type Journal, type Planwright } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";

const tool = (name: string, more: { approval?: boolean; ms?: number }) =>
  defineTool({
    name,
    description: "Does nothing, in its time.",
    input: z.object({}),
    output: z.null(),
    effects: "read",
    approval: more.approval ?? false,
    run: (_, { signal }) => sleep(more.ms ?? 0, null, { signal }),
  });
// Shorter than the time after which a process looks for what it is told, and longer.
const TOOLS = [
  tool("pay", { approval: true }),
  tool("work", { ms: 60 }),
  tool("work_long", { ms: 1500 }),
];
const PAY = { goal: "pay", subtasks: [{ id: "pay", tool: "pay" }] };
const plan = (work: string) => ({
  goal: "pay and work",
  subtasks: [...PAY.subtasks, { id: "work", tool: work }],
});

function open(journal: Journal): Planwright {
  return createPlanwright({ journal, tools: TOOLS });
}

/** The journal as one sees it who is overtaken just before it takes a run. */
function overtakenBy(journal: Journal, act: () => Promise<unknown>): Journal {
  return replaced(journal, "acquire", async (options) => {
    await act();
    return journal.acquire(options);
  });
}

function replaced<M extends keyof Journal>(journal: Journal, name: M, method: Journal[M]): Journal {
  return new Proxy(journal, {
    get: (target, key) => {
      if (key === name) return method;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What a process leaves that is killed after it made a run, and before the first event. */
async function journalWithHusks(count: number) {
  const journal = createMemoryJournal();
  const planwright = createPlanwright({ journal });
  const subtasks = [{ id: "a", tool: "current_time" }];
  const { runId } = await planwright.run({ goal: "look", subtasks }).result();
  for (let k = 0; k < count; k += 1) {
    // In the future, so that they are newer than the run.
    const made = { runId: `husk${k}`, owner: "gone", now: Date.now() + 1, leaseMs: -10 };
    await journal.createRun({ ...made, summary: { status: "planning" } });
  }
  return { planwright, runId };
}

describe("a run whose process ended before its first event", () => {
  it("is not listed, and takes no other's place in the list", async () => {
    const { planwright, runId } = await journalWithHusks(3);
    for (const options of [{}, { limit: 1 }, { limit: 3 }]) {
      expect((await planwright.runs(options)).map((run) => run.runId)).toEqual([runId]);
    }
    expect(await planwright.runs({ limit: 0 })).toEqual([]);
  });

  it("is unknown to whoever wants to go on with it", async () => {
    const { planwright } = await journalWithHusks(1);
    const unknown = { code: "run.unknown" };
    await expect(planwright.resume("husk0").result()).rejects.toMatchObject(unknown);
    await expect(planwright.restart("husk0").result()).rejects.toMatchObject(unknown);
    await expect(planwright.cancel("husk0")).rejects.toMatchObject(unknown);
    await expect(planwright.show("husk0")).rejects.toMatchObject(unknown);
  });
});

describe("whoever is overtaken before it takes the run", () => {
  it("cannot decide what another has decided", async () => {
    const journal = createMemoryJournal();
    const other = open(journal);
    const { runId } = await other.run(PAY).result();
    const denies = () => other.decide(runId, "pay", { decision: "denied", by: "ada" });
    const late = open(overtakenBy(journal, denies));
    await expect(late.decide(runId, "pay", { decision: "approved" })).rejects.toMatchObject({
      code: "run.finished",
    });
    expect((await other.show(runId)).status).toBe("failed");
    expect((await journal.find(runId))?.lease).toBeNull();
  });

  it("cannot go on with what another has ended", async () => {
    const journal = createMemoryJournal();
    const other = open(journal);
    const { runId } = await other.run(PAY).result();
    const late = open(overtakenBy(journal, () => other.cancel(runId)));
    await expect(late.resume(runId).result()).rejects.toMatchObject({ code: "run.finished" });
    expect((await journal.find(runId))?.lease).toBeNull();
  });
});

describe("what a process is told while it drives a run", () => {
  async function underWay(work: string) {
    const journal = createMemoryJournal();
    const planwright = open(journal);
    const run = planwright.run(plan(work));
    for await (const { type } of run.events()) if (type === "approval.requested") break;
    return { journal, planwright, run, runId: await run.id };
  }

  it("is done, when the teller is told so: one of two decisions, and not both", async () => {
    const { planwright, run, runId, journal } = await underWay("work_long");
    const says = { by: "ada", note: "fine" };
    const decisions = await Promise.allSettled([
      planwright.decide(runId, "pay", { decision: "approved", ...says }),
      planwright.decide(runId, "pay", { decision: "approved", ...says }),
    ]);
    expect(decisions).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "approval.not_waiting" } },
    ]);
    expect(await run.result()).toMatchObject({ status: "succeeded" });
    expect(await journal.requests(runId)).toEqual([]);
  });

  it("is not lost when it lets go of the run before it hears", async () => {
    const { planwright, run, runId, journal } = await underWay("work");
    await planwright.decide(runId, "pay", { decision: "approved" });
    expect((await run.result()).status).toBe("waiting");
    expect(await journal.requests(runId)).toEqual([]);
    expect((await planwright.resume(runId).result()).status).toBe("succeeded");
  });

  it("cannot cancel a run that ends before it hears, and the teller knows", async () => {
    const journal = createMemoryJournal();
    const planwright = open(journal);
    const run = planwright.run({ goal: "work", subtasks: [{ id: "work", tool: "work" }] });
    const runId = await run.id;
    await expect(planwright.cancel(runId)).rejects.toMatchObject({ code: "run.finished" });
    expect((await run.result()).status).toBe("succeeded");
  });
});

describe("a cancel whose process dies in the middle of it", () => {
  it("is completed by the next one", async () => {
    const journal = createMemoryJournal();
    const dying = createPlanwright({ journal: deadAfter(journal, "run.cancelled"), tools: TOOLS });
    const run = dying.run({ goal: "work", subtasks: [{ id: "work", tool: "work_long" }] });
    for await (const { type } of run.events()) if (type === "attempt.started") break;
    run.cancel();
    const runId = await run.id;
    await until(async () => (await journal.read(runId)).at(-1)?.type === "run.cancelled");

    // The lease of the dead one is over by then.
    const later = { ...systemClock, now: () => Date.now() + 3_600_000 };
    const next = createPlanwright({ journal, tools: TOOLS, clock: later });
    expect(await next.cancel(runId)).toMatchObject({ status: "cancelled" });
  });
});

/** The journal of a process that ends once it has stored an event of this type. */
function deadAfter(journal: Journal, type: string): Journal {
  return replaced(journal, "append", async (...args) => {
    await journal.append(...args);
    if (args[1].some((event) => event.type === type)) await new Promise(() => {});
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}
