import { chmod } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { makeFolder, TOOLS } from "./folder.ts";

const RUN = ["run", "plan.yaml", "--tools", "tools.ts"];

type Case = {
  /** What the folder holds; the tools are always there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly code: string;
  /** In what a person is told. */
  readonly says: RegExp;
};

/** A plan file with these lines as its subtasks. */
function planFile(...subtasks: readonly string[]): Readonly<Record<string, string>> {
  const lines = subtasks.map((subtask) => `  - ${subtask}`);
  return { "plan.yaml": ["goal: test", "subtasks:", ...lines, ""].join("\n") };
}

const GOOD = planFile("{ id: a, tool: double, input: { n: 1 } }");

const PLAN_FILES: Readonly<Record<string, Omit<Case, "argv">>> = {
  "with broken YAML": {
    files: { "plan.yaml": 'goal: "test\nsubtasks: []\n' },
    code: "plan.syntax",
    says: /plan\.yaml:\d+:\d+/,
  },
  "that is empty": {
    files: { "plan.yaml": "" },
    code: "plan.syntax",
    says: /plan\.yaml:1:1.*empty/,
  },
  "with a cycle": {
    files: planFile(
      "{ id: a, tool: double, input: { n: '${b.n}' } }",
      "{ id: b, tool: double, input: { n: '${a.n}' } }",
    ),
    code: "plan.cycle",
    says: /plan\.yaml:3.*a → b → a/,
  },
  "with a dependency that is not there": {
    files: planFile("{ id: a, tool: double, input: { n: 1 }, dependsOn: [nobody] }"),
    code: "plan.unknown_dependency",
    says: /plan\.yaml:3:\d+ subtasks\[0\]\.dependsOn\[0\].*nobody/,
  },
  "that reads an output which is not there": {
    files: planFile("{ id: a, tool: double, input: { n: '${nobody.n}' } }"),
    code: "plan.unknown_reference",
    says: /plan\.yaml:3:\d+ subtasks\[0\]\.input\.n.*nobody/,
  },
  "with an id twice": {
    files: planFile(
      "{ id: a, tool: double, input: { n: 1 } }",
      "{ id: a, tool: double, input: { n: 2 } }",
    ),
    code: "plan.duplicate_id",
    says: /plan\.yaml:4:\d+ subtasks\[1\]\.id/,
  },
  "with an unknown tool": {
    files: planFile("{ id: a, tool: duoble, input: { n: 1 } }"),
    code: "plan.unknown_tool",
    says: /plan\.yaml:3:\d+.*duoble.*\n.*double/,
  },
  "with a tool that needs a model, without one": {
    files: planFile("{ id: a, tool: generate_text, input: { instruction: greet } }"),
    code: "plan.unknown_tool",
    says: /plan\.yaml:3:\d+.*generate_text asks a model.*\n.*--model/,
  },
  "with an unknown key": {
    files: planFile("{ id: a, tool: double, input: { n: 1 }, wen: true }"),
    code: "plan.unknown_key",
    says: /plan\.yaml:3:\d+ subtasks\[0\]\.wen/,
  },
  "with an input of the wrong type": {
    files: planFile("{ id: a, tool: double, input: { n: one } }"),
    code: "plan.invalid_input",
    says: /plan\.yaml:3:\d+ subtasks\[0\]\.input\.n/,
  },
  "with an expression that does not parse": {
    files: planFile("{ id: a, tool: double, input: { n: '${1 +}' } }"),
    code: "expression.syntax",
    says: /plan\.yaml:3:\d+ subtasks\[0\]\.input\.n/,
  },
};

const CALLS: Readonly<Record<string, Case>> = {
  "an empty goal": { argv: ["ask", ""], code: "goal.empty", says: /The goal is empty/ },
  "a goal of blanks": { argv: ["plan", "  "], code: "goal.empty", says: /The goal is empty/ },
  "no goal": { argv: ["ask"], code: "input.missing", says: /Missing required argument 'goal'/ },
  "an unknown command": {
    argv: ["plann", "x"],
    code: "input.unknown",
    says: /Unknown command 'plann'.*\n.*Did you mean plan\?/,
  },
  "an unknown flag": {
    argv: ["ask", "x", "--modle", "y"],
    code: "input.unknown",
    says: /Unknown option '--modle'.*\n.*--model/,
  },
  "a flag that is not offered yet": {
    argv: ["ask", "x", "--mcp", "1"],
    code: "input.unknown",
    says: /'--mcp'/,
  },
  "a number that is none": {
    argv: ["ask", "x", "--max-seconds", "soon"],
    code: "input.invalid",
    says: /--max-seconds.*'soon'.*Give a number/,
  },
  "no time at all": {
    argv: ["ask", "x", "--max-seconds", "0"],
    code: "input.invalid",
    says: /--max-seconds.*'0'.*greater than 0/,
  },
  "half an attempt at once": {
    argv: ["ask", "x", "--concurrency", "0.5"],
    code: "input.invalid",
    says: /--concurrency.*'0\.5'.*whole number/,
  },
  "a limit of no runs": {
    argv: ["runs", "--limit", "0"],
    code: "input.invalid",
    says: /--limit.*'0'/,
  },
  "an unknown provider": {
    argv: ["ask", "x", "--model", "acme:one"],
    code: "model.unknown",
    says: /acme:one.*\n.*anthropic:MODEL/,
  },
  "a missing key": {
    argv: ["ask", "x", "--model", "anthropic:claude"],
    code: "model.key_missing",
    says: /ANTHROPIC_API_KEY.*\n.*\.env/,
  },
  "a tools module that is not there": {
    argv: ["ask", "x", "--tools", "nothing.ts"],
    code: "file.not_found",
    says: /nothing\.ts/,
  },
  "a tools module that throws on import": {
    files: { "throws.ts": 'const a = 1;\nthrow new Error("no luck " + a);\n' },
    argv: ["ask", "x", "--tools", "throws.ts"],
    code: "tool.load_failed",
    says: /throws\.ts:2.*no luck 1/,
  },
  "a tool with the name of another": {
    files: { "again.ts": 'export { double } from "./tools.ts";\n' },
    argv: [...RUN, "--tools", "again.ts"],
    code: "tool.duplicate",
    says: /two tools named double/,
  },
  "an unknown tool": {
    argv: ["tools", "show", "duoble", "--tools", "tools.ts"],
    code: "tool.unknown",
    says: /duoble.*\n.*Did you mean double/,
  },
  "a plan file that is not there": {
    argv: ["run", "nothing.yaml"],
    code: "file.not_found",
    says: /nothing\.yaml does not exist/,
  },
  "a plan file that is a folder": {
    argv: ["validate", "."],
    code: "file.unreadable",
    says: /is a folder/,
  },
  "an input without a value": {
    argv: [...RUN, "--input", "year"],
    code: "input.invalid",
    says: /--input: "year" is not name=value/,
  },
  "an input given twice": {
    argv: [...RUN, "--input", "n=1", "--input", "n=2"],
    code: "input.invalid",
    says: /n is given twice/,
  },
  "an input that the plan does not take": {
    argv: [...RUN, "--input", "year=2026"],
    code: "input.unknown",
    says: /no input year/,
  },
  "an input of the wrong type": {
    files: { "plan.yaml": `inputs: { n: { type: integer } }\n${GOOD["plan.yaml"]}` },
    argv: [...RUN, "--input", "n=many"],
    code: "input.invalid",
    says: /n must be an integer, not "many"/,
  },
  "an input that is missing": {
    files: { "plan.yaml": `inputs: { n: { type: integer } }\n${GOOD["plan.yaml"]}` },
    argv: RUN,
    code: "input.missing",
    says: /needs the input n/,
  },
  "an unknown run to show": { argv: ["show", "r1"], code: "run.unknown", says: /no run "r1"/ },
  "an unknown run to list": { argv: ["events", "r1"], code: "run.unknown", says: /no run "r1"/ },
  "an unknown run to resume": { argv: ["resume", "r1"], code: "run.unknown", says: /no run "r1"/ },
  "an unknown run to cancel": { argv: ["cancel", "r1"], code: "run.unknown", says: /no run "r1"/ },
  "a journal of an unknown kind": {
    argv: [...RUN, "--journal", "mysql://here"],
    code: "input.invalid",
    says: /mysql:\/\/here.*\n.*sqlite:PATH/,
  },
  "a journal that is no database": {
    files: { "journal.db": "Dear diary, this is not a database, but longer than its head." },
    argv: [...RUN, "--journal", "sqlite:journal.db"],
    code: "journal.not_a_database",
    says: /journal\.db/,
  },
  "a journal that is no database, to look into": {
    files: { "journal.db": "Dear diary, this is not a database, but longer than its head." },
    argv: ["runs", "--journal", "sqlite:journal.db"],
    code: "journal.not_a_database",
    says: /journal\.db/,
  },
  "a journal that is a folder": {
    argv: [...RUN, "--journal", "sqlite:."],
    code: "journal.unusable",
    says: /is not a file/,
  },
  "a workspace that is not there": {
    argv: [...RUN, "--workspace", "nowhere"],
    code: "file.not_found",
    says: /"nowhere" is not a folder/,
  },
  "a place for the plan that is not there": {
    argv: ["plan", "What is 1 + 1?", "--out", "nowhere/plan.yaml"],
    code: "file.unwritable",
    says: /no folder nowhere/,
  },
  "a setting that does not exist": {
    files: { "planwright.config.yaml": "modle: acme:one\n" },
    argv: RUN,
    code: "config.invalid",
    says: /planwright\.config\.yaml:1:1 modle.*\n.*Did you mean model\?/,
  },
  "a setting of the wrong type": {
    files: { "planwright.config.json": '{ "concurrency": "many" }' },
    argv: RUN,
    code: "config.invalid",
    says: /planwright\.config\.json:1:18 concurrency.*\n.*whole number/,
  },
  "a configuration that throws": {
    files: { "planwright.config.ts": 'throw new Error("no luck");\n' },
    argv: RUN,
    code: "config.invalid",
    says: /planwright\.config\.ts.*no luck/,
  },
  "two configurations": {
    files: { "planwright.config.yaml": "{}", "planwright.config.json": "{}" },
    argv: RUN,
    code: "config.invalid",
    says: /two configurations/,
  },
};

const ROWS: readonly (readonly [string, Case])[] = [
  ...Object.entries(CALLS),
  ...Object.entries(PLAN_FILES).map(
    ([name, row]) => [`a plan file ${name}`, { ...row, argv: RUN }] as const,
  ),
];

describe("bad input ends with 2, runs nothing and leaves nothing", () => {
  it.each(ROWS)("%s", async (_, { files, argv, code, says }) => {
    await using folder = await makeFolder({ "tools.ts": TOOLS, ...GOOD, ...files });
    const before = await folder.list();

    const told = await folder.planwright(...argv);
    expect(told.stderr).toMatch(says);
    expect(told.stderr).toMatch(/^error: .*\n(?:.*\n)*\s*hint: .+\n$/);
    expect(told.stdout).toBe("");
    expect(told.code).toBe(2);

    const data = await folder.planwright(...argv, "--json");
    expect(JSON.parse(data.stdout)).toMatchObject({
      error: { code, message: expect.any(String), hint: expect.any(String) },
    });
    expect(data.stderr).toBe("");
    expect(data.code).toBe(2);

    expect(await folder.list()).toEqual(before);
  });
});

describe("flags", () => {
  it.each([
    ["ask x --model", /--model <name>.*argument missing/],
    ["run plan.yaml --events --json", /--events.*cannot be used with.*--json/],
    ["plan x --format table --json", /--format.*cannot be used with.*--json/],
    ["plan x --format svg", /'svg' is invalid.*table, json, yaml, mermaid/],
  ])("are refused: %s", async (line, says) => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await folder.planwright(...line.split(" "));
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(says);
  });
});

describe("validate", () => {
  it.each(Object.entries(PLAN_FILES))("finds a plan file %s", async (_, { files, code, says }) => {
    await using folder = await makeFolder({ "tools.ts": TOOLS, ...files });
    const told = await folder.planwright("validate", "plan.yaml", "--tools", "tools.ts");
    expect(told).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
    const data = await folder.planwright("validate", "plan.yaml", "--tools", "tools.ts", "--json");
    expect(data.code).toBe(2);
    expect(JSON.parse(data.stdout)).toMatchObject({
      valid: false,
      issues: expect.arrayContaining([
        expect.objectContaining({ code, file: "plan.yaml", line: expect.any(Number) }),
      ]),
    });
  });
});

describe("a journal", () => {
  it("that is locked is waited for, then named, and nothing is run", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS, ...GOOD });
    await folder.planwright(...RUN);
    using other = new DatabaseSync(".planwright/journal.db");
    other.exec("BEGIN IMMEDIATE");
    const { code, stdout } = await folder.planwright(...RUN, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "journal.locked" } });
    expect(code).toBe(2);
    other.exec("ROLLBACK");
    expect(JSON.parse((await folder.planwright("runs", "--json")).stdout)).toHaveLength(1);
  });

  it("that may only be read takes no run, and shows those it has", async () => {
    await using folder = await makeFolder({ "tools.ts": TOOLS, ...GOOD });
    await folder.planwright(...RUN);
    await chmod(folder.path, 0o755);
    await chmod(".planwright", 0o555);
    await chmod(".planwright/journal.db", 0o444);
    const { run, runs } = await asNobody(async () => ({
      run: await folder.planwright(...RUN, "--json"),
      runs: await folder.planwright("runs", "--json"),
    }));
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: "journal.unusable" } });
    expect(run.code).toBe(2);
    expect(JSON.parse(runs.stdout)).toMatchObject([{ status: "succeeded" }]);
    await chmod(".planwright", 0o755);
  });
});

/** Root may write everything, so it becomes nobody for this. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
