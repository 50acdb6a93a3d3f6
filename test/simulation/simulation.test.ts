import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkPlan } from "../../src/plan/check.ts";
import { drawScenario } from "./draw.ts";
import { MUTANTS } from "./mutants.ts";
import { MISBEHAVIOURS, WRITE_FAULTS } from "./scenario.ts";
import { simulate } from "./simulation.ts";
import { simulateSeeds } from "./tally.ts";

const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 1_500);

describe("simulated runs", () => {
  it("keep every rule, whatever happens", { timeout: 60_000 + SEEDS * 20 }, async () => {
    const { violations, counts, seeds } = await simulateSeeds({ from: 1, seeds: SEEDS });
    expect(violations).toEqual([]);
    expect(seeds).toBe(SEEDS);
    // A fault that never happens proves nothing.
    const faults = [
      ...MISBEHAVIOURS.map((does) => `tool ${does}`),
      ...WRITE_FAULTS.map((does) => `write ${does}`),
      ...[
        "crash",
        "crash_at_call",
        "lag",
        "stall",
        "clock_jump",
        "rivals",
        "echo",
        "upkeep refused",
        "upkeep slow",
      ],
      ...["journal.conflict", "journal.lease_lost"].map((code) => `drive ends by ${code}`),
      "refused by run.owned",
    ];
    const flow = [
      ...["loop", "loop within a loop", "loop collected", "item_failed"],
      ...["decided", "low_confidence", "unknown_branch"].map((how) => `route ${how}`),
      ...["enough", "deadline", "settled"].map((why) => `join ${why}`),
      ...["accepted", "ended", "broken off"].map((how) => `refinement ${how}`),
      ...["retried", "resolved", "discarded"].map((how) => `dead letter ${how}`),
      "route_not_taken",
    ];
    const review = [
      ...["pass", "fail", "none"].flatMap((how) => [`output judged ${how}`, `run judged ${how}`]),
      ...["low_score", "subtask_failed", "nothing_to_do"].map((why) => `replan for ${why}`),
      ...["failed", "no_progress"].map((why) => `replan ended by ${why}`),
      ...["output accepted", "output kept", "plan.revised", "answer.ignored", "judge broke down"],
      ...["evaluation accepted", "evaluation rejected"],
    ];
    expect([...faults, ...flow, ...review].filter((what) => (counts[what] ?? 0) === 0)).toEqual([]);
  });

  it("are of plans that are valid", () => {
    const input = { "~standard": { validate: () => ({}) } };
    const anything = { inputSchema: {}, outputSchema: {}, input };
    const tools = { get: () => anything, names: () => [] };
    for (let seed = 1; seed <= 200; seed += 1) {
      for (const { plan } of drawScenario(seed).runs) {
        expect(checkPlan(plan, { tools, maxSubtasks: 100 }).issues).toEqual([]);
      }
    }
  });

  it("happen the same way twice", async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const [first, second] = [drawScenario(seed), drawScenario(seed)];
      const { trace } = await simulate(first, { traced: true });
      expect((await simulate(second, { traced: true })).trace).toEqual(trace);
    }
  });
});

describe("a mutant", () => {
  it.each(MUTANTS)("has its text in the source: $name", async ({ file, text, instead }) => {
    const source = await readFile(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");
    expect(source.split(text)).toHaveLength(2);
    expect(instead).not.toBe(text);
  });
});
