/** The plan on the page does what the page says. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { makeFolder } from "../cli/folder.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/control-flow.md"), "utf8");
const [, PLAN = ""] = /^```yaml orders\.yaml\n(.*?)^```$/ms.exec(PAGE) ?? [];
const TEXT = [
  "We want forty lamps for the hall of our new house in Oslo.",
  "They shall be blue and hang from the ceiling on chains of steel.",
  "The hall is high, so the chains must be three metres long.",
  "Please send all of it before the end of the month by lorry.",
  "Lamps of brass are welcome, too.",
].join(" ");

async function order(amount: number): Promise<RunResult> {
  await using folder = await makeFolder({ "orders.yaml": PLAN });
  const input = ["--input", `amount=${amount}`, "--input", `text=${TEXT}`];
  const { stdout } = await folder.planwright("run", "orders.yaml", ...input, "--json");
  return JSON.parse(stdout) as RunResult;
}

describe("the plan about control flow", () => {
  it.each([
    [2000, "large", ["succeeded", "succeeded"]],
    [5, "small", ["succeeded", "skipped"]],
    [-1, "odd", ["skipped", "skipped"]],
  ])("of an order of %i takes the branch %s", async (amount, branch, statuses) => {
    const { status, subtasks, output } = await order(amount);
    expect(status).toBe("succeeded");
    expect(subtasks[0]?.branch).toBe(branch);
    expect([subtasks[1]?.status, subtasks[2]?.status]).toEqual(statuses);
    expect(output).toMatch(/Discount: \S+\.$/);
  });

  it("makes the summary shorter until it is short enough", async () => {
    const { subtasks } = await order(5);
    const { iterations, output } = subtasks[3] ?? {};
    expect(iterations?.isAccepted).toBe(true);
    expect(iterations?.count).toBeGreaterThan(1);
    const { summary } = output as { summary: string };
    expect(summary.split(" ").length).toBeLessThanOrEqual(15);
  });
});
