import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { drawScenario } from "./draw.ts";
import { MUTANTS } from "./mutants.ts";
import { MISBEHAVIOURS, WRITE_FAULTS } from "./scenario.ts";
import { simulate } from "./simulation.ts";
import { simulateSeeds } from "./tally.ts";

const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 2_000);

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
    expect(faults.filter((fault) => (counts[fault] ?? 0) === 0)).toEqual([]);
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
