/** A batch whose process is killed again and again, and what stands in its files at the end. */

import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { BatchReport, BatchResult, ItemResult } from "../../src/batch.ts";
import { startPlanwright } from "../cli/process.ts";

const ITEMS = 120;

/** Each leaves a line when it begins, so that work done twice shows; every 30th item fails. */
const TOOLS = `
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool, ToolError } from "planwright";
import { z } from "zod";

const step = (name, effects) => defineTool({
  name,
  description: "Passes a number on, slowly.",
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  effects,
  run: async ({ n }, { workspace }) => {
    appendFileSync(workspace + "/" + name + ".log", n + "\\n");
    await sleep(20);
    if (n % 30 === 0) throw new ToolError("tool.failed", "Broken.", { retryable: false });
    return { n };
  },
});
export const look = step("look", "read");
export const act = step("act", "write");
`;

const PLAN = `
goal: look and act
inputs: { n: { type: integer } }
subtasks:
  - { id: look, tool: look, input: { n: "\${inputs.n}" } }
  - { id: act, tool: act, input: { n: "\${look.n}" } }
output: "\${act.n}"
`;

it("ends with every item accounted for, none done twice", { timeout: 60_000 }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-batch-kill-"));
  const file = (name: string) => join(folder.path, name);
  const items = Array.from({ length: ITEMS }, (_, k) => `{"n": ${k + 1}}\n`).join("");
  await writeFile(file("tools.ts"), TOOLS);
  await writeFile(file("plan.yaml"), PLAN);
  await writeFile(file("docs.jsonl"), items);
  const linesOf = async (name: string) =>
    (await readFile(file(name), "utf8").catch(() => "")).split("\n").filter(Boolean);
  const list = async () =>
    JSON.parse(
      (await startPlanwright(folder.path, ["batches", "--json"]).ended).stdout,
    ) as BatchResult[];

  const tools = ["--tools", "tools.ts", "--json", "--quiet"];
  const begin = ["run", "plan.yaml", "--items", "docs.jsonl", "--items-at-once", "8"];
  let command = [...begin, "--out", "results.jsonl", ...tools];
  for (const effects of [15, 50, 80]) {
    const { child, ended } = startPlanwright(folder.path, command);
    while ((await linesOf("act.log")).length < effects && child.exitCode === null) {
      await new Promise((done) => setTimeout(done, 5));
    }
    child.kill("SIGKILL");
    await ended;
    const [batch] = await list();
    expect(batch).toMatchObject({ status: "paused", reason: "interrupted", total: ITEMS });
    command = ["resume", batch?.batchId ?? "", ...tools];
  }
  const { stdout, stderr } = await startPlanwright(folder.path, command).ended;
  expect(stderr).not.toContain("error");
  const { batchId, status, counts } = JSON.parse(stdout) as BatchResult;
  expect(status).toBe("degraded");
  expect(counts.succeeded + counts.failed).toBe(ITEMS);

  const results = (await linesOf("results.jsonl")).map((line) => JSON.parse(line) as ItemResult);
  expect(results.map(({ item }) => item)).toEqual(Array.from({ length: ITEMS }, (_, k) => k + 1));
  expect(results.filter((result) => result.status === "succeeded")).toHaveLength(counts.succeeded);
  for (const { item, status: came, output } of results) {
    if (came === "succeeded") expect(output).toBe(item);
  }
  // What acts is never repeated blindly; what only looks is, where its end is not known.
  const acts = await linesOf("act.log");
  expect(new Set(acts).size).toBe(acts.length);
  expect((await linesOf("look.log")).length).toBeLessThanOrEqual(ITEMS + 3 * 8);

  const letters = await startPlanwright(folder.path, ["dead-letters", "list", "--json"]).ended;
  expect(JSON.parse(letters.stdout)).toHaveLength(counts.failed);
  const report = await startPlanwright(folder.path, ["report", batchId, "--json"]).ended;
  const { items: reported, steps } = JSON.parse(report.stdout) as BatchReport;
  expect(reported).toMatchObject({ succeeded: counts.succeeded, failed: counts.failed, open: 0 });
  expect(steps[1]).toMatchObject({ id: "act", passed: counts.succeeded });
});
