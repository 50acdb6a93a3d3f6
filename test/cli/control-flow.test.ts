/** Routes, joins and refinement on the command line: run, shown, drawn, and refused. */

import { describe, expect, it } from "vitest";
import { makeFolder } from "./folder.ts";

const PLAN = `version: 1
workflow: { id: orders }
goal: Look at an order
inputs: { amount: { type: number } }
subtasks:
  - id: size
    tool: match_rules
    input:
      rules:
        - { label: large, when: "\${inputs.amount > 1000}" }
    route: { branches: { large: check, small: [] }, default: small }
  - id: check
    tool: calculate
    input: { expression: "\${inputs.amount} / 2" }
  - id: words
    tool: render_template
    forEach: "\${[1, 3]}"
    input: { template: "{{ n }}{% for k in (1..n) %} x{% endfor %}", data: { n: "\${iteration}" } }
    refine: { iterations: 3, until: "\${output.text.endsWith('x x x') || item == 1}" }
  - id: done
    tool: render_template
    input: { template: "{{ n }} texts", data: { n: "\${size(words)}" } }
    dependsOn: [check]
    join: { require: any }
output: "\${done.text}"
`;

describe("control flow", () => {
  it("is told while it runs, and shown afterwards", async () => {
    await using folder = await makeFolder({ "orders.yaml": PLAN });
    const ran = await folder.planwright("run", "orders.yaml", "--input", "amount=5");
    expect([ran.code, ran.stdout]).toEqual([0, "2 texts\n"]);
    expect(ran.stderr).toContain("size takes the branch small: no other was named");
    expect(ran.stderr).toContain("skipped check: size has taken another branch");
    expect(ran.stderr).toContain("done goes on without check");
    const [{ runId }] = JSON.parse((await folder.planwright("runs", "--json")).stdout);
    const { stdout } = await folder.planwright("show", runId);
    const lines = stdout.split("\n").map((line) => line.trim());
    expect(lines).toContain("took the branch small");
    expect(lines).toContain("2 items: 2 succeeded");
    expect(lines).toContain("words[1]: 3 iterations, accepted, score 1");
    expect(lines).toContain("went on without check");
    const json = JSON.parse((await folder.planwright("show", runId, "--json")).stdout);
    expect(json.subtasks).toMatchObject([
      { id: "size", branch: "small" },
      { id: "check", status: "skipped", reason: "route_not_taken", cause: "size" },
      { id: "words", refined: [{ id: "words[1]", count: 3, best: 3 }] },
      { id: "done", missing: ["check"] },
    ]);
  });

  it("prints the name of a branch on one line, whatever is in it", async () => {
    const name = "a\n\u001b[31mb";
    const plan = {
      goal: "test",
      subtasks: [
        {
          id: "size",
          tool: "match_rules",
          input: { rules: [{ label: name, when: true }] },
          route: { branches: { [name]: "next" }, default: name },
        },
        { id: "next", tool: "calculate", input: { expression: "1" } },
      ],
    };
    await using folder = await makeFolder({ "odd.json": JSON.stringify(plan) });
    await folder.planwright("run", "odd.json");
    const [{ runId }] = JSON.parse((await folder.planwright("runs", "--json")).stdout);
    const pages = [
      ["show", runId],
      ["show", "--branches"],
      ["validate", "odd.json", "--format", "table"],
    ].map(async (argv) => (await folder.planwright(...argv)).stdout);
    for await (const page of pages) expect(page).toMatch(/\ba \[31mb/);
  });

  it("counts the branches over all runs of the plan", async () => {
    await using folder = await makeFolder({ "orders.yaml": PLAN });
    for (const amount of ["5", "2000", "7"]) {
      await folder.planwright("run", "orders.yaml", "--input", `amount=${amount}`);
    }
    const { stdout } = await folder.planwright("show", "--branches");
    expect(stdout).toBe(
      [
        "size",
        "  branch           taken   share  recent",
        "  large                1  33.3 %       1",
        "  small (default)      2  66.7 %       2",
        "",
      ].join("\n"),
    );
    const [{ runId }] = JSON.parse((await folder.planwright("runs", "--json")).stdout);
    const json = JSON.parse(
      (await folder.planwright("show", runId, "--branches", "--json")).stdout,
    );
    expect(json).toMatchObject([{ subtask: "size", branches: [{ taken: 1 }, { taken: 2 }] }]);
  });

  it("of a batch is counted for all its items", async () => {
    const items = [5, 2000, 2001, 7].map((amount) => JSON.stringify({ amount })).join("\n");
    await using folder = await makeFolder({
      "orders.yaml": PLAN.replace("workflow: { id: orders }\n", ""),
      "items.jsonl": items,
    });
    await folder.planwright("run", "orders.yaml", "--items", "items.jsonl");
    const [{ batchId }] = JSON.parse((await folder.planwright("batches", "--json")).stdout);
    const { stdout } = await folder.planwright("show", batchId, "--branches", "--json");
    expect(JSON.parse(stdout)[0].branches).toMatchObject([
      { branch: "large", taken: 2 },
      { branch: "small", taken: 2 },
    ]);
  });

  it("that refines is told of item by item in the report of a batch", async () => {
    const plan = `goal: Count
inputs: { n: { type: integer } }
subtasks:
  - id: count
    tool: calculate
    input: { expression: "0 + \${iteration}" }
    refine: { iterations: 4, until: "\${output.value >= inputs.n}", score: "\${output.value}" }
`;
    const items = [1, 2, 4, 9].map((n) => JSON.stringify({ n })).join("\n");
    await using folder = await makeFolder({ "count.yaml": plan, "items.jsonl": items });
    await folder.planwright("run", "count.yaml", "--items", "items.jsonl");
    const [{ batchId }] = JSON.parse((await folder.planwright("batches", "--json")).stdout);
    const { stdout } = await folder.planwright("report", batchId);
    expect(stdout).toContain(
      [
        "Refined  2.8 iterations on average; 2 of 4 needed more than two, or were not accepted",
        "  item 3, count: 4 iterations, accepted, score 4",
        "  item 4, count: 4 iterations, not accepted, score 4",
      ].join("\n"),
    );
    await folder.planwright("report", batchId, "--html", "report.html");
    expect(await folder.read("report.html")).toContain("<li>item 4, count: 4 iterations, not");
    const json = JSON.parse((await folder.planwright("report", batchId, "--json")).stdout);
    expect(json.steps).toMatchObject([{ id: "count", reached: 4, passed: 4, attempts: 11 }]);
    expect(json.refined).toMatchObject({ count: 4, many: 2, hardest: [{ item: 3 }, { item: 4 }] });
  });

  it("cannot be told of where there are no runs, and a run that is shown must be named", async () => {
    await using folder = await makeFolder();
    expect(await folder.planwright("show", "--branches")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("The journal has no run"),
    });
    expect(await folder.planwright("show")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Which run?"),
    });
  });

  it("is drawn for the terminal and for documents", async () => {
    await using folder = await makeFolder({ "orders.yaml": PLAN });
    const drawn = await folder.planwright("validate", "orders.yaml", "--format", "table");
    expect(drawn.stdout).toContain("  small (default) → nothing\n");
    const { stdout } = await folder.planwright("validate", "orders.yaml", "--format", "mermaid");
    expect(stdout).toContain('  subtask_size -.->|"large"| subtask_check\n');
    expect(stdout).toContain("  subtask_words -->|up to 3 times| subtask_words\n");
    const both = await folder.planwright("validate", "orders.yaml", "--format", "table", "--json");
    expect(both.code).toBe(2);
  });

  it("that cannot be meant is refused with line, column and cure", async () => {
    const wrong = PLAN.replace("large: check", "large: chekc")
      .replace("default: small", "default: smal")
      .replace("require: any", "require: 3")
      .replace("until:", "untill:");
    await using folder = await makeFolder({ "orders.yaml": wrong });
    const { code, stdout } = await folder.planwright("validate", "orders.yaml", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout).issues).toMatchObject([
      { path: "subtasks[2].refine.until", line: 19, code: "plan.schema" },
      { path: "subtasks[2].refine.untill", line: 19, hint: "Did you mean until?" },
      { path: "subtasks[0].route.branches.large", line: 11, hint: "Did you mean check?" },
      { path: "subtasks[0].route.default", line: 11, hint: "Did you mean small?" },
      { path: "subtasks[3].join.require", line: 24 },
    ]);
  });
});
