import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Batch, ItemResult } from "../src/batch.ts";
import { createPlanwright, defineTool, type PlanwrightOptions, ToolError } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";

/** Fails for good for 13, and at the first try for multiples of 10; notes what it is called with. */
function makeTools(calls: number[] = []) {
  const under = { now: 0, most: 0 };
  const n = z.object({ n: z.number() });
  const add = defineTool({
    name: "add",
    description: "One more.",
    input: n,
    output: n,
    effects: "none",
    retry: { attempts: 2, initial: "1ms" },
    run: async (input, { attempt }) => {
      calls.push(input.n);
      under.now += 1;
      under.most = Math.max(under.most, under.now);
      await sleep(1);
      under.now -= 1;
      if (input.n === 13) throw new ToolError("tool.failed", "Unlucky.", { retryable: false });
      if (input.n % 10 === 0 && attempt === 1) {
        throw new ToolError("tool.failed", "Not yet.", { retryable: true });
      }
      return { n: input.n + 1000 };
    },
  });
  return { add, under };
}

const PLAN = {
  goal: "add twice",
  inputs: { n: { type: "integer" as const } },
  subtasks: [
    { id: "first", tool: "add", input: { n: "${inputs.n}" } },
    { id: "second", tool: "add", input: { n: "${first.n}" } },
  ],
  output: "${second.n}",
};

function open(options: PlanwrightOptions = {}) {
  const { add, under } = makeTools();
  const journal = createMemoryJournal();
  return {
    under,
    planwright: createPlanwright({ tools: [add], builtinTools: false, journal, ...options }),
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, k) => ({ n: k + 1 }));

async function resultsOf(batch: Pick<Batch, "results">): Promise<ItemResult[]> {
  return Array.fromAsync(batch.results());
}

describe("a batch", () => {
  it("runs the plan for each item, and gives the results in the order of the items", async () => {
    const { planwright } = open();
    const batch = planwright.batches.run(PLAN, numbers(30), { itemsAtOnce: 7 });
    const results = await resultsOf(batch);
    expect(results.map(({ item }) => item)).toEqual(numbers(30).map(({ n }) => n));
    expect(results.filter(({ item }) => item !== 13).map(({ output }) => output)).toEqual(
      numbers(30).flatMap(({ n }) => (n === 13 ? [] : [n + 2000])),
    );
    expect(results[12]).toMatchObject({ status: "failed", error: { code: "tool.failed" } });
    expect(await batch.result()).toMatchObject({
      status: "degraded",
      total: 30,
      counts: { succeeded: 29, failed: 1, degraded: 0, waiting: 0, invalid: 0, cancelled: 0 },
      // Two of each, one more of the three that had to try again, twice each, and 13 but once.
      usage: { toolCalls: 29 * 2 + 3 + 3 + 1 },
    });
  });

  it("never has more runs under way than were wanted, and overlaps them", async () => {
    const { planwright, under } = open();
    await planwright.batches.run(PLAN, numbers(40), { itemsAtOnce: 5 }).result();
    expect(under.most).toBeGreaterThan(1);
    expect(under.most).toBeLessThanOrEqual(5);
  });

  it("has no more attempts of a step under way than the plan says, and holds up no other", async () => {
    const most = new Map<string, number>();
    const now = new Map<string, number>();
    const n = z.object({ n: z.number() });
    const add = defineTool({
      name: "add",
      description: "One more.",
      input: n,
      output: n,
      effects: "none",
      run: async (input, { subtaskId: id }) => {
        now.set(id, (now.get(id) ?? 0) + 1);
        most.set(id, Math.max(most.get(id) ?? 0, now.get(id) ?? 0));
        await sleep(2);
        now.set(id, (now.get(id) ?? 0) - 1);
        return input;
      },
    });
    const { planwright } = open({ tools: [add] });
    const subtasks = PLAN.subtasks.map((subtask) =>
      subtask.id === "second" ? { ...subtask, concurrency: 2 } : subtask,
    );
    const plan = { ...PLAN, subtasks };
    const batch = planwright.batches.run(plan, numbers(30), { itemsAtOnce: 10 });
    const id = await batch.id;
    batch.pause();
    await batch.result();
    // Runs that are resumed have a copy of the plan, and share the limit all the same.
    const again = planwright.batches.resume(id, { items: numbers(30) });
    expect(await again.result()).toMatchObject({ status: "succeeded" });
    expect(most.get("second")).toBe(2);
    expect(most.get("first")).toBeGreaterThan(2);
  });

  it("lets steps go on whose tool is the same as that of a step which cannot", async () => {
    const count = 60;
    const rest = Promise.withResolvers<void>();
    let passed = 0;
    const n = z.object({ n: z.number() });
    const add = defineTool({
      name: "add",
      description: "One more.",
      input: n,
      output: n,
      effects: "none",
      run: async (input, { subtaskId }) => {
        // The second step stands still until all items are through the first.
        if (subtaskId === "second") await rest.promise;
        else if (++passed === count) rest.resolve();
        return input;
      },
    });
    const { planwright } = open({ tools: [add] });
    const subtasks = PLAN.subtasks.map((subtask) => ({ ...subtask, concurrency: 2 }));
    const batch = planwright.batches.run({ ...PLAN, subtasks }, numbers(count), {
      itemsAtOnce: count,
    });
    expect(await batch.result()).toMatchObject({ status: "succeeded" });
  });

  it("gives each run what the plan says that it may use", async () => {
    const { planwright } = open();
    const plan = { ...PLAN, budget: { toolCalls: 1 } };
    const { status, counts, usage } = await planwright.batches.run(plan, numbers(3)).result();
    expect({ status, counts, usage }).toMatchObject({
      status: "waiting",
      counts: { waiting: 3 },
      usage: { toolCalls: 3 },
    });
  });

  it("reads its items only as far as its runs need them", async () => {
    const { planwright } = open();
    let given = 0;
    let ended = 0;
    let ahead = 0;
    async function* items() {
      for (const item of numbers(50)) {
        given += 1;
        ahead = Math.max(ahead, given - ended);
        yield item;
      }
    }
    const listener = {
      progress: ({ counts }: { counts: Readonly<Record<string, number>> }) => {
        ended = (counts["succeeded"] ?? 0) + (counts["failed"] ?? 0);
      },
    };
    const batch = planwright.batches.run(PLAN, items(), { itemsAtOnce: 4, listener });
    expect(await batch.result()).toMatchObject({ total: null, counts: { succeeded: 49 } });
    expect(ahead).toBeLessThanOrEqual(5);
  });

  it("is listed apart from runs, and its failures are dead letters like others", async () => {
    const { planwright } = open();
    await planwright.run(PLAN, { inputs: { n: 1 } }).result();
    const { batchId } = await planwright.batches.run(PLAN, numbers(15)).result();
    expect(await planwright.runs()).toHaveLength(1);
    expect(await planwright.batches.list()).toMatchObject([{ batchId, status: "degraded" }]);
    const letters = await planwright.deadLetters();
    expect(letters).toMatchObject([{ runId: `${batchId}-0000013`, subtask: "first" }]);
    await expect(planwright.show(batchId)).rejects.toMatchObject({ code: "run.unknown" });
    await expect(planwright.restart(batchId).result()).rejects.toMatchObject({
      code: "run.unknown",
    });
    await expect(planwright.batches.report("absent")).rejects.toMatchObject({
      code: "batch.unknown",
    });
  });

  it("tells what an item came to that was tried again since", async () => {
    const journal = createMemoryJournal();
    const { batchId } = await open({ journal }).planwright.batches.run(PLAN, numbers(14)).result();
    const n = z.object({ n: z.number() });
    const mended = defineTool({
      name: "add",
      description: "One more.",
      input: n,
      output: n,
      effects: "none",
      run: (input) => ({ n: input.n + 1000 }),
    });
    const { planwright } = open({ journal, tools: [mended] });
    await planwright.retryDeadLetters(`${batchId}-0000013`).result();
    const results = await Array.fromAsync(planwright.batches.results(batchId));
    expect(results[12]).toMatchObject({ item: 13, status: "succeeded", output: 2013 });
    expect(await planwright.batches.report(batchId)).toMatchObject({
      items: { succeeded: 14, failed: 0 },
      failures: [],
      steps: [
        { id: "first", reached: 14, passed: 14, failed: 0 },
        { id: "second", reached: 14, passed: 14, skipped: 0 },
      ],
    });
  });

  it("reports how far items came, what was retried, and why some failed", async () => {
    const { planwright } = open();
    const items = [...numbers(20), { n: "odd" }];
    const options = { skipInvalid: true };
    const { batchId } = await planwright.batches.run(PLAN, items, options).result();
    const report = await planwright.batches.report(batchId);
    expect(report).toMatchObject({
      items: { succeeded: 19, failed: 1, invalid: 1, open: 0 },
      steps: [
        { id: "first", reached: 20, passed: 19, failed: 1, attempts: 22, retries: 2 },
        { id: "second", reached: 19, passed: 19, skipped: 1, attempts: 21, retries: 2 },
      ],
      retryRate: 4 / 43,
      usage: { toolCalls: 43 },
      usdPerItem: 0,
    });
    expect(report.failures).toHaveLength(2);
    expect(report.failures).toContainEqual({
      code: "tool.failed",
      step: "first",
      count: 1,
      example: { item: 13, message: "Unlucky." },
    });
    expect(report.failures).toContainEqual(
      expect.objectContaining({ code: "input.invalid", step: null, count: 1 }),
    );
    expect(report.endToEnd.p50Ms).toBeGreaterThan(0);
    expect(report.endToEnd.p99Ms).toBeGreaterThanOrEqual(report.endToEnd.p50Ms ?? 0);
  });
});

describe("a batch that was stopped", () => {
  it("goes on where it was, and does nothing twice", async () => {
    const calls: number[] = [];
    const { add } = makeTools(calls);
    const { planwright } = open({ tools: [add] });
    let batch: Batch | undefined;
    const listener = {
      progress: ({ counts }: { counts: { succeeded: number } }) => {
        if (counts.succeeded >= 9) batch?.pause();
      },
    };
    batch = planwright.batches.run(PLAN, numbers(30), { itemsAtOnce: 4, listener });
    const paused = await batch.result();
    expect(paused).toMatchObject({ status: "paused", finishedAt: null, total: 30 });
    expect(paused.counts.succeeded).toBeLessThan(29);
    const { batchId } = paused;
    const again = planwright.batches.resume(batchId, { items: numbers(30) });
    expect(await again.result()).toMatchObject({
      status: "degraded",
      counts: { succeeded: 29, failed: 1 },
    });
    // 13 fails at once; each multiple of 10 is tried twice, in both steps.
    expect(calls).toHaveLength(29 * 2 + 1 + 3 * 2);
    expect((await resultsOf(again)).map(({ item }) => item)).toEqual(numbers(30).map(({ n }) => n));
    await expect(planwright.batches.resume(batchId, { items: [] }).result()).rejects.toMatchObject({
      code: "run.finished",
    });
  });

  it("wants the very items that it began with", async () => {
    const { planwright } = open();
    const batch = planwright.batches.run(PLAN, numbers(30), { itemsAtOnce: 1 });
    const id = await batch.id;
    batch.pause();
    await batch.result();
    await expect(planwright.batches.resume(id).result()).rejects.toMatchObject({
      code: "input.missing",
    });
    const others = planwright.batches.resume(id, { items: numbers(29) });
    await expect(others.result()).rejects.toMatchObject({ code: "items.changed" });
    const result = await planwright.batches.resume(id, { items: numbers(30) }).result();
    expect(result.counts.succeeded).toBe(29);
  });

  it("is cancelled with all that it has under way, and begins nothing more", async () => {
    const { planwright } = open();
    const batch = planwright.batches.run(PLAN, numbers(1000), { itemsAtOnce: 3 });
    await batch.id;
    batch.cancel();
    const { status, counts, batchId } = await batch.result();
    expect(status).toBe("cancelled");
    expect(counts.succeeded + counts.cancelled).toBeLessThan(10);
    const { items } = await planwright.batches.report(batchId);
    expect(items.open).toBe(0);
  });

  it("is paused by another process, through the journal", async () => {
    const journal = createMemoryJournal();
    const { planwright } = open({ journal });
    async function* endless() {
      for (let n = 101; ; n += 2) {
        yield { n };
        await sleep(1);
      }
    }
    const batch = planwright.batches.run(PLAN, endless(), { itemsAtOnce: 2 });
    expect(await open({ journal }).planwright.pause(await batch.id)).toBe(true);
    expect(await batch.result()).toMatchObject({ status: "paused" });
  });

  it("does not wait for a source that never gives its next item", async () => {
    const { planwright } = open();
    async function* stuck() {
      yield { n: 1 };
      await new Promise(() => {});
    }
    const batch = planwright.batches.run(PLAN, stuck());
    await batch.id;
    batch.pause();
    expect(await batch.result()).toMatchObject({ status: "paused" });
  });
});

describe("items that are no good", () => {
  it("are told all at once, and nothing is run", async () => {
    const { planwright } = open();
    const items = [{ n: 1 }, { m: 2 }, { n: "x" }, 7];
    const failure = await planwright.batches
      .run(PLAN, items)
      .result()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      issues: [
        { code: "input.unknown", path: "items[2].m" },
        { code: "input.missing", path: "items[2].n" },
        { code: "input.invalid", path: "items[3].n" },
        { code: "items.invalid", path: "items[4]" },
      ],
    });
    expect(await planwright.batches.list()).toEqual([]);
  });

  it("are kept and counted where somebody says so, or where they can be read only once", async () => {
    for (const items of [[{ n: 1 }, { n: "x" }, { n: 3 }], undefined]) {
      const { planwright } = open();
      const given = items ?? [{ n: 1 }, { n: "x" }, { n: 3 }].values();
      const batch = planwright.batches.run(PLAN, given, { skipInvalid: items !== undefined });
      expect(await resultsOf(batch)).toMatchObject([
        { item: 1, status: "succeeded" },
        { item: 2, status: "invalid", runId: null, text: '{"n":"x"}' },
        { item: 3, status: "succeeded" },
      ]);
      expect(await batch.result()).toMatchObject({ status: "degraded", counts: { invalid: 1 } });
    }
  });

  it("are none at all", async () => {
    const batch = open().planwright.batches.run(PLAN, []);
    await expect(batch.result()).rejects.toMatchObject({ code: "items.empty" });
  });
});

describe("an input named item", () => {
  it("takes the whole of each item, beside inputs that are the same for all", async () => {
    const plan = {
      goal: "add",
      inputs: { item: { type: "object" as const }, more: { type: "integer" as const } },
      subtasks: [{ id: "only", tool: "add", input: { n: "${inputs.item.n + inputs.more}" } }],
      output: ["${only.n}", "${inputs.item.name}"],
    };
    const items = [
      { n: 1, name: "a" },
      { n: 2, name: "b" },
    ];
    const batch = open().planwright.batches.run(plan, items, { inputs: { more: 5 } });
    const results = await resultsOf(batch);
    expect(results.map(({ output }) => output)).toEqual([
      [1006, "a"],
      [1007, "b"],
    ]);
  });
});

describe("the file of the results", () => {
  it("is in its place when all items have ended, each once and in order", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-batch-"));
    const out = join(folder.path, "results.jsonl");
    await writeFile(out, "what was there before\n");
    const { planwright } = open();
    const batch = planwright.batches.run(PLAN, numbers(30), { itemsAtOnce: 2, out });
    await batch.id;
    batch.pause();
    const { batchId } = await batch.result();
    expect(await readFile(out, "utf8")).toBe("what was there before\n");
    await planwright.batches.resume(batchId, { items: numbers(30) }).result();
    const lines = (await readFile(out, "utf8")).trimEnd().split("\n");
    const results = lines.map((line) => JSON.parse(line) as ItemResult);
    expect(results).toEqual(await Array.fromAsync(planwright.batches.results(batchId)));
    expect(results.map(({ item }) => item)).toEqual(numbers(30).map(({ n }) => n));
    expect(await readdir(folder.path)).toEqual(["results.jsonl"]);
  });

  it("has large outputs, too", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-batch-"));
    const out = join(folder.path, "results.jsonl");
    const repeat = defineTool({
      name: "repeat",
      description: "So many letters.",
      input: z.object({ n: z.number() }),
      output: z.string(),
      effects: "none",
      run: (input) => "x".repeat(input.n),
    });
    const { planwright } = open({ tools: [repeat], largeValueBytes: 100 });
    const plan = {
      goal: "repeat",
      inputs: { n: { type: "integer" as const } },
      subtasks: [{ id: "a", tool: "repeat", input: { n: "${inputs.n}" } }],
      output: { text: "${a}" },
    };
    const items = [{ n: 9 }, { n: 999 }];
    const { batchId } = await planwright.batches.run(plan, items, { out }).result();
    const lines = (await readFile(out, "utf8")).trimEnd().split("\n");
    const texts = lines.map(
      (line) => (JSON.parse(line) as { output: { text: string } }).output.text,
    );
    expect(texts).toEqual(["x".repeat(9), "x".repeat(999)]);
    const again = await Array.fromAsync(planwright.batches.results(batchId));
    expect(again.map(({ output }) => output)).toEqual(texts.map((text) => ({ text })));
  });

  it("must be writable before anything is run", async () => {
    const { planwright } = open();
    const batch = planwright.batches.run(PLAN, numbers(3), { out: "/nowhere/at/all.jsonl" });
    await expect(batch.result()).rejects.toMatchObject({ code: "file.unwritable" });
    expect(await planwright.batches.list()).toEqual([]);
  });
});
