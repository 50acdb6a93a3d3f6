/** Items that cannot be run, as dead letters of their batch: what they hold, and what somebody decides. */

import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import manifest from "../package.json" with { type: "json" };
import {
  createPlanwright,
  defineTool,
  type Journal,
  type Planwright,
  type PlanwrightOptions,
  ToolError,
} from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";

const n = z.object({ n: z.number() });

/** Fails for good for 13 while the bank is closed; notes what it is called with. */
function counter() {
  const calls: number[] = [];
  const door = { isClosed: true };
  const add = defineTool({
    name: "add",
    description: "One more.",
    input: n,
    output: n,
    effects: "write",
    run: (input) => {
      calls.push(input.n);
      if (input.n === 13 && door.isClosed) {
        throw new ToolError("tool.failed", "Unlucky.", { retryable: false });
      }
      return { n: input.n + 1 };
    },
  });
  return { add, calls, door };
}

const PLAN = {
  goal: "add",
  inputs: { n: { type: "integer" as const }, by: { type: "string" as const, default: "me" } },
  subtasks: [{ id: "first", tool: "add", input: { n: "${inputs.n}" } }],
  output: "${first.n}",
};

/** The second and the fourth are no good. */
const ITEMS = [{ n: 1 }, { n: "x", by: 7 }, { n: 3 }, "odd", { n: 5 }];

function make(options: PlanwrightOptions = {}) {
  const { add, calls, door } = counter();
  const journal = createMemoryJournal();
  const all = { journal, builtinTools: false, tools: [add], ...options };
  return { planwright: createPlanwright(all), calls, door, journal };
}

async function withBatch(options: PlanwrightOptions = {}, items: readonly unknown[] = ITEMS) {
  const made = make(options);
  const { batches } = made.planwright;
  const { batchId } = await batches.run(PLAN, [...items], { skipInvalid: true }).result();
  return { ...made, batches, batchId, calls: made.calls };
}

const openItems = async (planwright: Planwright) =>
  (await planwright.deadLetters()).flatMap((letter) => ("item" in letter ? [letter.item] : []));

const statusesOf = async ({ batches }: Planwright, batchId: string) =>
  (await Array.fromAsync(batches.results(batchId))).map(({ status }) => status);

describe("an item that cannot be run", () => {
  it("is a dead letter, with all that is wrong with it and how its source has it", async () => {
    const before = Date.now();
    const { planwright, batchId } = await withBatch();
    const [second, fourth, ...others] = await planwright.deadLetters();
    expect(others).toEqual([]);
    expect(second).toEqual({
      batchId,
      goal: "add",
      item: 2,
      reason: "invalid",
      error: {
        code: "input.invalid",
        message: 'The input n must be an integer, not "x". (and 1 more)',
        hint: "Give an integer.",
        path: "items[2].n",
      },
      issues: [
        expect.objectContaining({ code: "input.invalid", path: "items[2].n" }),
        expect.objectContaining({ code: "input.invalid", path: "items[2].by" }),
      ],
      at: expect.any(Number),
      source: null,
      text: '{"n":"x","by":7}',
      versions: expect.objectContaining({ planwright: manifest.version }),
    });
    expect(second?.at).toBeGreaterThanOrEqual(before);
    expect(fourth).toMatchObject({ item: 4, error: { code: "items.invalid" }, text: '"odd"' });
  });

  it("is found by its batch, its error and its time, beside the subtasks that failed", async () => {
    const { planwright, batchId } = await withBatch({}, [...ITEMS, { n: 13 }]);
    const other = await planwright.batches.run(PLAN, ["odd"].values()).result();
    const told = async (filter: Parameters<Planwright["deadLetters"]>[0]) =>
      (await planwright.deadLetters(filter)).map((letter) =>
        "item" in letter ? [letter.batchId, letter.item] : [letter.runId, letter.subtask],
      );
    const failed = [`${batchId}-0000006`, "first"];
    const invalid = [
      [batchId, 2],
      [batchId, 4],
    ];
    expect(await told({})).toEqual([failed, [other.batchId, 1], ...invalid]);
    expect(await told({ runId: batchId })).toEqual([failed, ...invalid]);
    expect(await told({ runId: other.batchId })).toEqual([[other.batchId, 1]]);
    expect(await told({ runId: batchId, reason: "invalid" })).toEqual(invalid);
    expect(await told({ reason: "failed" })).toEqual([failed]);
    expect(await told({ code: "items.invalid" })).toEqual([
      [other.batchId, 1],
      [batchId, 4],
    ]);
    expect(await told({ tool: "add" })).toEqual([failed]);
    expect(await told({ since: Date.now() + 1_000 })).toEqual([]);
  });
});

describe("an item that is discarded", () => {
  it("is decided about once and for all, on record; the next one hears who was first", async () => {
    const { planwright, batches, batchId, calls } = await withBatch();
    const result = await batches.invalidItems.discard(batchId, [2], "a typo upstream");
    expect(result).toMatchObject({ batchId, status: "degraded", counts: { invalid: 2 } });
    expect(await openItems(planwright)).toEqual([4]);
    const again = batches.invalidItems.discard(batchId, [4, 2], "me too");
    await expect(again).rejects.toMatchObject({
      code: "dead_letter.unknown",
      message: expect.stringMatching(/^Item 2 .* discarded by \S+ at 2.*: a typo upstream\.$/),
    });
    const late = batches.invalidItems.retry(batchId, 2, { item: { n: 2 } });
    await expect(late.result()).rejects.toMatchObject({ code: "dead_letter.unknown" });
    expect(await openItems(planwright)).toEqual([4]);
    expect(calls).toEqual([1, 3, 5]);
    const records = (await planwright.auditTrail()).filter(({ runId }) => runId === batchId);
    expect(records.map(({ record }) => record)).toMatchObject([
      { item: 2, resolution: "discarded", note: "a typo upstream", was: { text: ITEM_2 } },
    ]);
    expect(await planwright.verifyAudit()).toMatchObject({ valid: true });
    const { items } = await batches.report(batchId);
    expect(items).toMatchObject({ succeeded: 3, invalid: 2 });
  });

  it("can be one of all", async () => {
    const { planwright, batchId } = await withBatch({}, [...ITEMS, { n: 13 }]);
    const decided: unknown[] = [];
    for await (const one of planwright.discardAllDeadLetters({ runId: batchId }, "enough")) {
      decided.push(
        "run" in one ? one.subtasks : [one.batchId, one.items, (await one.result).status],
      );
    }
    expect(decided).toEqual([["first"], [batchId, [2, 4], "degraded"]]);
    expect(await planwright.deadLetters()).toEqual([]);
  });
});

const ITEM_2 = '{"n":"x","by":7}';

describe("an item that is given again", () => {
  it("is run in its place, and its batch counts it for what it comes to", async () => {
    const { planwright, batches, batchId, calls } = await withBatch();
    const run = batches.invalidItems.retry(batchId, 2, { item: { n: 20 }, note: "it was 20" });
    expect(await run.result()).toMatchObject({
      runId: `${batchId}-0000002`,
      status: "succeeded",
      output: 21,
    });
    expect(await statusesOf(planwright, batchId)).toEqual([
      "succeeded",
      "succeeded",
      "succeeded",
      "invalid",
      "succeeded",
    ]);
    expect(await batches.list()).toMatchObject([
      { status: "degraded", counts: { succeeded: 4, invalid: 1 }, usage: { toolCalls: 4 } },
    ]);
    await batches.invalidItems.retry(batchId, 4, { item: { n: 40 } }).result();
    expect(await batches.list()).toMatchObject([
      { status: "succeeded", counts: { succeeded: 5, invalid: 0 }, usage: { toolCalls: 5 } },
    ]);
    expect(await batches.report(batchId)).toMatchObject({
      items: { succeeded: 5, invalid: 0, open: 0 },
      failures: [],
    });
    expect(calls).toEqual([1, 3, 5, 20, 40]);
    expect(await planwright.deadLetters()).toEqual([]);
    const records = (await planwright.auditTrail()).filter(({ runId }) => runId === batchId);
    expect(records[0]?.record).toMatchObject({
      resolution: "mended",
      note: "it was 20",
      was: { text: ITEM_2, error: { code: "input.invalid" } },
      given: { n: 20 },
    });
    expect(await planwright.verifyAudit()).toMatchObject({ valid: true });
  });

  it("must fit the plan; else nothing is decided", async () => {
    const { planwright, batches, batchId } = await withBatch();
    const records = await planwright.auditTrail();
    const retry = (item: number, given?: { n: string; by: number }) =>
      batches.invalidItems.retry(batchId, item, { item: given }).result();
    await expect(retry(2, { n: "y", by: 8 })).rejects.toMatchObject({
      issues: [{ path: "items[2].n" }, { path: "items[2].by" }],
    });
    await expect(retry(2)).rejects.toMatchObject({
      code: "input.missing",
      message: expect.stringContaining("must be an integer"),
      hint: expect.stringContaining(`dead-letters retry ${batchId} 2 --item`),
    });
    await expect(retry(1)).rejects.toMatchObject({ code: "dead_letter.unknown" });
    await expect(retry(6)).rejects.toMatchObject({ code: "dead_letter.unknown" });
    expect(await openItems(planwright)).toEqual([2, 4]);
    expect(await planwright.auditTrail()).toEqual(records);
    expect(await batches.list()).toMatchObject([{ counts: { invalid: 2 } }]);
  });

  it("may fail like any other, and is a dead letter of its run then", async () => {
    const { planwright, batches, batchId, door } = await withBatch();
    const run = batches.invalidItems.retry(batchId, 2, { item: { n: 13 } });
    const { runId } = await run.result();
    expect(await planwright.deadLetters({ reason: "failed" })).toMatchObject([{ runId }]);
    const counts = async () => (await batches.list())[0]?.counts;
    expect(await counts()).toMatchObject({ succeeded: 3, failed: 1, invalid: 1 });
    const late = batches.invalidItems.retry(batchId, 2, { item: { n: 14 } });
    await expect(late.result()).rejects.toMatchObject({
      code: "dead_letter.unknown",
      message: expect.stringMatching(/^Item 2 .* was given again by /),
      hint: expect.stringContaining(`planwright show ${runId}`),
    });
    door.isClosed = false;
    for await (const { run: again } of planwright.retryAllDeadLetters({ runId: batchId })) {
      await again.result();
    }
    expect(await counts()).toMatchObject({ succeeded: 4, failed: 0, invalid: 1 });
    // What can only be given again is left alone by those who try again what there is.
    expect(await openItems(planwright)).toEqual([4]);
  });

  it("begins also when the process that was told so died before", async () => {
    const { add, calls } = counter();
    const inner = createMemoryJournal();
    let dies = false;
    const journal: Journal = new Proxy(inner, {
      get: (target, key) => {
        if (key === "createRun" && dies) return () => Promise.reject(new Error("It died."));
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const { planwright, batches, batchId } = await withBatch({ journal, tools: [add] });
    const retry = (item: number, given?: { n: number }) =>
      batches.invalidItems.retry(batchId, item, { item: given }).result();
    const counts = async () => (await batches.list())[0]?.counts;
    dies = true;
    await expect(retry(2, { n: 20 })).rejects.toThrow("It died.");
    await expect(retry(4, { n: 40 })).rejects.toThrow("It died.");
    dies = false;
    expect(await openItems(planwright)).toEqual([2, 4]);
    expect(await counts()).toMatchObject({ succeeded: 3, invalid: 0 });
    expect(await retry(2)).toMatchObject({ status: "succeeded", output: 21 });
    // Or somebody thinks better of it.
    await batches.invalidItems.discard(batchId, [4], "odd");
    expect(await openItems(planwright)).toEqual([]);
    expect(await counts()).toMatchObject({ succeeded: 4, invalid: 1 });
    expect(calls).toEqual([1, 3, 5, 20]);
  });

  it("is not discarded once it has a run, also if that has not begun", async () => {
    const { add, calls } = counter();
    const inner = createMemoryJournal();
    let dies = false;
    const journal: Journal = new Proxy(inner, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        return (...given: [{ runId?: string }, ...unknown[]]) =>
          dies && key === "append" && given[0].runId?.endsWith("-0000002")
            ? Promise.reject(new Error("It died."))
            : value.apply(target, given);
      },
    });
    const { planwright, batches, batchId } = await withBatch({ journal, tools: [add] });
    dies = true;
    const { invalidItems } = batches;
    const retry = invalidItems.retry(batchId, 2, { item: { n: 20 } });
    await expect(retry.result()).rejects.toThrow("It died.");
    dies = false;
    const owner = (await inner.find(`${batchId}-0000002`))?.lease?.owner ?? "";
    await inner.release({ runId: `${batchId}-0000002`, owner, token: 1 });
    expect(await openItems(planwright)).toEqual([2, 4]);
    await expect(invalidItems.discard(batchId, [2], "odd")).rejects.toMatchObject({
      code: "dead_letter.unknown",
      hint: expect.stringContaining(`dead-letters retry ${batchId} 2`),
    });
    expect(await invalidItems.retry(batchId, 2).result()).toMatchObject({ output: 21 });
    expect(await statusesOf(planwright, batchId)).toHaveLength(5);
    expect(calls).toEqual([1, 3, 5, 20]);
  });
});

describe("a batch that was paused", () => {
  /** The items that are no good have been passed, and something is left to do. */
  async function pausedBatch(journal: Journal) {
    const { add, calls } = counter();
    const planwright = createPlanwright({ journal, builtinTools: false, tools: [add] });
    const items = [...ITEMS, { n: 6 }, { n: 7 }];
    const batch = planwright.batches.run(PLAN, items, {
      skipInvalid: true,
      itemsAtOnce: 1,
      listener: {
        progress: ({ counts }) => {
          if (counts.invalid === 2) batch.pause();
        },
      },
    });
    const { batchId, status } = await batch.result();
    expect(status).toBe("paused");
    return { planwright, batches: planwright.batches, batchId, items, calls };
  }

  it("goes on with what was decided in between", async () => {
    const { batches, batchId, items, calls, planwright } = await pausedBatch(createMemoryJournal());
    await batches.invalidItems.retry(batchId, 2, { item: { n: 20 } }).result();
    await batches.invalidItems.discard(batchId, [4], "odd");
    const result = await batches.resume(batchId, { items }).result();
    expect(result).toMatchObject({ status: "degraded", counts: { succeeded: 6, invalid: 1 } });
    expect(calls.toSorted((a, b) => a - b)).toEqual([1, 3, 5, 6, 7, 20]);
    expect(await planwright.deadLetters()).toEqual([]);
  });

  it.each(["createRun", "append"] as const)(
    "runs what was given again when %s failed",
    async (name) => {
      const inner = createMemoryJournal();
      let isOver = false;
      const journal: Journal = new Proxy(inner, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== "function") return value;
          if (key !== name) return value.bind(target);
          return (...given: [{ runId?: string }, ...unknown[]]) =>
            isOver && given[0].runId?.endsWith("-0000002")
              ? Promise.reject(new Error("It died."))
              : value.apply(target, given);
        },
      });
      const { batches, batchId, items, calls } = await pausedBatch(journal);
      isOver = true;
      const retry = batches.invalidItems.retry(batchId, 2, { item: { n: 20 } });
      await expect(retry.result()).rejects.toThrow("It died.");
      isOver = false;
      // The lease of a process that died ends by its time.
      const run = await inner.find(`${batchId}-0000002`);
      if (run?.lease) await inner.release({ runId: run.runId, owner: run.lease.owner, token: 1 });
      const result = await batches.resume(batchId, { items }).result();
      expect(result).toMatchObject({ status: "degraded", counts: { succeeded: 6, invalid: 1 } });
      expect(calls.toSorted((a, b) => a - b)).toEqual([1, 3, 5, 6, 7, 20]);
    },
  );
});

describe("those who decide about one item", () => {
  it("wait until its batch is driven by nobody", async () => {
    const { planwright } = make();
    const gate = Promise.withResolvers<void>();
    async function* items() {
      yield "odd";
      await gate.promise;
    }
    const batch = planwright.batches.run(PLAN, items());
    const batchId = await batch.id;
    await expect.poll(() => openItems(planwright)).toEqual([1]);
    const { invalidItems } = planwright.batches;
    await expect(invalidItems.discard(batchId, [1], "now")).rejects.toMatchObject({
      code: "run.owned",
    });
    await expect(invalidItems.retry(batchId, 1, { item: { n: 1 } }).result()).rejects.toMatchObject(
      { code: "run.owned" },
    );
    gate.resolve();
    await batch.result();
    await invalidItems.discard(batchId, [1], "now");
    expect(await openItems(planwright)).toEqual([]);
  });

  it("are told when another was first, at whatever moment", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-items-"));
    const journal = `sqlite:${join(folder.path, "journal.db")}`;
    const { planwright: one, calls } = make({ journal });
    const { planwright: other } = make({ journal });
    await using _ = one;
    await using __ = other;
    const items = Array.from({ length: 10 }, () => "odd");
    const { batchId } = await one.batches.run(PLAN, items, { skipInvalid: true }).result();
    for (const item of items.keys()) {
      const decisions = await Promise.allSettled([
        one.batches.invalidItems.retry(batchId, item + 1, { item: { n: item } }).result(),
        other.batches.invalidItems.discard(batchId, [item + 1], "odd"),
      ]);
      const refused = decisions.flatMap((each) =>
        each.status === "rejected" ? [(each.reason as { code: string }).code] : [],
      );
      expect(refused).toHaveLength(1);
      for (const code of refused) expect(["run.owned", "dead_letter.unknown"]).toContain(code);
    }
    const { counts } = (await one.batches.list())[0] ?? {};
    expect(counts).toMatchObject({ succeeded: calls.length, invalid: 10 - calls.length });
    expect(await openItems(one)).toEqual([]);
    expect(await one.verifyAudit()).toMatchObject({ valid: true });
  });
});
