/** Whether the orchestration benchmark measures what it says: the same draws, honest bills. */

import { describe, expect, it } from "vitest";
import { type Assumptions, BASE, type Scales } from "../../bench/orchestration/assumptions.ts";
import { calibrate, PUBLISHED_LINEAR } from "../../bench/orchestration/calibrate.ts";
import { measureOf } from "../../bench/orchestration/measure.ts";
import { depthOf, drawTask } from "../../bench/orchestration/tasks.ts";
import { atVirtualTime } from "../../bench/orchestration/virtual-time.ts";
import { type Trial, tryWay, WAYS, type Way } from "../../bench/orchestration/ways.ts";
import { World } from "../../bench/orchestration/world.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";

const SCALES: Scales = { faults: 1.2, time: 0.7, usd: 1e-5 };

const NO_FAULTS = { providerErrors: 0, rateLimits: 0, malformed: 0, poor: 0, falseAlarms: 0 };

function trial(changed: Partial<Assumptions>, more: Partial<Trial> = {}): Trial {
  return { seed: 7, tasks: 60, assumptions: { ...BASE, ...changed }, scales: SCALES, ...more };
}

const rightOnes = (outcomes: Awaited<ReturnType<typeof tryWay>>) =>
  outcomes.filter(({ isDelivered, isGood }) => isDelivered && isGood).length;

describe("the tasks", () => {
  it("have 5 to 9 steps that need earlier ones only, and those drawn end in one answer", () => {
    for (const realGraphs of [0, 1]) {
      for (let number = 0; number < 200; number += 1) {
        const { needs } = drawTask(3, number, { ...BASE, realGraphs });
        expect(needs.length).toBeGreaterThanOrEqual(5);
        expect(needs.length).toBeLessThanOrEqual(9);
        const used = new Set(needs.flat());
        const last = needs.flatMap((_, step) => (used.has(step) ? [] : [step]));
        if (realGraphs === 0) expect(last).toEqual([needs.length - 1]);
        for (const [step, list] of needs.entries()) {
          expect(list.every((at) => at >= 0 && at < step)).toBe(true);
        }
      }
    }
  });

  it("are chains where every earlier step is needed, and two deep where none is", () => {
    const chain = drawTask(1, 1, { ...BASE, dependencies: 9 });
    expect(depthOf(chain)).toBe(chain.needs.length);
    expect(depthOf(drawTask(1, 1, { ...BASE, dependencies: 0 }))).toBe(2);
  });
});

describe("the draws", () => {
  it("are the same for the n-th time that a provider is asked for a step, whoever asks when", async () => {
    const ask = async (order: readonly number[]) => {
      const clock = new VirtualClock();
      const world = new World(clock, 5, { ...BASE, ...NO_FAULTS, poor: 40 }, SCALES);
      const fates = order.map((step) =>
        world
          .begun({ task: 1, step, provider: 0, inputTokens: 1 })
          .then((fate) => ({ step, fate })),
      );
      while (clock.ringNext());
      return (await Promise.all(fates)).sort((a, b) => a.step - b.step);
    };
    expect(await ask([0, 1, 2, 3])).toEqual(await ask([3, 1, 0, 2]));
  });

  it.each(WAYS)("come to the same twice: %s", async (way) => {
    const [first, second] = [await tryWay(way, trial({})), await tryWay(way, trial({}))];
    const bare = (outcomes: typeof first) => outcomes.map(({ ms: _time, ...rest }) => rest);
    expect(bare(second)).toEqual(bare(first));
    // The core draws the jitter of its waits from the run's id, which is never the same; they are short.
    for (const [at, { ms }] of first.entries()) {
      expect(Math.abs(ms - (second[at]?.ms ?? 0))).toBeLessThan(20);
    }
  });
});

describe("the ways", () => {
  it.each(WAYS)("all succeed where nothing fails: %s", async (way) => {
    const given = trial(NO_FAULTS);
    const outcomes = await tryWay(way, given);
    expect(rightOnes(outcomes)).toBe(given.tasks);
    for (const [number, { calls }] of outcomes.entries()) {
      const steps = drawTask(given.seed, number, given.assumptions).needs.length;
      // Slow calls are given up by planwright, and asked again.
      expect(calls).toBeGreaterThanOrEqual(way === "planned" ? steps + 1 : steps);
    }
  });

  it("pay for what they read and write", async () => {
    const even = { ...NO_FAULTS, noise: 0, tailShare: 0, carried: 1, dependencies: 9 };
    const sizes = { instructionTokens: 100, materialTokens: 900, outputTokens: 0, outputPrice: 0 };
    const given = trial({ ...even, ...sizes }, { tasks: 1 });
    const steps = drawTask(given.seed, 0, given.assumptions).needs.length;
    const usd = async (way: Way) => (await tryWay(way, given))[0]?.usd;
    // A conversation grows by what each step reads; a plan gives each step what it needs.
    expect(await usd("linear")).toBeCloseTo((1_000 * steps * (steps + 1) * SCALES.usd) / 2, 9);
    expect(await usd("kept")).toBeCloseTo(1_000 * steps * SCALES.usd, 9);
    expect(await usd("mesh")).toBeCloseTo((1_000 + BASE.hopTokens) * steps * SCALES.usd, 9);
  });

  it("pay for a call that is given up, as far as it has read and written", async () => {
    const clock = new VirtualClock();
    const world = new World(clock, 1, { ...BASE, ...NO_FAULTS, outputPrice: 2 }, SCALES);
    const limit = new AbortController();
    const call = { task: 1, step: 0, provider: 0, inputTokens: 100, outputTokens: 1_000 };
    const asked = world.ask({ ...call, signal: limit.signal });
    clock.setTimer(1_000, () => limit.abort(new Error("The time is up.")));
    await expect(atVirtualTime(clock, asked)).rejects.toThrow("The time is up.");
    expect(world.spent).toEqual({ usd: 100 * SCALES.usd, calls: 1 });
  });

  it("pay nothing for what a server refuses, and all for what does not parse", async () => {
    const costs = async (fault: Partial<Assumptions>) => {
      const clock = new VirtualClock();
      const world = new World(clock, 1, { ...BASE, ...NO_FAULTS, ...fault }, SCALES);
      const asked = world.ask({
        task: 1,
        step: 0,
        provider: 0,
        inputTokens: 100,
        outputTokens: 10,
      });
      await atVirtualTime(clock, asked).catch(() => {});
      return world.spent.usd / SCALES.usd;
    };
    const always = 100 / SCALES.faults;
    expect(await costs({ rateLimits: always })).toBe(0);
    expect(await costs({ providerErrors: always })).toBe(0);
    expect(await costs({ malformed: always })).toBeCloseTo(100 + 10 * BASE.outputPrice, 6);
  });

  it("differ in what they get over", async () => {
    const only = (fault: Partial<Assumptions>) =>
      Promise.all(
        (["linear", "retry", "kept"] as const).map(async (way) =>
          rightOnes(await tryWay(way, trial({ ...NO_FAULTS, persistence: 0, ...fault }))),
        ),
      );
    for (const fault of [{ providerErrors: 6 }, { rateLimits: 6 }, { malformed: 6 }]) {
      const [linear = 0, retry = 0, kept = 0] = await only(fault);
      expect(linear).toBeLessThan(50);
      expect(retry).toBeGreaterThan(55);
      expect(kept).toBe(60);
    }
    const [linear, retry, kept] = await only({ poor: 6 });
    expect(retry).toBe(linear);
    expect(kept).toBe(60);
  });

  it("are judged by what is true, and not by what the check sees", async () => {
    const outcomes = await tryWay("kept", trial({ ...NO_FAULTS, poor: 10, misses: 1 }));
    expect(outcomes.every(({ isDelivered }) => isDelivered)).toBe(true);
    expect(rightOnes(outcomes)).toBeLessThan(50);
  });
});

it("is calibrated by the plain linear chain, and by nothing else", async () => {
  const given = { seed: 2, tasks: 500, assumptions: BASE };
  const scales = await calibrate(given);
  const { success, usd, ms } = measureOf(await tryWay("linear", { ...given, scales }));
  expect(success).toBeCloseTo(PUBLISHED_LINEAR.success, 2);
  expect(usd / PUBLISHED_LINEAR.usd).toBeCloseTo(1, 3);
  expect(ms / PUBLISHED_LINEAR.ms).toBeCloseTo(1, 3);
});
