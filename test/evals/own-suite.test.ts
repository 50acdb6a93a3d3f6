/** The suite of our own goals as a gate: the embedded planner by the command line, and its threshold. */

import { cp, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../cli/folder.ts";

const GOALS = resolve(import.meta.dirname, "../../evals/goals");

it("reaches the threshold of evals/goals without a model, and misses a higher one", async () => {
  await using folder = await makeFolder();
  const reached = await folder.planwright("eval", GOALS);
  expect(reached.stdout).toMatch(/^goals: 60 samples, embedded, planned and run$/m);
  expect(reached.stderr).not.toContain("missed:");
  expect(reached.code).toBe(0);

  await cp(GOALS, join(folder.path, "goals"), { recursive: true });
  const suite = join(folder.path, "goals/suite.yaml");
  const text = await readFile(suite, "utf8");
  const raised = text.replace(/^thresholds: .*$/m, "thresholds: { success: 1 }");
  expect(raised).not.toBe(text);
  await writeFile(suite, raised);
  const missed = await folder.planwright("eval", "goals", "--limit", "12");
  expect(missed.stderr).toMatch(/missed: goals: success /);
  expect(missed.code).toBe(1);
}, 60_000);
