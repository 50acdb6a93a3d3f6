/** The plan and the evaluation on the page do what the page says. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createPlanwright, type RunResult } from "../../src/index.ts";
import { makeFolder } from "../cli/folder.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/evaluation.md"), "utf8");
const [, PLAN = ""] = /^```yaml notes\.yaml\n(.*?)^```$/ms.exec(PAGE) ?? [];
const NOTES =
  "The crane is broken, and it will be mended on Friday. Lorries wait at the north gate. " +
  "Anna has told the drivers. The invoice is 4,200 euros. The ferry is late by two hours.";

async function runWith(text: string): Promise<RunResult> {
  await using folder = await makeFolder({ "notes.yaml": PLAN });
  const input = ["--input", `text=${text}`];
  const { stdout } = await folder.planwright("run", "notes.yaml", ...input, "--json");
  return JSON.parse(stdout) as RunResult;
}

it("without a judge the rules of the plan hold, and what is in plain words is not judged", async () => {
  expect(await runWith(NOTES)).toMatchObject({
    status: "degraded",
    flags: [{ code: "not_evaluated" }],
    evaluations: [{ subtask: "summary", verdict: "pass" }, { verdict: "none" }],
  });
});

it("an output without what it must contain is poor, whatever a judge might say", async () => {
  expect(await runWith(NOTES.replaceAll("Friday", "Monday"))).toMatchObject({
    status: "degraded",
    flags: [{ code: "below_threshold", message: expect.stringContaining("Friday") }],
  });
});

it("an evaluator of one's own says what it says", async () => {
  await using planwright = createPlanwright({
    journal: "memory:",
    evaluators: [
      {
        name: "short_enough",
        evaluate: ({ output }) => ({ score: JSON.stringify(output).length < 500 ? 1 : 0 }),
      },
    ],
  });
  const verdictOn = async (output: string) => {
    const accept = [{ evaluator: "short_enough" }];
    const goal = "Say what the notes are about";
    const { evaluation } = await planwright.evaluations.evaluate({ goal, output, accept });
    return evaluation.verdict;
  };
  expect(await verdictOn("The crane will be mended on Friday.")).toBe("pass");
  expect(await verdictOn("long ".repeat(200))).toBe("fail");
});
