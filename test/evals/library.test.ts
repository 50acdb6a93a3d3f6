/** Suites from the library: what the command line does is a call here. */

import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createPlanwright } from "../../src/index.ts";

const GOALS = [
  { id: "sum", goal: "Add 2 and 3", expect: { answer: 5, match: "numeric" } },
  { id: "flight", goal: "Book a flight to Rome", expect: { refused: true } },
];

it("a suite is read and tried, and its results are kept where they can be compared", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-suite-"));
  const file = (name: string) => join(folder.path, name);
  await mkdir(file("out"));
  const lines = GOALS.map((goal) => `${JSON.stringify(goal)}\n`).join("");
  await writeFile(file("goals.jsonl"), lines);
  await writeFile(file("suite.yaml"), "kind: planner\nname: two\ndata: goals.jsonl\n");
  await using planwright = createPlanwright({ journal: "memory:" });
  const { suites } = planwright.evaluations;
  const suite = await suites.read(folder.path);
  if (suite.kind !== "planner") expect.fail("it is one of planners");
  const tried: number[] = [];
  const out = file("out/first.jsonl");
  const first = await suites.run(suite, { out, onProgress: ({ done }) => tried.push(done) });
  expect(first).toMatchObject({ file: out, stopped: undefined, report: { complete: true } });
  expect(tried.at(-1)).toBe(2);
  expect((await readFile(out, "utf8")).trimEnd().split("\n")).toHaveLength(3);
  const second = await suites.run(suite, { out: file("out/second.jsonl"), baseline: out });
  expect(second.report.baseline?.comparisons.length).toBeGreaterThan(0);
  const samples = suite.samples.slice(0, 1);
  await expect(
    suites.run({ ...suite, samples }, { out: file("out/third.jsonl"), baseline: out }),
  ).rejects.toMatchObject({ code: "suite.invalid" });
});
