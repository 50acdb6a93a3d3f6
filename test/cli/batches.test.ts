import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ItemResult } from "../../src/batch.ts";
import { type Folder, makeFolder, TOOLS } from "./folder.ts";

const PLAN = `
goal: double twice
inputs: { n: { type: integer } }
subtasks:
  - { id: first, tool: double, input: { n: "\${inputs.n}" } }
  - { id: second, tool: double, input: { n: "\${first.n}" } }
output: "\${second.n}"
`;

/** Fails where there is no text. */
const COUNT = `
goal: count words
inputs: { path: { type: string } }
subtasks:
  - { id: text, tool: read_file, input: { path: "\${inputs.path}" } }
output: "\${text.text}"
`;

const LINES = Array.from({ length: 12 }, (_, k) => `{"n": ${k + 1}}\n`).join("");

function setUp(files: Readonly<Record<string, string>> = {}): Promise<Folder> {
  return makeFolder({ "tools.ts": TOOLS, "plan.yaml": PLAN, "docs.jsonl": LINES, ...files });
}

function resultsIn(text: string): ItemResult[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as ItemResult);
}

async function newestBatch(folder: Folder): Promise<string> {
  const { stdout } = await folder.planwright("batches", "--json");
  return (JSON.parse(stdout) as { batchId: string }[])[0]?.batchId ?? "";
}

const RUN = ["run", "plan.yaml", "--tools", "tools.ts", "--items"];

describe("planwright run --items", () => {
  it("prints the results of the items in their order, and tells how it went", async () => {
    await using folder = await setUp();
    const { code, stdout, stderr } = await folder.planwright(...RUN, "docs.jsonl");
    expect(code).toBe(0);
    expect(resultsIn(stdout).map(({ output }) => output)).toEqual(
      Array.from({ length: 12 }, (_, k) => 4 * (k + 1)),
    );
    expect(stderr).toMatch(/^12 succeeded of 12 items in /m);
    expect(stderr).toContain(`planwright report ${await newestBatch(folder)}`);
  });

  it("writes them to a file, and prints one JSON value where that is wanted", async () => {
    await using folder = await setUp();
    const out = ["--out", "results.jsonl", "--json"];
    const { stdout } = await folder.planwright(...RUN, "docs.jsonl", ...out);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "succeeded",
      total: 12,
      counts: { succeeded: 12 },
    });
    expect(resultsIn(await folder.read("results.jsonl"))).toHaveLength(12);
  });

  it("takes the rows of a table, its cells as the plan declares them", async () => {
    const table = 'n,word\n1,"one, or so"\n2,007\n3,\n';
    const plan = PLAN.replace("integer }", "integer }, word: { type: string }").replace(
      'output: "${second.n}"',
      'output: ["${second.n}", "${inputs.word}"]',
    );
    await using folder = await setUp({ "table.csv": table, "plan.yaml": plan });
    const { stdout } = await folder.planwright(...RUN, "table.csv");
    expect(resultsIn(stdout).map(({ output }) => output)).toEqual([
      [4, "one, or so"],
      [8, "007"],
      [12, ""],
    ]);
  });

  it("takes the files of a folder, and those of a pattern", async () => {
    await using folder = await setUp({ "plan.yaml": COUNT });
    await mkdir("docs/old", { recursive: true });
    for (const name of ["docs/b.md", "docs/a.md", "docs/old/c.txt"]) await folder.write(name, name);
    const ofFolder = await folder.planwright(...RUN, "docs");
    expect(resultsIn(ofFolder.stdout).map(({ output }) => output)).toEqual([
      "docs/a.md",
      "docs/b.md",
      "docs/old/c.txt",
    ]);
    const ofPattern = await folder.planwright(...RUN, "docs/*.md");
    expect(resultsIn(ofPattern.stdout).map(({ output }) => output)).toEqual([
      "docs/a.md",
      "docs/b.md",
    ]);
  });

  it("says 3 for items that failed where that is wanted, and 1 where all did", async () => {
    const plan = PLAN.replace('double, input: { n: "${first.n}" }', "breaks");
    const half = plan.replace("tool: breaks", 'tool: breaks, when: "${inputs.n > 6}"');
    await using folder = await setUp({ "half.yaml": half.replace('"${second.n}"', "done") });
    await folder.write("all.yaml", plan.replace('"${second.n}"', "done"));
    const flags = ["--tools", "tools.ts", "--items", "docs.jsonl", "--quiet"];
    expect((await folder.planwright("run", "half.yaml", ...flags)).code).toBe(0);
    expect((await folder.planwright("run", "half.yaml", ...flags, "--strict")).code).toBe(3);
    const { code, stdout } = await folder.planwright("run", "all.yaml", ...flags);
    expect(code).toBe(1);
    expect(new Set(resultsIn(stdout).map(({ status }) => status))).toEqual(new Set(["failed"]));
  });

  it("draws a bar on a terminal, and nothing where it shall be quiet", async () => {
    await using folder = await setUp();
    const slow = 'tool: slow, input: { ms: 150, after: "${inputs.n}" }';
    await folder.write(
      "plan.yaml",
      PLAN.replace('tool: double, input: { n: "${inputs.n}" }', slow),
    );
    const live = await folder.onTerminal(100, ...RUN, "docs.jsonl", "--items-at-once", "4");
    expect(live.stderr).toMatch(/[█░]{24}/);
    expect(live.stderr).toMatch(/\d+ of 12 · \d+ under way/);
    const quiet = await folder.planwright(...RUN, "docs.jsonl", "--quiet");
    expect(quiet.stderr).toBe("");
  });
});

describe("items that are no good", () => {
  const CASES: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "a line that is not JSON",
      "d.jsonl",
      '{"n": 1}\n{"n": \n{"n": 3}\n',
      /d\.jsonl:2 items\[2\]: The line is not JSON/,
    ],
    [
      "a field that the plan does not know",
      "d.jsonl",
      '{"m": 1}\n',
      /d\.jsonl:1 items\[1\]\.m: .*\n *hint: Its inputs are n\./,
    ],
    [
      "a field of another type",
      "d.jsonl",
      '\n{"n": "x"}\n',
      /d\.jsonl:2 items\[1\]\.n: .*must be an integer/,
    ],
    [
      "a table without a header",
      "d.csv",
      "1,2\n3,4\n",
      /d\.csv has no header: its first line is "1,2"/,
    ],
    ["a table with a name twice", "d.csv", "n,n\n3,4\n", /d\.csv has no header/],
    [
      "a row with too many cells",
      "d.csv",
      "n\n1\n2,3\n",
      /d\.csv:3 items\[2\]: The row has 2 cells, the header 1/,
    ],
    ["a table with an open quote", "d.csv", 'n\n"1\n', /d\.csv cannot be read: .*Quote/],
    ["an empty file", "d.jsonl", "\n\n", /d\.jsonl has no items/],
    ["a header and nothing more", "d.csv", "n\n", /d\.csv has no items/],
    ["another kind of file", "d.txt", "1", /d\.txt is no file of items/],
  ];
  it.each(CASES)("are named before anything is run: %s", async (_what, name, text, message) => {
    await using folder = await setUp({ [name]: text });
    const { code, stderr, stdout } = await folder.planwright(...RUN, name);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("hint: ");
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(await folder.list()).not.toContain(".planwright");
  });

  it("are named before anything is run: bytes that are no text", async () => {
    await using folder = await setUp();
    await writeFile("d.jsonl", Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]));
    const { code, stderr } = await folder.planwright(...RUN, "d.jsonl");
    expect(code).toBe(2);
    expect(stderr).toMatch(/d\.jsonl cannot be read/);
  });

  it("are missing", async () => {
    await using folder = await setUp();
    for (const path of ["absent.jsonl", "absent/*.md"]) {
      const { code, stderr } = await folder.planwright(...RUN, path);
      expect(code).toBe(2);
      expect(stderr).toContain("absent");
    }
  });

  it("are left out with --skip-invalid, kept with their line, and reported", async () => {
    await using folder = await setUp({ "d.jsonl": '{"n": 1}\n{"n": \n{"n": 3}\n' });
    const { code, stdout } = await folder.planwright(...RUN, "d.jsonl", "--skip-invalid");
    expect(code).toBe(0);
    expect(resultsIn(stdout)).toMatchObject([
      { item: 1, status: "succeeded", output: 4 },
      { item: 2, status: "invalid", text: '{"n": ', line: 2, error: { code: "items.invalid" } },
      { item: 3, status: "succeeded", output: 12 },
    ]);
    const report = await folder.planwright("report", await newestBatch(folder));
    expect(report.stdout).toMatch(/Items +2 succeeded, 1 invalid; 3 in all/);
  });
});

describe("planwright batches, report and resume", () => {
  it("show what there is: lists, a table of steps, a page with charts", async () => {
    const plan = PLAN.replace("second, tool: double", '"second", tool: double').replace(
      'n: "${first.n}"',
      "n: \"${first.n > 20 ? fromJson('x') : first.n}\"",
    );
    await using folder = await setUp({ "plan.yaml": plan.replace("double twice", "<b>twice</b>") });
    await folder.planwright(...RUN, "docs.jsonl");
    const id = await newestBatch(folder);
    const list = await folder.planwright("batches");
    expect(list.stdout).toMatch(
      new RegExp(`^${id} +degraded .* 10 succeeded, 2 failed +<b>twice</b>$`, "m"),
    );
    const { stdout } = await folder.planwright("report", id);
    expect(stdout).toMatch(/^step +reached +passed +failed +skipped +retries +p50 +p95 +p99$/m);
    expect(stdout).toMatch(/^first +12 +12 +0 +0 +0 /m);
    expect(stdout).toMatch(/^second +10 +10 +2 +0 +0 /m);
    expect(stdout).toMatch(/^ +2 {2}expression\.failed in second {2}item 11: /m);
    expect(await folder.planwright("report", id, "--out", "again.jsonl")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("written to again.jsonl"),
    });
    expect(resultsIn(await folder.read("again.jsonl")).map(({ status }) => status)).toEqual([
      ...new Array(10).fill("succeeded"),
      "failed",
      "failed",
    ]);
    const json = JSON.parse((await folder.planwright("report", id, "--json")).stdout);
    expect(json).toMatchObject({ batchId: id, items: { succeeded: 10, failed: 2 } });
    await folder.planwright("report", id, "--html", "report.html");
    const html = await folder.read("report.html");
    expect(html).toContain("&lt;b&gt;twice&lt;/b&gt;");
    expect(html).not.toMatch(/<b>|<script|https?:\/\//);
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain("10 of 10");
  });

  it("go on with the file that the results went to, and print none of them", async () => {
    const plan = PLAN.replace('n: "${first.n}" }', 'n: "${first.n}" }, approval: true');
    await using folder = await setUp({ "plan.yaml": plan });
    const waiting = await folder.planwright(...RUN, "docs.jsonl", "--out", "results.jsonl");
    expect(waiting.code).toBe(5);
    const id = await newestBatch(folder);
    const ended = await folder.planwright("resume", id, "--tools", "tools.ts", "--yes");
    expect([ended.code, ended.stdout]).toEqual([0, ""]);
    const results = resultsIn(await folder.read("results.jsonl"));
    expect(results.map(({ item }) => item)).toEqual(Array.from({ length: 12 }, (_, k) => k + 1));
  });

  it("say so where there is nothing, or something else", async () => {
    await using folder = await setUp();
    expect((await folder.planwright("batches")).stderr).toContain("no batches");
    const unknown = await folder.planwright("report", "absent");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('no batch "absent"');
    await folder.planwright(...RUN, "docs.jsonl");
    const id = await newestBatch(folder);
    expect((await folder.planwright("show", id)).stderr).toContain(`planwright report ${id}`);
    const again = await folder.planwright("resume", id, "--tools", "tools.ts");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("has finished: succeeded");
  });
});
