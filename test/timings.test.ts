/** Limits that follow from how long calls took. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { adaptiveTimeout } from "../src/base/adaptive-timeout.ts";
import { bucketOf } from "../src/base/quantile-sketch.ts";
import { createPlanwright, defineTool, type RunEvent } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { plan } from "./builders.ts";

describe("an adaptive timeout", () => {
  const counts = (...samples: readonly (readonly [ms: number, count: number])[]) =>
    samples.map(([ms, count]) => ({ bucket: bucketOf(ms), count }));

  it("is three times what 99 % of the calls took", () => {
    const ms = adaptiveTimeout(counts([100, 90], [2000, 10]), 300_000) ?? 0;
    expect(ms).toBeGreaterThan(6000 * 0.97);
    expect(ms).toBeLessThan(6000 * 1.03);
  });

  it("is unknown below fifty calls, and stays within its bounds", () => {
    expect(adaptiveTimeout(counts([100, 49]), 300_000)).toBeUndefined();
    expect(adaptiveTimeout(counts([1, 50]), 300_000)).toBe(1000);
    expect(adaptiveTimeout(counts([100_000, 50]), 30_000)).toBe(30_000);
    const sample = fc.tuple(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 99 }));
    fc.assert(
      fc.property(fc.array(sample), fc.integer({ min: 1000, max: 1e6 }), (samples, most) => {
        const ms = adaptiveTimeout(counts(...samples), most) ?? 1000;
        expect(ms).toBeGreaterThanOrEqual(1000);
        expect(ms).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe("a run", () => {
  const quick = (timeout?: string) =>
    defineTool({
      name: "quick",
      description: "Ends at once.",
      input: z.object({}),
      output: z.string(),
      effects: "none",
      ...(timeout !== undefined && { timeout }),
      run: () => "done",
    });

  const wide = (count: number, timeout?: string) => {
    const ids = Array.from({ length: count }, (_, at) => `s${at}`);
    const more = { tool: "quick", ...(timeout !== undefined && { timeout }) };
    return plan(ids.join(", "), Object.fromEntries(ids.map((id) => [id, more])));
  };

  /** What the plan's acceptance says of the tool. */
  const policyIn = (events: readonly RunEvent[]) =>
    events.flatMap((event) =>
      event.type === "plan.accepted" ? event.accepted.tools["quick"] : [],
    )[0];

  it("learns how long a tool takes, and limits the tool's calls in later runs", async () => {
    const journal = createMemoryJournal();
    const planwright = createPlanwright({
      journal,
      builtinTools: false,
      tools: [quick("adaptive")],
    });
    expect(await planwright.describeTool("quick")).toMatchObject({
      timeout: { ms: 300_000, adaptive: true },
      durations: null,
    });
    const first = await planwright.run(wide(60)).result();
    expect(policyIn(await planwright.events(first.runId))).not.toHaveProperty("adaptiveMs");
    expect(await planwright.describeTool("quick")).toMatchObject({
      timeout: { ms: 1000, adaptive: true },
      durations: { calls: 60 },
    });
    const later = await planwright.run(wide(1)).result();
    expect(policyIn(await planwright.events(later.runId))).toMatchObject({ adaptiveMs: 1000 });
  });

  it("learns that a tool has become slow even where that ends the run", async () => {
    const hangs = defineTool({
      name: "quick",
      description: "Ends no more.",
      input: z.object({}),
      output: z.string(),
      effects: "none",
      timeout: "20ms",
      run: () => new Promise<never>(() => {}),
    });
    const journal = createMemoryJournal();
    const planwright = createPlanwright({ journal, builtinTools: false, tools: [hangs] });
    expect((await planwright.run(wide(1)).result()).subtasks[0]?.error?.code).toBe("tool.timeout");
    const { durations } = await planwright.describeTool("quick");
    expect(durations?.calls).toBe(1);
    // The clock counts whole milliseconds, which may take off one; the sketch tells it within 2 %.
    expect(durations?.p99Ms).toBeGreaterThan(18);
  });

  it("learns nothing where another limit cut a call off, or no tool was called", async () => {
    const slow = { tool: "quick", totalTimeout: "20ms", input: { hangs: true } };
    const keyed = { tool: "quick", idempotencyKey: "k", input: { hangs: false } };
    const tool = defineTool({
      name: "quick",
      description: "Ends at once, or never.",
      input: z.object({ hangs: z.boolean() }),
      output: z.string(),
      run: ({ hangs }) => (hangs ? new Promise<never>(() => {}) : "done"),
    });
    const journal = createMemoryJournal();
    const planwright = createPlanwright({ journal, builtinTools: false, tools: [tool] });
    expect((await planwright.run(plan("slow", { slow })).result()).status).toBe("failed");
    for (let run = 0; run < 3; run += 1) await planwright.run(plan("keyed", { keyed })).result();
    expect((await planwright.describeTool("quick")).durations?.calls).toBe(1);
  });

  it("learns for a tool with a fixed limit too, and uses it where a subtask says so", async () => {
    const journal = createMemoryJournal();
    const planwright = createPlanwright({ journal, builtinTools: false, tools: [quick("20s")] });
    await planwright.run(wide(60)).result();
    const timeouts = async (timeout?: string) => {
      const { runId } = await planwright.run(wide(1, timeout)).result();
      return policyIn(await planwright.events(runId));
    };
    expect(await timeouts()).not.toHaveProperty("adaptiveMs");
    expect(await timeouts("adaptive")).toMatchObject({ adaptiveMs: 1000, timeoutMs: 20_000 });
  });
});
