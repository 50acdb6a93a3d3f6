import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, vi } from "vitest";
import type { RunEvent, RunResult } from "../../src/index.ts";
import { type Folder, makeFolder, TOOLS } from "./folder.ts";

const PLAN = `
goal: Twice and twice again
inputs:
  n: { type: integer, default: 3 }
  unit: { type: string, default: cm }
subtasks:
  - { id: twice, description: Double it, tool: double, input: { n: "\${inputs.n}" } }
  - { id: again, tool: double, input: { n: "\${twice.n}" } }
output: "\${again.n} \${inputs.unit}"
`;

const FAILS = `
goal: Fail in the middle
subtasks:
  - { id: good, tool: double, input: { n: 1 } }
  - { id: bad, tool: breaks, dependsOn: [good] }
  - { id: never, tool: double, dependsOn: [bad], input: { n: 2 } }
`;

const DEGRADES = `
goal: Get by without it
subtasks:
  - { id: bad, tool: breaks, optional: true }
  - { id: good, tool: double, dependsOn: [{ id: bad, on: settled }], input: { n: 1 } }
output: "\${good.n}"
`;

const FILES = {
  "tools.ts": TOOLS,
  "plan.yaml": PLAN,
  "fails.yaml": FAILS,
  "degrades.yaml": DEGRADES,
  "planwright.config.yaml": "tools: tools.ts\n",
};

async function newestRun(folder: Folder): Promise<string> {
  const { stdout } = await folder.planwright("runs", "--json", "--limit", "1");
  const [run] = JSON.parse(stdout) as { runId: string }[];
  return run?.runId ?? "";
}

describe("run", () => {
  it("prints the answer on stdout and nothing else, and progress on stderr", async () => {
    await using folder = await makeFolder(FILES);
    const { code, stdout, stderr } = await folder.planwright("run", "plan.yaml");
    expect(code).toBe(0);
    expect(stdout).toBe("12 cm\n");
    expect(stderr.replaceAll(/run \w+|\d+ ms/g, "…").split("\n")).toEqual([
      "…",
      "plan: 2 subtasks in 2 batches",
      "started twice (double)",
      "succeeded twice in …",
      "started again (double)",
      "succeeded again in …",
      "",
    ]);
  });

  it("reads each input as the plan declares it", async () => {
    await using folder = await makeFolder(FILES);
    const argv = ["run", "plan.yaml", "--input", "n=5", "--input", "unit=2026=x", "--quiet"];
    expect(await folder.planwright(...argv)).toEqual({
      code: 0,
      stdout: "20 2026=x\n",
      stderr: "",
    });
  });

  it("gives programs one JSON value", async () => {
    await using folder = await makeFolder(FILES);
    const { code, stdout, stderr } = await folder.planwright("run", "plan.yaml", "--json");
    const result = JSON.parse(stdout) as RunResult;
    expect(code).toBe(0);
    expect(stderr).toContain("succeeded again");
    expect(result).toMatchObject({ status: "succeeded", output: "12 cm", replans: 0 });
    const { stdout: shown } = await folder.planwright("show", result.runId, "--json");
    expect(JSON.parse(shown)).toEqual(result);
  });

  it("prints the journal's events as lines of JSON when they are asked for, and no answer", async () => {
    await using folder = await makeFolder(FILES);
    const { stdout } = await folder.planwright("run", "plan.yaml", "--events", "--quiet");
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.at(-1)).toMatchObject({ type: "run.completed", output: "12 cm" });
    const listed = await folder.planwright("events", await newestRun(folder), "--json");
    expect(JSON.parse(listed.stdout)).toEqual(events);
  });

  it("that fails exits with 1, says which subtask and what to do, and prints no answer", async () => {
    await using folder = await makeFolder(FILES);
    const { code, stdout, stderr } = await folder.planwright("run", "fails.yaml");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("skipped never: bad failed\n");
    expect(stderr).toContain("error: bad: It is broken.\nhint: Mend it.\n");
    expect(stderr).toContain(`planwright show ${await newestRun(folder)}`);
  });

  it("that is degraded gives its answer, says why, and exits with 3 only under --strict", async () => {
    await using folder = await makeFolder(FILES);
    const lenient = await folder.planwright("run", "degrades.yaml");
    expect(lenient).toMatchObject({ code: 0, stdout: "2\n" });
    expect(lenient.stderr).toContain("degraded: The optional subtask bad failed: It is broken.");
    const strict = await folder.planwright("run", "degrades.yaml", "--strict");
    expect(strict).toMatchObject({ code: 3, stdout: "2\n" });
  });

  it("that runs out of time exits with 1 and says so", async () => {
    await using folder = await makeFolder({
      ...FILES,
      "slow.yaml": "goal: wait\nsubtasks:\n  - { id: a, tool: slow, input: { ms: 9000 } }\n",
    });
    const argv = ["run", "slow.yaml", "--max-seconds", "0.1"];
    const { code, stderr } = await folder.planwright(...argv);
    expect(code).toBe(1);
    expect(stderr).toContain("a: begun\n");
    expect(stderr).toContain("error: The run did not finish within 0.1 s.");
  });

  it("keeps its journal where --journal says", async () => {
    await using folder = await makeFolder(FILES);
    await folder.planwright("run", "plan.yaml", "--journal", "sqlite:here/runs.db", "--quiet");
    expect(await folder.list()).toContain("here/runs.db");
    expect(await folder.list()).not.toContain(".planwright");
  });

  it("is drawn as a tree where it stands, on a terminal", async () => {
    await using folder = await makeFolder({
      ...FILES,
      "slow.yaml": `goal: Look alive\nsubtasks:
  - { id: first, tool: slow, input: { ms: 150 } }
  - { id: second, tool: slow, input: { ms: 1, after: "\${first.n}" } }
output: "\${second.n}"\n`,
    });
    const { code, stdout, stderr } = await folder.onTerminal(60, "run", "slow.yaml");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1\n" });
    expect(stderr).toMatch(/▸.*first.*slow.*50 % half of it/);
    const end = stripVTControlCharacters(stderr.slice(stderr.lastIndexOf("Look alive")));
    expect(end).toMatch(/✓ first +slow +\d+ ms\n✓ second +slow +\d+ ms\n2\/2 done/);
  });
});

describe("show", () => {
  it("is a page: goal, status, what each subtask did and why, errors with their cure", async () => {
    await using folder = await makeFolder(FILES);
    await folder.planwright("run", "fails.yaml");
    const runId = await newestRun(folder);
    const { code, stdout } = await folder.planwright("show", runId);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\d+ ms/g, "… ms").replace(/Started .*/, "Started …")).toBe(
      `Fail in the middle
Run      ${runId}
Status   failed: a subtask failed after … ms
Started …
Used     2 tool calls

Batch 1
✓ good   double  succeeded  … ms

Batch 2
✗ bad    breaks  failed     … ms
  error: It is broken.
  hint: Mend it.

Batch 3
- never  double  skipped: bad failed
`,
    );
  });

  it("ends with the output", async () => {
    await using folder = await makeFolder(FILES);
    await folder.planwright("run", "degrades.yaml");
    const { stdout } = await folder.planwright("show", await newestRun(folder));
    expect(stdout).toContain("degraded: The optional subtask bad failed: It is broken.");
    expect(stdout).toMatch(/\nOutput\n2\n$/);
  });
});

describe("runs", () => {
  it("lists the newest first, a line each", async () => {
    await using folder = await makeFolder(FILES);
    for (const file of ["plan.yaml", "fails.yaml"]) await folder.planwright("run", file);
    const { stdout } = await folder.planwright("runs");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^\w+ +failed: a subtask failed +[\d-]+ [\d:]+ +\d+ ms +Fail in the/);
    expect(lines[2]).toMatch(/^\w+ +succeeded +[\d-]+ [\d:]+ +\d+ ms +Twice and twice again$/);
  });

  it("says on stderr that there are none, and makes no journal to say so", async () => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await folder.planwright("runs");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/no runs/);
    expect((await folder.planwright("runs", "--json")).stdout).toBe("[]\n");
    expect(await folder.list()).toEqual([]);
  });
});

describe("events", () => {
  it("are lines with their time, cut to a terminal and whole elsewhere", async () => {
    await using folder = await makeFolder(FILES);
    await folder.planwright("run", "plan.yaml");
    const runId = await newestRun(folder);
    const whole = (await folder.planwright("events", runId)).stdout.trimEnd().split("\n");
    expect(whole[0]).toMatch(/^ *\+0 ms +run\.started +Twice and twice again$/);
    expect(whole).toHaveLength(7);
    const cut = (await folder.onTerminal(45, "events", runId)).stdout.trimEnd().split("\n");
    expect(cut.every((line) => line.length <= 45)).toBe(true);
    expect(cut.at(1)).toMatch(/revis.*…$/);
  });
});

describe("cancel", () => {
  it("refuses a run that has finished", async () => {
    await using folder = await makeFolder(FILES);
    await folder.planwright("run", "plan.yaml");
    const { code, stderr } = await folder.planwright("cancel", await newestRun(folder));
    expect(code).toBe(2);
    expect(stderr).toMatch(/has finished: succeeded/);
  });
});

describe("colours", () => {
  it("are for terminals, and NO_COLOR keeps them away", async () => {
    await using folder = await makeFolder(FILES);
    const bad = ["run", "nothing.yaml"];
    expect((await folder.planwright(...bad)).stderr).toMatch(/^error: /);
    expect((await folder.onTerminal(80, ...bad)).stderr).toContain("\u001b[31merror:");
    vi.stubEnv("NO_COLOR", "1");
    expect((await folder.onTerminal(80, ...bad)).stderr).toMatch(/^error: /);
    vi.unstubAllEnvs();
  });
});

describe("help", () => {
  it("goes to stdout when it is asked for, and to stderr when a command is missing", async () => {
    await using folder = await makeFolder();
    const asked = await folder.planwright("--help");
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(asked.stdout).toMatch(/ask .*\n[\s\S]*Examples:[\s\S]*Exit codes:/);
    const missing = await folder.planwright();
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toBe(asked.stdout);
  });

  it("has the version of the package", async () => {
    await using folder = await makeFolder();
    const { code, stdout } = await folder.planwright("--version");
    const manifest = await import("../../package.json", { with: { type: "json" } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${manifest.default.version}\n` });
  });
});
