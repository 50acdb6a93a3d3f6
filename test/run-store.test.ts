import { describe, expect, it } from "vitest";
import { createPlanwright } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";

const PLAN = { goal: "look", subtasks: [{ id: "a", tool: "current_time" }] };

/** What a process leaves that is killed after it made a run, and before the first event. */
async function journalWithHusks(count: number) {
  const journal = createMemoryJournal();
  const planwright = createPlanwright({ journal });
  const { runId } = await planwright.run(PLAN).result();
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
