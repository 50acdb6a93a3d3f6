import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createPlanwright, defineTool, type Journal, ToolError } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { makeSqliteStore } from "./journal/sqlite-store.ts";

const DAY = 86_400_000;
const START = 1_800_000_000_000;

/** Days pass when the test says so; timers ring at once or never. */
class Calendar {
  day = 0;
  now = () => START + this.day * DAY;
  setTimer = (ms: number, ring: () => void) => {
    const timer = setTimeout(ring, Math.min(ms, 2_000_000_000));
    return () => clearTimeout(timer);
  };
}

const write = defineTool({
  name: "write",
  description: "Writes a long text.",
  input: z.object({ word: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "none",
  run: ({ word }) => ({ text: word.repeat(300) }),
});
const breaks = defineTool({
  name: "breaks",
  description: "Fails.",
  input: z.object({}),
  output: z.null(),
  effects: "none",
  run: () => {
    throw new ToolError("tool.failed", "It is broken.");
  },
});
const pay = defineTool({
  name: "pay",
  description: "Waits for a yes.",
  input: z.object({}),
  output: z.null(),
  effects: "read",
  approval: true,
  run: () => null,
});

function open(journal: Journal, clock: Calendar) {
  return createPlanwright({ journal, clock, tools: [write, breaks, pay], largeValueBytes: 100 });
}

const writing = (word: string) => ({
  goal: `write ${word}`,
  subtasks: [{ id: "a", tool: "write", input: { word } }],
});
const single = (tool: string) => ({ goal: tool, subtasks: [{ id: "a", tool, input: {} }] });

const STORES = {
  memory: async () => {
    const journal = createMemoryJournal();
    return { open: async () => journal, [Symbol.asyncDispose]: () => journal.close() };
  },
  SQLite: makeSqliteStore,
};

describe.for(Object.entries(STORES))("garbage in %s", ([, makeStore]) => {
  it("is what ended long ago, and no more: nothing unfinished, undecided or young", async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const clock = new Calendar();
    const planwright = open(journal, clock);
    const old = await planwright.run(writing("old ")).result();
    const waits = await planwright.run(single("pay")).result();
    const broken = await planwright.run(single("breaks")).result();
    const given = await planwright.run(single("breaks")).result();
    await planwright.discardDeadLetter(given.runId, "a", "it does not matter");
    await journal.createRun({
      runId: "husk",
      owner: "gone",
      now: START,
      leaseMs: 1,
      summary: { goal: "", status: "planning" },
    });
    clock.day = 40;
    const young = await planwright.run(writing("young ")).result();
    expect([waits.status, broken.status]).toEqual(["waiting", "failed"]);

    const dry = await planwright.garbage.find({ olderThanMs: 30 * DAY });
    expect(new Set(dry.runs.map(({ runId }) => runId))).toEqual(
      new Set([old.runId, given.runId, "husk"]),
    );
    expect(dry.blobs.count).toBe(1);
    expect((await planwright.show(old.runId)).output).toEqual({ text: "old ".repeat(300) });

    const { freedBytes, ...removed } = await planwright.garbage.collect({ olderThanMs: 30 * DAY });
    expect(removed).toEqual(dry);
    expect(freedBytes).toBeGreaterThanOrEqual(0);
    expect(new Set((await planwright.runs()).map(({ runId }) => runId))).toEqual(
      new Set([young.runId, waits.runId, broken.runId]),
    );
    expect((await planwright.show(young.runId)).output).toEqual({ text: "young ".repeat(300) });
    expect(await planwright.deadLetters()).toHaveLength(1);
    await planwright.decide(waits.runId, "a", { decision: "approved" });
    expect(await planwright.resume(waits.runId).result()).toMatchObject({ status: "succeeded" });
    expect(await planwright.garbage.find({ olderThanMs: 30 * DAY })).toEqual({
      runs: [],
      blobs: { count: 0, bytes: 0 },
    });
  });

  it("leaves a trail that is sound, and tells who removed what", async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const clock = new Calendar();
    const planwright = open(journal, clock);
    const old = await planwright.run(writing("old ")).result();
    clock.day = 2;
    const before = await planwright.verifyAudit();
    await planwright.garbage.collect({ olderThanMs: DAY });
    const trail = await planwright.auditTrail();
    expect(trail.at(-1)).toMatchObject({
      runId: old.runId,
      at: clock.now(),
      record: { type: "run.removed", by: expect.any(String), status: "succeeded" },
    });
    expect(await planwright.verifyAudit({ expect: before.head })).toMatchObject({ valid: true });
  });

  it("is not a value to which another run still refers", async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const clock = new Calendar();
    const planwright = open(journal, clock);
    await planwright.run(writing("same ")).result();
    clock.day = 2;
    const young = await planwright.run(writing("same ")).result();
    clock.day = 2.5;
    expect(await planwright.garbage.collect({ olderThanMs: DAY })).toMatchObject({
      runs: [{}],
      blobs: { count: 0, bytes: 0 },
    });
    expect((await planwright.show(young.runId)).output).toEqual({ text: "same ".repeat(300) });
    clock.day = 5;
    expect(await planwright.garbage.collect({ olderThanMs: DAY })).toMatchObject({
      runs: [{ runId: young.runId }],
      blobs: { count: 1 },
    });
  });

  it("is not a run that somebody takes up at that moment", async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const clock = new Calendar();
    const old = await open(journal, clock).run(writing("old ")).result();
    clock.day = 2;
    // Between the look and the removal.
    const overtaken = new Proxy(journal, {
      get(target, name) {
        if (name === "removeRun") {
          return async (options: Parameters<Journal["removeRun"]>[0]) => {
            const { runId } = old;
            await target.acquire({ runId, owner: "ada", now: clock.now(), leaseMs: 1000 });
            return target.removeRun(options);
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    expect(await open(overtaken, clock).garbage.collect({ olderThanMs: DAY })).toEqual({
      runs: [],
      blobs: { count: 0, bytes: 0 },
      freedBytes: null,
    });
    expect(await journal.find(old.runId)).toBeDefined();
    expect((await open(journal, clock).show(old.runId)).output).toEqual({
      text: "old ".repeat(300),
    });
  });
});

it("of a journal that is not there there is none, and looking makes none", async () => {
  await using store = await makeSqliteStore();
  const planwright = createPlanwright({ journal: `sqlite:${store.path}` });
  const nothing = { runs: [], blobs: { count: 0, bytes: 0 } };
  expect(await planwright.garbage.find({ olderThanMs: 0 })).toEqual(nothing);
  expect(await planwright.garbage.collect({ olderThanMs: 0 })).toEqual({
    ...nothing,
    freedBytes: 0,
  });
  expect(await readdir(store.folder)).toEqual([]);
});

it("a run whose events were removed without a record is missed", async () => {
  const journal = createMemoryJournal();
  const clock = new Calendar();
  await open(journal, clock).run(writing("old ")).result();
  const forged = new Proxy(journal, {
    get(target, name) {
      if (name === "list") return async () => [];
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  expect(await open(forged, clock).verifyAudit()).toMatchObject({ valid: false });
});

describe("a large value that is gone", () => {
  it("is named by who looks, and is there again once its subtask was done again", async () => {
    await using store = await makeSqliteStore();
    const planwright = createPlanwright({
      journal: `sqlite:${store.path}`,
      tools: [write],
      largeValueBytes: 100,
    });
    const plan = {
      goal: "write twice",
      subtasks: [
        { id: "a", tool: "write", input: { word: "more " } },
        { id: "b", tool: "write", input: { word: "${a.text}" } },
      ],
      output: "${size(b.text)}",
    };
    const { runId, output } = await planwright.run(plan).result();
    expect(output).toBe(5 * 300 * 300);
    await planwright.close();
    await rm(`${store.path}-blobs`, { recursive: true });

    const other = createPlanwright({
      journal: `sqlite:${store.path}`,
      tools: [write],
      largeValueBytes: 100,
    });
    const shown = await other.show(runId);
    expect(shown.output).toBe(450_000);
    expect(() => shown.subtasks[0]?.output).toThrow(/The output of a cannot be read/);
    const failed = await other.restart(runId, { from: ["b"] }).result();
    expect(failed).toMatchObject({ status: "failed", error: { code: "blob.missing" } });
    expect(failed.error?.hint).toContain(`planwright restart ${runId} --from a`);
    expect(await other.deadLetters({ runId })).toMatchObject([{ subtask: "b", input: null }]);
    const mended = await other.restart(runId, { from: ["a"] }).result();
    expect(mended).toMatchObject({ status: "succeeded", output: 450_000 });
    expect(mended.subtasks[0]?.output).toEqual({ text: "more ".repeat(300) });
    await other.close();
  });

  it("or damaged, is told apart", async () => {
    await using store = await makeSqliteStore();
    const planwright = createPlanwright({
      journal: `sqlite:${store.path}`,
      tools: [write],
      largeValueBytes: 100,
    });
    const { runId } = await planwright.run(writing("word ")).result();
    await planwright.close();
    const blobs = `${store.path}-blobs`;
    for (const name of await readdir(blobs, { recursive: true })) {
      if (name.endsWith(".zst")) await writeFile(join(blobs, name), "spoilt");
    }
    const other = createPlanwright({ journal: `sqlite:${store.path}` });
    const shown = await other.show(runId);
    expect(() => shown.output).toThrow(expect.objectContaining({ code: "blob.damaged" }));
    await other.close();
  });
});
