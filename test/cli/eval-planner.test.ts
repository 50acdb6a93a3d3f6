import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PlannerReport } from "../../src/evals/outcome.ts";
import { mockOf, SILENCE } from "../judging-server.ts";
import { makeFolder } from "./folder.ts";

const SUITE = `
kind: planner
name: counting
data: goals.jsonl
scorers: [success, valid, node_f1, time]
`;

const PLAN_ONLY = `
kind: planner
name: counting
data: goals.jsonl
run: plan
scorers: [valid, time]
`;

/** The first two are planned without a model, the third is refused. */
const GOALS = [
  { id: "sum", goal: "Calculate 17 * 3", expect: { answer: 51, match: "numeric" } },
  { id: "days", goal: "Calculate 10 / 4", expect: { answer: 2.5, match: "numeric" } },
  { id: "song", goal: "Sing me a song", expect: { refused: true } },
];

function files(goals: readonly object[] = GOALS, suite = SUITE) {
  const lines = goals.map((goal) => JSON.stringify(goal)).join("\n");
  return { "suite.yaml": suite, "goals.jsonl": lines };
}

/** What a model says that plans every goal with a sum. */
const SUM = JSON.stringify({
  goal: "g",
  subtasks: [{ id: "sum", tool: "calculate", input: { expression: "17 * 3" } }],
});

function resultsIn(stderr: string): string {
  return /^results: (.*)$/m.exec(stderr)?.[1] ?? "";
}

describe("planwright eval of a planner", () => {
  it("prints scores with intervals, and keeps results in the journal and as JSONL", async () => {
    await using folder = await makeFolder(files());
    const { code, stdout, stderr } = await folder.planwright("eval", "suite.yaml");
    expect(stdout).toMatch(
      /^counting: 3 samples, embedded, planned and run\n2 planned, 1 refused\n/,
    );
    expect(stdout).toMatch(/^success +100\.0 +100\.0 to 100\.0 +3$/m);
    expect(stdout).toMatch(/^valid +100\.0 +100\.0 to 100\.0 +2$/m);
    expect(stdout).toContain("no model asked");
    expect(stderr).toMatch(/^counting: eval \w+, embedded\n0 of 3\n/);
    expect(code).toBe(0);
    const lines = (await folder.read(resultsIn(stderr))).trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { planwright: "eval", suite: "counting", model: "embedded", samples: 3 },
      {
        id: "sum",
        status: "planned",
        executed: { status: "succeeded" },
        scores: { success: [1, 1] },
      },
      { id: "days" },
      { id: "song", status: "refused", graph: null },
    ]);
    // What it ran is no run of the user's, and the eval is no batch.
    expect(JSON.parse((await folder.planwright("runs", "--json")).stdout)).toEqual([]);
    expect(JSON.parse((await folder.planwright("batches", "--json")).stdout)).toEqual([]);
    const evalId = /eval (\w+),/.exec(stderr)?.[1] ?? "";
    expect((await folder.planwright("show", evalId)).stderr).toContain("is an eval, not a run");
  });

  it("exits with 1 when a threshold is missed, and says which", async () => {
    const suite = `${SUITE}thresholds: { success: 0.9, time: 100 }\n`;
    const poor = [...GOALS, { id: "poor", goal: "Calculate 1 + 1", expect: { answer: 3 } }];
    await using folder = await makeFolder(files(poor, suite));
    const { code, stdout, stderr } = await folder.planwright("eval", "suite.yaml");
    expect(stderr).toContain("missed: counting: success is 0.7500; the suite wants at least 0.9.");
    expect(stdout).toMatch(/worst by success\npoor +0\.00 +planned +gold 3/);
    expect(code).toBe(1);
    const first = await folder.planwright("eval", "suite.yaml", "--limit", "3", "--json");
    expect(JSON.parse(first.stdout)).toMatchObject({
      kind: "planner",
      complete: true,
      passed: true,
    });
    expect(first.code).toBe(0);
  });

  it("tells what got worse than a baseline, and refuses one of other data", async () => {
    const many = Array.from({ length: 12 }, (_, n) => {
      return { id: `g${n}`, goal: `Calculate ${n} + 1`, expect: { match: { cel: "true" } } };
    });
    await using folder = await makeFolder(files(many, PLAN_ONLY));
    const before = resultsIn((await folder.planwright("eval", "suite.yaml")).stderr);
    const same = await folder.planwright("eval", "suite.yaml", "--baseline", before);
    expect(same.stdout).toMatch(/^valid +0\.0 +1\.000 +12 +not significant$/m);
    expect(same.code).toBe(0);
    // As if all had been wrong, and are right now: and the other way round.
    const text = await folder.read(before);
    await folder.write("worse.jsonl", text.replaceAll('"valid":[1,1]', '"valid":[0,1]'));
    const better = await folder.planwright("eval", "suite.yaml", "--baseline", "worse.jsonl");
    expect(better.stdout).toMatch(/^valid +\+100\.0 +0\.00[01] +12 +better$/m);
    expect(better.code).toBe(0);
    await folder.write("better.jsonl", text.replaceAll('"valid":[1,1]', '"valid":[2,1]'));
    const worse = await folder.planwright("eval", "suite.yaml", "--baseline", "better.jsonl");
    expect(worse.stderr).toContain("missed: counting: valid is worse than the baseline, p = 0.00");
    expect(worse.code).toBe(1);
    const fewer = await folder.planwright(
      "eval",
      "suite.yaml",
      "--limit",
      "3",
      "--baseline",
      before,
    );
    expect(fewer.stderr).toContain(`${before}:1: ${before} is no baseline for this: it holds 12`);
    expect(fewer.code).toBe(2);
    await folder.write("none.jsonl", "{}\n");
    const none = await folder.planwright("eval", "suite.yaml", "--baseline", "none.jsonl");
    expect(none.stderr).toContain("none.jsonl:1: none.jsonl holds no results of version 1.");
  });

  it("tries each so often, and tells pass@k and pass^k", async () => {
    await using folder = await makeFolder(files());
    const { stdout } = await folder.planwright("eval", "suite.yaml", "--repeat", "2");
    expect(stdout).toMatch(/^counting: 3 samples, 2 tries each/);
    expect(stdout).toMatch(/^k +pass@k +pass\^k\n1 +100\.0 +100\.0\n2 +100\.0 +100\.0$/m);
  });

  it("writes one page that needs nothing else, with what anybody wrote escaped", async () => {
    const evil = { id: "<b>", goal: "<script>alert(1)</script>", expect: { answer: "<i>" } };
    const plan = { nodes: [{ tool: "read_file" }, { tool: "calculate" }], edges: [[0, 1]] };
    const drawn = { id: "drawn", goal: "Calculate 2 + 2", expect: { plan, answer: 5 } };
    await using folder = await makeFolder(files([evil, drawn]));
    await folder.planwright("eval", "suite.yaml", "--html", "r.html");
    const page = await readFile("r.html", "utf8");
    expect(page).not.toContain("<script");
    expect(page).not.toMatch(/(?:src|href)=/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain("default-src 'none'");
    expect(page.match(/<svg class="graph"/g)).toHaveLength(2);
  });

  it("measures all suites of a folder but those of judges, with a table of them all", async () => {
    await using folder = await makeFolder();
    for (const name of ["one", "two"]) {
      await mkdir(join(folder.path, "evals", name), { recursive: true });
      // What comes out stands first, wherever the suite names it.
      const late = SUITE.replace("[success, valid, node_f1, time]", "[valid, time, success]");
      const suite = name === "two" ? late : PLAN_ONLY;
      await folder.write(`evals/${name}/suite.yaml`, suite.replace("counting", name));
      await folder.write(`evals/${name}/goals.jsonl`, files()["goals.jsonl"]);
    }
    await mkdir(join(folder.path, "evals/judge"));
    const judge = "kind: judge\ngoal: g\naccept: [a]\nexamples: [{ output: 1, label: pass }]\n";
    await folder.write("evals/judge/suite.yaml", judge);
    const { code, stdout } = await folder.planwright("eval", "evals", "--html", "all.html");
    expect(stdout).toMatch(
      /^all suites\nsuite +model +samples +scores +took\none +embedded +3 +valid 100\.0/m,
    );
    expect(stdout).toMatch(/^two +embedded +3 +success [\d.]+ +valid .* passed$/m);
    expect(code).toBe(0);
    expect((await folder.read("all.html")).match(/<h2>/g)).toHaveLength(2);
    const json = await folder.planwright("eval", "evals", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject([{ passed: true }, { passed: true }]);
    const baseline = await folder.planwright("eval", "evals", "--baseline", "x.jsonl");
    expect(baseline.stderr).toContain("--baseline is of one suite.");
    expect(baseline.code).toBe(2);
    await mkdir(join(folder.path, "none"));
    const none = await folder.planwright("eval", "none");
    expect(none.stderr).toContain("There is no suite in none.");
  });

  it("is a module as well, which may score in its own way", async () => {
    const data = files();
    const module = `export default {
      kind: "planner", name: "own", data: "goals.jsonl", run: "plan",
      scorers: [{ name: "short", about: "The goal is short.", better: "higher",
        score: ({ goal }) => [goal.length < 16 ? 1 : 0, 1] }],
    };`;
    await using folder = await makeFolder({ ...data, "own.eval.ts": module });
    const { code, stdout, stderr } = await folder.planwright("eval", "own.eval.ts");
    expect(stderr).not.toContain("error");
    expect(stdout).toMatch(/^short +33\.3 +/m);
    expect(code).toBe(0);
    await folder.write("none.eval.ts", "export const a = 1;");
    const none = await folder.planwright("eval", "none.eval.ts");
    expect(none.stderr).toContain("none.eval.ts has no default export.");
  });
});

describe("planwright eval of what is wrong", () => {
  it("says so before anything is planned or written", async () => {
    await using folder = await makeFolder(files());
    const refused: readonly (readonly [argv: string, message: string])[] = [
      ["--repeat 1000000000", "Give a whole number from 1 to 100."],
      ["--sample abc", "Give a whole number from 0."],
      ["--data nowhere", "There is no folder nowhere."],
      ["--model embedded --model embedded", "--model embedded is given twice."],
      ["--model embedded --model nope:x", 'The model name "nope:x" does not begin'],
      ["--out goals.jsonl --baseline ./goals.jsonl", "--out would write over the results"],
      ["--html suite.yaml/r.html", "suite.yaml/r.html cannot be written"],
    ];
    for (const [argv, message] of refused) {
      const { code, stdout, stderr } = await folder.planwright(
        "eval",
        "suite.yaml",
        ...argv.split(" "),
      );
      expect([code, stdout], argv).toEqual([2, ""]);
      expect(stderr, argv).toContain(message);
      expect(stderr, argv).not.toContain(": eval ");
    }
    await folder.write("suite.yaml", `${SUITE}workspace: goals.jsonl\n`);
    const workspace = await folder.planwright("eval", "suite.yaml");
    expect(workspace.stderr).toContain("workspace: The folder goals.jsonl is a file.");
    expect(workspace.code).toBe(2);
    expect(existsSync(".planwright")).toBe(false);
  });

  it("refuses a baseline without results, or with scores that are none", async () => {
    await using folder = await makeFolder(files());
    await folder.planwright("eval", "suite.yaml", "--out", "before.jsonl");
    const text = await folder.read("before.jsonl");
    const [head = ""] = text.split("\n");
    await folder.write("empty.jsonl", `${head}\n`);
    const empty = await folder.planwright("eval", "suite.yaml", "--baseline", "empty.jsonl");
    expect(empty.stderr).toContain("empty.jsonl has no results yet");
    expect(empty.code).toBe(2);
    await folder.write("odd.jsonl", text.replace('"success":[1,1]', '"success":5'));
    const odd = await folder.planwright("eval", "suite.yaml", "--baseline", "odd.jsonl");
    expect(odd.stderr).toContain("odd.jsonl:2: The line is no result of a sample.");
    expect(odd.code).toBe(2);
  });

  it("names the scorer of one's own that throws, or gives no share", async () => {
    const module = (score: string) => `export default {
      kind: "planner", data: "goals.jsonl", run: "plan",
      scorers: [{ name: "own", about: "a", better: "higher", score() { ${score} } }],
    };`;
    await using folder = await makeFolder({
      ...files(),
      "throws.eval.ts": module('throw new Error("boom")'),
      "odd.eval.ts": module("return 5"),
    });
    const thrown = await folder.planwright("eval", "throws.eval.ts");
    expect(thrown.stderr).toContain('The scorer own threw boom for the sample "sum".');
    expect(thrown.code).toBe(2);
    const odd = await folder.planwright("eval", "odd.eval.ts");
    expect(odd.stderr).toContain('The scorer own gave 5 for the sample "sum".');
    expect(odd.code).toBe(2);
  });

  it("takes a time that no timer has, and makes the folder of the page", async () => {
    await using folder = await makeFolder(files());
    const argv = ["--max-seconds", "99999999999", "--html", "reports/r.html"];
    const { code, stdout } = await folder.planwright("eval", "suite.yaml", ...argv);
    expect(stdout).toContain("2 planned, 1 refused");
    expect(code).toBe(0);
    expect(await folder.read("reports/r.html")).toContain("<!doctype html>");
  });
});

describe("planwright eval of models", () => {
  it("puts several beside each other, and replays what was recorded without a key", async () => {
    await using folder = await makeFolder(files());
    await using mock = await mockOf({ plans: [SUM] });
    const model = `openai-compatible:m@${mock.url}/v1`;
    const asked = ["eval", "suite.yaml", "--max-tokens", "100000"];
    const argv = [...asked, "--model", "embedded", "--model", model, "--record", "r.jsonl"];
    const both = await folder.planwright(...argv);
    expect(both.stdout).toMatch(/^score +embedded +openai-compatible:m/m);
    expect(both.stdout).toMatch(/^success +100\.0 +33\.3$/m);
    expect(both.stdout).toContain("3 model calls, ");
    const replayed = await folder.planwright("eval", "suite.yaml", "--replay", "r.jsonl", "--json");
    const report = JSON.parse(replayed.stdout) as PlannerReport;
    expect(report.statuses).toMatchObject({ planned: 3 });
    expect(report.categories[0]?.scores[0]).toMatchObject({ name: "success", value: 1 / 3 });
    expect(mock.asked.plans).toHaveLength(3);
    // Nothing is scored of a recording that is of something else.
    await folder.write("goals.jsonl", '{"id":"x","goal":"Something else","expect":{"answer":1}}');
    const other = await folder.planwright("eval", "suite.yaml", "--replay", "r.jsonl");
    expect(other.stderr).toContain("has no answer to this request");
    expect(other.code).toBe(1);
  });

  it("stops at its budget, and goes on with a greater one from where it stopped", async () => {
    await using mock = await mockOf({ plans: [SUM] });
    await using folder = await makeFolder(files());
    const model = ["--model", `openai-compatible:m@${mock.url}/v1`, "--concurrency", "1"];
    // Each request reserves its input and some output; the second does not fit any more.
    const size = await tokensOfOne(folder, model);
    mock.asked.plans.length = 0;
    const few = await folder.planwright(
      "eval",
      "suite.yaml",
      ...model,
      "--max-tokens",
      String(size),
    );
    expect(few.code).toBe(4);
    expect(few.stderr).toContain("The budget of this eval is used up; go on with: ");
    // What is missed is not known yet.
    expect(few.stderr).not.toContain("missed:");
    const [, id = ""] = /go on with: planwright eval … --resume (\w+)/.exec(few.stderr) ?? [];
    const done = mock.asked.plans.length;
    expect(done).toBeLessThan(3);
    const more = await folder.planwright("eval", "suite.yaml", ...model, "--resume", id);
    expect(more.stderr).toContain(`${done} of 3`);
    expect(mock.asked.plans).toHaveLength(3);
    expect(more.stdout).toContain("3 planned");
    const wrong = await folder.planwright("eval", "suite.yaml", "--resume", id);
    expect(wrong.stderr).toContain(`The eval ${id} was of model openai-compatible:m`);
    await appendFile("goals.jsonl", '\n{"id":"x","goal":"More","expect":{"refused":true}}');
    const other = await folder.planwright("eval", "suite.yaml", ...model, "--resume", id);
    expect(other.stderr).toContain(`The eval ${id} was of other samples.`);
    expect(other.code).toBe(2);
  });

  it("stops on Ctrl-C, and can be gone on with", async () => {
    await using mock = await mockOf({ plans: [SUM, SILENCE, SUM] });
    await using folder = await makeFolder(files());
    const argv = ["eval", "suite.yaml", "--model", `openai-compatible:m@${mock.url}/v1`];
    const { child, ended } = folder.start([...argv, "--concurrency", "1"]);
    await Promise.race([mock.until("plans", 2), ended]);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    const [, id = ""] = /--resume (\w+)/.exec(stderr) ?? [];
    const more = await folder.planwright(...argv, "--resume", id, "--json");
    expect((JSON.parse(more.stdout) as PlannerReport).complete).toBe(true);
    expect(mock.asked.plans).toHaveLength(4);
  });
});

/** So many that one request fits, and another one that is paid does not. */
async function tokensOfOne(
  folder: Awaited<ReturnType<typeof makeFolder>>,
  model: readonly string[],
): Promise<number> {
  const argv = ["plan", "Calculate 17 * 3", ...model.slice(0, 2), "--show-prompt", "--json"];
  const { system, messages, schema } = JSON.parse((await folder.planwright(...argv)).stdout) as {
    readonly system: readonly { readonly text: string }[];
    readonly messages: readonly { readonly content: string }[];
    readonly schema?: object;
  };
  const texts = [...system.map(({ text }) => text), ...messages.map(({ content }) => content)];
  const characters = texts.join("").length + (schema ? JSON.stringify(schema).length : 0);
  return Math.ceil(characters / 3) + 100;
}
