/** Broken lines of a file of items, at the command line: listed, shown, given again, discarded. */

import { describe, expect, it } from "vitest";
import type { DeadItem, RunResult } from "../../src/index.ts";
import { makeFolder, TOOLS } from "./folder.ts";

const PLAN = `
goal: double
inputs: { n: { type: integer }, word: { type: string, default: none } }
subtasks:
  - { id: first, tool: double, input: { n: "\${inputs.n}" } }
output: "\${first.n}"
`;

/** Lines 2 and 5 are no good; the fourth is empty. */
const LINES = '{"n": 1}\n{"n": \n{"n": 3}\n\n{ "n": "x" }\n';

async function folderWith(name = "docs.jsonl", text = LINES) {
  const folder = await makeFolder({ "tools.ts": TOOLS, "plan.yaml": PLAN, [name]: text });
  const run = (...argv: string[]) => folder.planwright(...argv, "--tools", "tools.ts");
  const letters = (...argv: string[]) => run("dead-letters", ...argv);
  const began = await run("run", "plan.yaml", "--items", name, "--skip-invalid", "--json");
  const { batchId } = JSON.parse(began.stdout) as { batchId: string };
  const list = async (...argv: string[]) => {
    const { stdout } = await letters("list", "--json", ...argv);
    return JSON.parse(stdout) as DeadItem[];
  };
  return Object.assign(folder, { run, letters, list, batchId, began });
}

describe("a line that is no item", () => {
  it("is told of when the batch ends, listed by file and line, and shown with its cure", async () => {
    await using folder = await folderWith();
    const { batchId } = folder;
    expect(folder.began.stderr).toContain(`planwright dead-letters list ${batchId}`);
    const { stdout } = await folder.letters("list", batchId);
    expect(stdout).toMatch(/^run or batch +subtask or item +tool +when +error$/m);
    expect(stdout).toMatch(
      new RegExp(`^${batchId} +2 .* \\S*docs\\.jsonl:2: The line is not JSON`, "m"),
    );
    expect(stdout).toMatch(new RegExp(`^${batchId} +4 .* \\S*docs\\.jsonl:5: The input n`, "m"));
    expect(await folder.list()).toMatchObject([
      { batchId, item: 2, line: 2, text: '{"n": ', error: { code: "items.invalid" } },
      { batchId, item: 4, line: 5, text: '{ "n": "x" }', error: { code: "input.invalid" } },
    ]);
    expect(await folder.list("--run", batchId, "--code", "input.invalid")).toHaveLength(1);
    expect(await folder.list("--reason", "invalid")).toHaveLength(2);
    expect(await folder.list("--reason", "failed")).toEqual([]);
    const page = (await folder.letters("show", batchId, "4")).stdout;
    for (const part of [
      "item 4",
      `${batchId}: double`,
      "docs.jsonl:5",
      'docs.jsonl:5 items[4].n: The input n must be an integer, not "x".',
      "hint: Give an integer.",
      `planwright dead-letters retry ${batchId} 4 --item JSON`,
      'Text     { "n": "x" }',
    ]) {
      expect(page).toContain(part);
    }
  });

  it("is given again: its run prints the answer, and the batch counts it", async () => {
    await using folder = await folderWith();
    const { batchId } = folder;
    const argv = ["retry", batchId, "2", "--note", "cut off", "--quiet"];
    const { code, stdout } = await folder.letters(...argv, "--item", '{"n": 21}');
    expect({ code, stdout }).toEqual({ code: 0, stdout: "42\n" });
    const json = await folder.letters("retry", batchId, "4", "--item", '{"n": 4}', "--json");
    expect(JSON.parse(json.stdout) as RunResult).toMatchObject({
      runId: `${batchId}-0000004`,
      status: "succeeded",
      output: 8,
    });
    expect(await folder.list()).toEqual([]);
    const batches = JSON.parse((await folder.run("batches", "--json")).stdout);
    expect(batches).toMatchObject([{ status: "succeeded", counts: { succeeded: 4, invalid: 0 } }]);
    const report = await folder.run("report", batchId);
    expect(report.stdout).toMatch(/Items +4 succeeded; 4 in all/);
    expect((await folder.run("audit", "list", batchId)).stdout).toMatch(/item 2 mended cut off$/m);
    expect((await folder.run("audit", "verify")).code).toBe(0);
  });

  it("is discarded with a reason, once", async () => {
    await using folder = await folderWith();
    const { batchId } = folder;
    const discard = (...argv: string[]) =>
      folder.letters("discard", ...argv, "--reason", "a test line");
    const { code, stdout } = await discard(batchId, "2", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ batchId, item: 2, discarded: true });
    const again = await discard(batchId, "2");
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/Item 2 .* was discarded by \S+ at .*: a test line\./);
    const all = await discard("--all", "--of-reason", "invalid", "--json");
    expect(JSON.parse(all.stdout)).toEqual({
      runs: [],
      batches: [{ batchId, items: [4], status: "degraded" }],
    });
    expect((await discard("--all")).stderr).toBe("There are no dead letters.\n");
    expect(await folder.list()).toEqual([]);
    const report = await folder.run("report", batchId);
    expect(report.stdout).toMatch(/Items +2 succeeded, 2 invalid; 4 in all/);
  });

  it("is left alone by those who try again what failed", async () => {
    await using folder = await folderWith();
    const { code, stderr } = await folder.letters("retry", "--all");
    expect(code).toBe(0);
    expect(stderr).toContain("2 invalid items left alone");
    expect(await folder.list()).toHaveLength(2);
  });

  it.each([
    [["retry", "B"], "B is a batch, and the item is missing"],
    [["retry", "B", "2"], /Item 2 .* as it is: The line is not JSON[\s\S]*--item JSON/],
    [["retry", "B", "2", "--item", "{n: 2}"], "--item is no JSON"],
    [["retry", "B", "2", "--item", '{"m": 2}'], /items\[2\]\.m: [\s\S]*Its inputs are n, word/],
    [["retry", "B", "--item", '{"n": 2}'], "The item is missing"],
    [["retry", "B", "first", "--item", '{"n": 2}'], "first is not the number of an item"],
    [["retry", "B", "2", "4", "--item", '{"n": 2}'], "2 4 is not the number of an item"],
    [["retry", "B", "1", "--item", '{"n": 2}'], /Item 1 .* could be run/],
    [["retry", "B", "9", "--item", '{"n": 2}'], /Item 9 .* is not there/],
    [["retry", "absent", "2", "--item", '{"n": 2}'], 'no batch "absent"'],
    [["resolve", "B", "2", "--output", "1"], /Item 2 .* no tool[\s\S]*--item JSON/],
    [["discard", "B", "--reason", "x"], "The subtask is missing, or the item"],
    [["show", "B", "3"], "B has no dead letter 3"],
  ])("is not decided about by %j", async (argv, message) => {
    await using folder = await folderWith();
    const { batchId } = folder;
    const { code, stderr } = await folder.letters(
      ...argv.map((word) => (word === "B" ? batchId : word)),
    );
    expect(code).toBe(2);
    expect(stderr.replaceAll(batchId, "B")).toMatch(message);
    expect(await folder.list()).toHaveLength(2);
  });
});

it("a row that is no item is shown as it stands, and given again as JSON", async () => {
  await using folder = await folderWith("docs.csv", 'n,word\n1,a\n"x","b, c"\n3,d,e\n');
  const { batchId } = folder;
  expect(await folder.list()).toMatchObject([
    { item: 2, line: 3, text: '"x","b, c"' },
    { item: 3, line: 4, text: "3,d,e", error: { code: "items.invalid" } },
  ]);
  const given = ["--item", '{"n": 2, "word": "7"}'];
  const { code, stdout } = await folder.letters("retry", batchId, "2", ...given, "--quiet");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "4\n" });
});
