import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { ToolPage } from "../../src/index.ts";
import { makeFolder, TOOLS } from "./folder.ts";

describe("tools list", () => {
  it("has the builtin tools and the user's own, with their schemas for programs", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const { code, stdout } = await folder.planwright("tools", "list", "--tools", "tools.ts");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^calculate +computes +\w/m);
    expect(stdout).toMatch(/^slow +reads +Takes its time, and hears the signal\.$/m);

    const data = await folder.planwright("tools", "list", "--tools", "tools.ts", "--json");
    const tools = JSON.parse(data.stdout) as ToolPage[];
    expect(tools.find(({ name }) => name === "double")).toMatchObject({
      description: "Twice a number.",
      effects: "none",
      input: [{ name: "n", type: "number", required: true, description: "The number." }],
      inputSchema: { type: "object", required: ["n"] },
      outputSchema: { type: "object" },
    });
  });

  it("leaves out what cannot work: without a model, tools that ask one", async () => {
    await using folder = await makeFolder();
    const without = await folder.planwright("tools", "list");
    expect(without.stdout).not.toContain("generate_text");
    const model = "openai-compatible:tiny@http://127.0.0.1:1";
    const withModel = await folder.planwright("tools", "list", "--model", model);
    expect(withModel.stdout).toContain("generate_text");
  });
});

describe("tools show", () => {
  it("is a page: what the tool does, takes and gives, in the width of the screen", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS });
    const argv = ["tools", "show", "double", "--tools", "tools.ts"];
    expect((await folder.planwright(...argv)).stdout).toBe(
      `double  computes
Twice a number.

Input
  n: number
    The number.

Output
  n: number

Timeout
  5 m 00 s; no call is known yet
`,
    );
    const { stdout } = await folder.onTerminal(50, "tools", "show", "aggregate_table");
    const lines = stripVTControlCharacters(stdout).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
  });
});

describe("doctor", () => {
  it("says what is there, what could be, and leaves no trace", async () => {
    await using folder = await makeFolder();
    const { code, stdout } = await folder.planwright("doctor");
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ Model +none; the embedded planner plans\n +hint: .*--model/);
    expect(stdout).toMatch(/✓ Keys +none set\n +hint: .*ANTHROPIC_API_KEY/);
    expect(stdout).toMatch(/✓ Journal +sqlite:\.planwright\/journal\.db, without runs yet/);
    expect(await folder.list()).toEqual([]);
  });

  it("names each thing that is broken with its cure, goes on to the others, and exits with 2", async () => {
    await using folder = await makeFolder({
      "tools.ts": 'throw new Error("no luck");\n',
      "journal.db": "This is not a database, and it is long enough to look like one.",
    });
    const argv = [
      ...["--model", "anthropic:claude", "--tools", "tools.ts"],
      ...["--journal", "sqlite:journal.db"],
    ];
    const { code, stdout } = await folder.planwright("doctor", ...argv);
    expect(code).toBe(2);
    expect(stdout).toMatch(/✗ Model +.*ANTHROPIC_API_KEY is not set.*\n +hint: /);
    expect(stdout).toMatch(/✗ Tools +.*no luck\n +hint: /);
    expect(stdout).toMatch(/✗ Journal +.*\n +hint: /);
    expect(stdout).toMatch(/✓ Workspace/);
    const data = await folder.planwright("doctor", ...argv, "--json");
    expect(data.code).toBe(2);
    expect(JSON.parse(data.stdout)).toContainEqual(
      expect.objectContaining({ name: "Model", ok: false, hint: expect.any(String) }),
    );
  });
});
