/** `ask` and `plan`: with a model, against the mock server from npm, and without one. */

import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { makeFolder, TOOLS } from "./folder.ts";

const PLAN = {
  subtasks: [
    { id: "one", description: "Double one", tool: "double", input: [{ name: "n", value: 1 }] },
    { id: "two", tool: "double", input: [{ name: "n", value: 2 }] },
    { id: "four", tool: "double", input: [{ name: "n", value: "${one.n + two.n}" }] },
  ],
  output: "${four.n}",
};
const CYCLE = { subtasks: [{ id: "a", tool: "double", input: [], dependsOn: ["a"] }] };
const GOAL = "Double 1 and 2, and what that gives";

const mock = new LLMock({ port: 0, logLevel: "silent" });
beforeAll(async () => {
  mock.on({ predicate: () => true }, ({ messages }) => ({
    content: JSON.stringify(JSON.stringify(messages).includes("impossible") ? CYCLE : PLAN),
    usage: { prompt_tokens: 1200, completion_tokens: 80 },
  }));
  await mock.start();
});
afterAll(() => mock.stop());

const flags = () => ["--tools", "tools.ts", "--model", `openai-compatible:tiny@${mock.url}/v1`];

describe("plan", () => {
  it("shows the batches, the tools, their inputs and what waits for what, and runs nothing", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const { code, stdout, stderr } = await folder.planwright("plan", GOAL, ...flags());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(
      `Batch 1  (2 side by side)
├─ one   double  Double one
│    n: 1
└─ two   double
     n: 2
Batch 2
└─ four  double
     n: \${one.n + two.n}
     ← one, two
Output  \${four.n}
`,
    );
    expect(await folder.list()).toEqual(["tools.ts"]);
  });

  it.each([
    ["yaml", [], /^version: 1\ngoal: Double 1 and 2/],
    ["json", ["--format", "json"], /^\{\n {2}"version": 1,/],
    ["mermaid", ["--format", "mermaid"], /^flowchart TD\n/],
  ])("prints %s, and the same with --out", async (format, given, start) => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const argv = ["plan", GOAL, ...flags(), ...given];
    const printed = await folder.planwright(...argv, ...(given.length ? [] : ["--format", format]));
    expect(printed.stdout).toMatch(start);
    const written = await folder.planwright(...argv, "--out", "the.plan");
    expect(written).toMatchObject({ code: 0, stdout: "", stderr: "The plan is in the.plan.\n" });
    expect(await folder.read("the.plan")).toBe(printed.stdout);
  });

  it("writes what the name of the file says, and that can be run without a model", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    for (const name of ["plan.json", "plan.yaml"]) {
      await folder.planwright("plan", GOAL, ...flags(), "--out", name, "--quiet");
      const { code, stdout } = await folder.planwright("run", name, "--tools", "tools.ts");
      expect({ name, code, stdout }).toEqual({ name, code: 0, stdout: "12\n" });
    }
    expect(JSON.parse(await folder.read("plan.json"))).toMatchObject({ version: 1 });
  });

  it("that cannot be made right says what is wrong with it, and keeps it to be mended", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const argv = ["plan", "Do the impossible", ...flags(), "--out", "plan.yaml"];
    const { code, stdout, stderr } = await folder.planwright(...argv);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/cycle: a → a/);
    expect(await folder.list()).toEqual(["plan.yaml", "tools.ts"]);
  });
});

describe("ask", () => {
  it("plans, runs and prints the answer; words need no quotes", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const { code, stdout, stderr } = await folder.planwright("ask", ...GOAL.split(" "), ...flags());
    expect({ code, stdout }).toEqual({ code: 0, stdout: "12\n" });
    expect(stderr).toContain("plan: 3 subtasks in 2 batches");
    expect(stderr).not.toContain("embedded");
    const [run] = JSON.parse((await folder.planwright("runs", "--json")).stdout) as RunResult[];
    expect(run).toMatchObject({ goal: GOAL, usage: { modelCalls: 1, inputTokens: 1200 } });
    const shown = (await folder.planwright("show", run?.runId ?? "")).stdout;
    expect(shown).toContain("3 tool calls, 1 model call, 1,200 tokens in, 80 tokens out");
  });

  it("tells every mistake of a plan that stays wrong, and exits with 1", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const { code, stdout, stderr } = await folder.planwright("ask", "the impossible", ...flags());
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/cycle: a → a/);
    expect(stderr).toMatch(/needs n/);
  });
});

describe("without a model", () => {
  it("the embedded planner plans, a line says so and names the way to a model", async () => {
    await using folder = await makeFolder({ "notes.txt": "one two three four five" });
    const goal = "Count the words of notes.txt";
    const { code, stdout, stderr } = await folder.planwright("ask", goal);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\b5\b/);
    expect(stderr.split("\n")[0]).toMatch(/embedded planner.*--model/);
    const { stderr: silence } = await folder.planwright("ask", goal, "--quiet");
    expect(silence).toBe("");
  });

  it("a goal that is not understood exits with 2 and names the tools that come closest", async () => {
    await using folder = await makeFolder();
    for (const command of ["ask", "plan"]) {
      const { code, stdout, stderr } = await folder.planwright(command, "Frobnicate the gizmo");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/error: .*gizmo.*\nhint: .*\w_\w/i);
    }
  });
});
