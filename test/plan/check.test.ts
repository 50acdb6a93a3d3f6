import { describe, expect, test } from "vitest";
import type { Issue } from "../../src/base/errors.ts";
import { type CheckedPlan, checkPlan } from "../../src/plan/check.ts";
import type { PlanDraft } from "../../src/plan/schema.ts";
import { someTools } from "./some-tools.ts";

function check(plan: unknown): CheckedPlan {
  return checkPlan(plan, { tools: someTools, maxSubtasks: 50 });
}

type Draft = PlanDraft["subtasks"][number];

const REPORT: Draft = { id: "report", tool: "read_report", input: { path: "q1.md" } };

function planOf(...subtasks: Draft[]): PlanDraft {
  return { goal: "test", subtasks };
}

/** What is said against a plan, as `code path`. */
function findings(plan: unknown): string[] {
  return check(plan).issues.map(({ code, path }) => `${code} ${path}`);
}

function onlyIssue(plan: unknown): Issue {
  const { issues } = check(plan);
  expect(issues).toHaveLength(1);
  return issues[0] as Issue;
}

test("a good plan comes back with its defaults, compiled", () => {
  const checked = check({
    goal: "test",
    inputs: { year: { type: "integer", default: 2026 } },
    subtasks: [
      REPORT,
      {
        id: "save",
        tool: "write_file",
        when: "${size(report.rows) > 0 && report.rows[0].total != null}",
        dependsOn: [{ id: "report", on: "settled" }],
        input: {
          path: "${inputs.year}.md",
          text: "${report.source.url} ${report.tree.children[0].label}",
        },
      },
    ],
    output: "${save.bytes}",
  });
  expect(checked.issues).toEqual([]);
  expect(checked.plan?.version).toBe(1);
  expect(checked.plan?.subtasks[1]?.optional).toBe(false);
  expect(checked.compiled?.graph.batches).toEqual([[0], [1]]);
  expect(checked.compiled?.output?.references).toEqual(["save"]);
});

describe("a value that is no plan", () => {
  test.each<[string, unknown, string[]]>([
    ["nothing", undefined, ["plan.schema "]],
    ["null", null, ["plan.schema "]],
    ["a text", "plan", ["plan.schema "]],
    ["an empty object", {}, ["plan.schema goal", "plan.schema subtasks"]],
    ["no subtasks", { goal: "g", subtasks: [] }, ["plan.schema subtasks"]],
    ["another version", { ...planOf(REPORT), version: 2 }, ["plan.schema version"]],
    ["an unknown key", { ...planOf(REPORT), sub_tasks: [] }, ["plan.unknown_key sub_tasks"]],
    ["a subtask that is a text", { goal: "g", subtasks: ["read"] }, ["plan.schema subtasks[0]"]],
    [
      "a subtask without id and tool",
      { goal: "g", subtasks: [{}] },
      ["plan.schema subtasks[0].id", "plan.schema subtasks[0].tool"],
    ],
    [
      "unknown keys, each of them",
      { goal: "g", subtasks: [{ ...REPORT, depends_on: [], needs: [] }] },
      ["plan.unknown_key subtasks[0].depends_on", "plan.unknown_key subtasks[0].needs"],
    ],
    [
      "a dependency of the wrong form",
      {
        goal: "g",
        subtasks: [
          REPORT,
          { ...REPORT, id: "b", dependsOn: [5, { id: "report", on: "end", x: 1 }] },
        ],
      },
      [
        "plan.schema subtasks[1].dependsOn[0]",
        "plan.schema subtasks[1].dependsOn[1].on",
        "plan.unknown_key subtasks[1].dependsOn[1].x",
      ],
    ],
    [
      "policies that cannot be read",
      { goal: "g", subtasks: [{ ...REPORT, timeout: "soon", optional: "no", when: 1 }] },
      [
        "plan.schema subtasks[0].when",
        "plan.schema subtasks[0].optional",
        "plan.schema subtasks[0].timeout",
      ],
    ],
    [
      "limits of no time",
      {
        goal: "g",
        subtasks: [
          { ...REPORT, timeout: "0ms", totalTimeout: "0.0s", approval: { timeout: "0d" } },
        ],
      },
      [
        "plan.schema subtasks[0].timeout",
        "plan.schema subtasks[0].totalTimeout",
        "plan.schema subtasks[0].approval.timeout",
      ],
    ],
    [
      "input that is not JSON",
      { goal: "g", subtasks: [{ ...REPORT, tool: "anything", input: { at: new Date(0) } }] },
      ["plan.schema subtasks[0].input.at"],
    ],
    [
      "inputs of no type, and defaults of another",
      {
        ...planOf(REPORT),
        inputs: {
          a: { type: "date" },
          b: { type: "integer", default: 1.5 },
          "C-d": { type: "string" },
        },
      },
      ["plan.schema inputs.a.type", 'plan.schema inputs["C-d"]'],
    ],
  ])("is refused: %s", (_, plan, expected) => {
    expect(findings(plan)).toEqual(expected);
  });

  test("is refused when it is nested without end or holds itself", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    const ring: unknown[] = [];
    ring.push({ ring });
    for (const input of [{ deep }, { ring }]) {
      expect(onlyIssue({ goal: "g", subtasks: [{ ...REPORT, input }] }).message).toContain(
        "too deep",
      );
    }
  });

  test("is refused with the format's own hint, whatever the names in it", () => {
    const input = { constructor: Number.NaN };
    const { path, hint } = onlyIssue({
      goal: "g",
      subtasks: [{ ...REPORT, tool: "anything", input }],
    });
    expect(path).toBe("subtasks[0].input.constructor");
    expect(hint).toBe("Give the tool's arguments as an object.");
  });

  test("is refused when it has more subtasks than the limit, and nothing else is looked at", () => {
    const subtasks = Array.from({ length: 51 }, () => ({ nonsense: true }));
    expect(findings({ goal: "g", subtasks })).toEqual(["plan.too_large subtasks"]);
  });

  test("hides no mistakes in the parts that can be read, and causes none", () => {
    const plan = {
      goal: "",
      subtasks: [
        { id: "Bad-Id", tool: "read_reprt", input: { path: "x" } },
        {
          id: "b",
          tool: "write_file",
          dependsOn: ["Bad-Id", "c"],
          input: { path: 1, text: "${Bad.text}" },
        },
        7,
      ],
    };
    expect(findings(plan)).toEqual([
      "plan.schema goal",
      "plan.schema subtasks[0].id",
      "plan.schema subtasks[1].dependsOn[0]",
      "plan.schema subtasks[2]",
      "plan.unknown_tool subtasks[0].tool",
      "plan.unknown_dependency subtasks[1].dependsOn[1]",
      "plan.invalid_input subtasks[1].input.path",
    ]);
  });
});

describe("names", () => {
  test("of subtasks are given once", () => {
    const { path, message } = onlyIssue(planOf(REPORT, { ...REPORT, id: "b" }, REPORT));
    expect(path).toBe("subtasks[2].id");
    expect(message).toContain("subtasks[0]");
  });

  test.each<[string, unknown, string, string]>([
    [
      "a tool",
      planOf({ ...REPORT, tool: "read_reprot" }),
      "plan.unknown_tool",
      "Did you mean read_report?",
    ],
    [
      "a tool far off",
      planOf({ ...REPORT, tool: "zzz" }),
      "plan.unknown_tool",
      "The tools are read_report, write_file",
    ],
    [
      "a dependency",
      planOf(REPORT, { id: "b", tool: "anything", dependsOn: ["reprt"] }),
      "plan.unknown_dependency",
      "Did you mean report?",
    ],
    [
      "a settled dependency",
      planOf({ id: "b", tool: "anything", dependsOn: [{ id: "x", on: "settled" }] }),
      "plan.unknown_dependency",
      "The subtasks are b.",
    ],
    [
      "a reference",
      planOf(REPORT, { id: "b", tool: "anything", input: { x: ["${repot.text}"] } }),
      "plan.unknown_reference",
      "Did you mean report?",
    ],
    [
      "a reference in the output",
      { ...planOf(REPORT), output: { a: "${nothing}" } },
      "plan.unknown_reference",
      "Expressions may name inputs, report.",
    ],
    [
      "a reference in a condition",
      planOf({ ...REPORT, when: "${ready}" }),
      "plan.unknown_reference",
      "inputs, report",
    ],
    ["a key", { ...planOf(REPORT), outputs: 1 }, "plan.unknown_key", "Did you mean output?"],
    [
      "a function",
      planOf({ ...REPORT, input: { path: "${uper('x')}" } }),
      "expression.syntax",
      "Did you mean upper?",
    ],
    [
      "a field",
      { ...planOf(REPORT), output: "${report.txt}" },
      "plan.unknown_field",
      "Did you mean text?",
    ],
    [
      "a tool's argument",
      planOf({ ...REPORT, input: { path: "x", limt: 1 } }),
      "plan.invalid_input",
      "Did you mean limit?",
    ],
    [
      "an input",
      { ...planOf(REPORT), inputs: { year: { type: "integer" } }, output: "${inputs.yaer}" },
      "plan.unknown_field",
      "Did you mean year?",
    ],
  ])("that nothing has are named with the likely one: %s", (_, plan, code, hint) => {
    const issue = onlyIssue(plan);
    expect(issue.code).toBe(code);
    expect(issue.hint).toContain(hint);
  });

  test("that macros bind are not references", () => {
    expect(
      findings({
        ...planOf(REPORT),
        output: "${report.rows.filter(r, r.total > 1).map(r, r.city)}",
      }),
    ).toEqual([]);
  });

  test("of a subtask called inputs stand before the plan's own inputs", () => {
    const plan = { ...planOf({ ...REPORT, id: "inputs" }), output: "${inputs.text}" };
    expect(findings(plan)).toEqual([]);
    expect(check(plan).compiled?.output?.references).toEqual(["inputs"]);
  });
});

describe("a field in an expression", () => {
  const certain: [string, string][] = [
    ["report.nope", "report has no field nope."],
    ["report.text.length", "report.text has no field length."],
    ["report.rows.city", "report.rows has no field city."],
    ["report.rows[0].town", "report.rows[0] has no field town."],
    ["report.rows[report.count].town", "report.rows[…] has no field town."],
    ["report.rows.map(r, r.town)", "report.rows[…] has no field town."],
    ["report.rows.filter(r, r.total > 1)[0].town", "report.rows[0] has no field town."],
    ["report.rows.exists(r, r.city == 'x' && report.nope == 1)", "report has no field nope."],
    ["cel.bind(x, report.rows[0], x.town)", "report.rows[0] has no field town."],
    ["report.source.port", "report.source has no field port."],
    ["report.pair[0].right", "report.pair[0] has no field right."],
    [
      "report.tree.children[0].children[1].nope",
      "report.tree.children[0].children[1] has no field nope.",
    ],
    ['report["nope"]', "report has no field nope."],
    ["list.nope", "list has no field nope."],
    ["list[0].nope", "list[0] has no field nope."],
    ["inputs.month", "inputs has no field month."],
    ["inputs.year.x", "inputs.year has no field x."],
  ];
  const open = [
    "report.rows[0].total",
    "report.meta.whatever.deep[3]",
    "report.source.url + report.source.path",
    "report.pair[1].right",
    "report.tree.children[0].children[1].label",
    "has(report.nope)",
    "default(report.nope, 1)",
    "any.whatever[0].you.like",
    "report.rows.map(r, {'x': r.city})[0].y",
    "fromJson(report.text).x",
    "inputs.options.x",
    "report[report.text]",
  ];
  const planWith = (expression: string) => ({
    ...planOf(REPORT, { id: "list", tool: "no_input" }, { id: "any", tool: "anything" }),
    inputs: { year: { type: "integer" }, options: { type: "object" } },
    output: `\${${expression}}`,
  });

  test.each(certain)("that no output has is refused: %s", (expression, message) => {
    const issue = onlyIssue(planWith(expression));
    expect(issue).toMatchObject({ code: "plan.unknown_field", path: "output", message });
  });

  test.each(open)("that may exist is let through: %s", (expression) => {
    expect(findings(planWith(expression))).toEqual([]);
  });
});

describe("an input against its tool", () => {
  const write = (input: Draft["input"], ...more: Draft[]) =>
    planOf(REPORT, ...more, {
      id: "w",
      tool: "write_file",
      input: { path: "p", text: "t", ...input },
    });

  test.each<[string, unknown, string, string]>([
    [
      "a literal of the wrong type",
      planOf({ ...REPORT, input: { path: 5 } }),
      "subtasks[0].input.path",
      "refuses path",
    ],
    [
      "a literal that the schema refuses",
      planOf({ ...REPORT, input: { path: "x", limit: -1 } }),
      "subtasks[0].input.limit",
      "refuses limit",
    ],
    [
      "a literal deep inside",
      planOf({ ...REPORT, input: { path: "x", options: { mode: "slow" } } }),
      "subtasks[0].input.options.mode",
      "refuses options.mode",
    ],
    [
      "a missing argument",
      planOf({ ...REPORT, input: {} }),
      "subtasks[0].input.path",
      "needs path",
    ],
    [
      "a missing argument beside an expression",
      planOf(REPORT, { id: "w", tool: "write_file", input: { text: "${report.text}" } }),
      "subtasks[1].input.path",
      "needs path",
    ],
    [
      "an unknown argument",
      planOf({ id: "n", tool: "no_input", input: { x: 1 } }),
      "subtasks[0].input.x",
      "takes no x",
    ],
    [
      "an unknown argument deep inside",
      planOf({ ...REPORT, input: { path: "x", options: { mode: "fast", speed: 1 } } }),
      "subtasks[0].input.options.speed",
      "takes no options.speed",
    ],
    [
      "a bad literal beside an expression",
      write({ path: "${report.text}", tags: "x" }),
      "subtasks[1].input.tags",
      "refuses tags",
    ],
    [
      "a list where a text is wanted",
      write({ text: "${report.rows}" }),
      "subtasks[1].input.text",
      "gives an array, but text of write_file takes a string",
    ],
    [
      "a number where a text is wanted",
      write({ text: "${size(report.rows)}" }),
      "subtasks[1].input.text",
      "gives a number",
    ],
    [
      "a text where a list is wanted",
      write({ tags: "${report.text}" }),
      "subtasks[1].input.tags",
      "gives a string, but tags of write_file takes an array",
    ],
    [
      "a mixed text where a number is wanted",
      planOf(REPORT, { ...REPORT, id: "b", input: { path: "x", limit: "${report.count} rows" } }),
      "subtasks[1].input.limit",
      "A text with an expression in it gives a string",
    ],
    [
      "an element of the wrong type",
      write({ tags: ["a", "${report.rows[0]}"] }),
      "subtasks[1].input.tags[1]",
      "gives an object",
    ],
  ])("is refused: %s", (_, plan, path, message) => {
    const issue = onlyIssue(plan);
    expect(issue).toMatchObject({ code: "plan.invalid_input", path });
    expect(issue.message).toContain(message);
    expect(issue.hint).not.toBe("");
  });

  test.each<[string, unknown]>([
    [
      "an expression whose type is open",
      write({ text: "${any.x}" }, { id: "any", tool: "anything" }),
    ],
    ["a value that is sometimes null", write({ size: "${report.rows[0].total}" })],
    ["a text that the schema turns into a number", write({ size: "${report.text}" })],
    ["one of a union", write({ lines: "${report.rows.map(r, r.city)}" })],
    [
      "an integer that is only known to be a number",
      planOf(REPORT, { ...REPORT, id: "b", input: { path: "x", limit: "${report.count}" } }),
    ],
    ["a schema that must be waited for", planOf({ id: "l", tool: "later", input: { name: "" } })],
    [
      "a field called constructor",
      planOf({ id: "l", tool: "anything", input: { constructor: "Ferrari" } }),
    ],
    ["any keys of a loose schema", planOf({ id: "l", tool: "anything", input: { a: { b: [1] } } })],
    ["an escaped text, which is literal", planOf({ ...REPORT, input: { path: "$${x}" } })],
  ])("is let through: %s", (_, plan) => {
    expect(findings(plan)).toEqual([]);
  });

  test("tells what the argument is, in the tool's own words", () => {
    expect(onlyIssue(planOf({ ...REPORT, input: {} })).hint).toBe("Path of the report.");
  });
});

describe("a condition", () => {
  test.each<[string, string, string]>([
    ["size(report.rows) > 0", "plan.invalid_input", "this one is a text"],
    ["${report.count} > 0", "plan.invalid_input", "this one is a text"],
    ["${report.count}", "plan.invalid_input", "this one gives number"],
    ["${size(report.rows)}", "plan.invalid_input", "this one gives number"],
    ["${report.}", "expression.syntax", "is not an expression"],
  ])("that cannot be true or false is refused: %s", (when, code, message) => {
    const issue = onlyIssue(planOf(REPORT, { id: "b", tool: "anything", when }));
    expect(issue).toMatchObject({ code, path: "subtasks[1].when" });
    expect(issue.message).toContain(message);
  });

  test.each([true, false, "${report.count > 0}", "${any.ready}", "${true}"])(
    "may be %s",
    (when) => {
      const plan = planOf(
        REPORT,
        { id: "any", tool: "anything" },
        { id: "b", tool: "anything", when },
      );
      expect(findings(plan)).toEqual([]);
    },
  );
});

describe("a cycle", () => {
  test("is named with its path, beside all other issues", () => {
    const plan = planOf(
      { id: "a", tool: "anything", input: { x: "${c.y}" } },
      { id: "b", tool: "anything", dependsOn: ["a"] },
      { id: "c", tool: "nothing", dependsOn: ["b"] },
    );
    expect(findings(plan)).toEqual([
      "plan.unknown_tool subtasks[2].tool",
      "plan.cycle subtasks[0]",
    ]);
    expect(check(plan).issues.at(-1)?.message).toContain("a → b → c → a");
  });

  test("may be of one subtask that reads itself", () => {
    const plan = planOf({ id: "a", tool: "anything", input: { x: "${a.y}" } });
    expect(onlyIssue(plan).message).toContain("a → a");
  });
});

test("an expression that cannot be read is not also a value of the wrong type", () => {
  const input = { path: "x", limit: "${report." };
  expect(findings(planOf({ ...REPORT, input }))).toEqual([
    "expression.syntax subtasks[0].input.limit",
  ]);
});

test("every issue of every kind comes at once, with path and cure", () => {
  const plan = {
    goal: "test",
    extra: 1,
    subtasks: [
      { id: "a", tool: "read_report", input: { path: "", limit: "many" } },
      { id: "a", tool: "reader", input: {} },
      { id: "b", tool: "write_file", dependsOn: ["zzz"], input: { path: "${a.", text: "${q.x}" } },
    ],
  };
  expect(findings(plan)).toEqual([
    "plan.unknown_key extra",
    "plan.duplicate_id subtasks[1].id",
    "plan.unknown_tool subtasks[1].tool",
    "plan.unknown_dependency subtasks[2].dependsOn[0]",
    "expression.syntax subtasks[2].input.path",
    "plan.invalid_input subtasks[0].input.path",
    "plan.invalid_input subtasks[0].input.limit",
    "plan.unknown_reference subtasks[2].input.text",
  ]);
  for (const { message, hint } of check(plan).issues) {
    expect(message).toMatch(/\.$/);
    expect(hint).toMatch(/[.?]$/);
  }
});

test("a plan in which everything is wrong has an issue for everything, however many", () => {
  const subtasks = Array.from({ length: 50_000 }, (_, index) => ({
    id: `s${index}`,
    tool: "nothing",
    input: { a: `\${q${index}.x}`, b: "${" },
  }));
  const { issues } = checkPlan({ goal: "g", subtasks }, { tools: someTools, maxSubtasks: 50_000 });
  expect(issues).toHaveLength(150_000);
});

test("a plan of 10,000 subtasks is checked whole", () => {
  const subtasks = Array.from({ length: 10_000 }, (_, index) => ({
    id: `s${index}`,
    tool: "anything",
    input:
      index < 3
        ? {}
        : { a: `\${s${index - 1}.x}`, b: `\${s${index - 2}.x}`, c: `\${s${index - 3}.x}` },
  }));
  const checked = checkPlan({ goal: "g", subtasks }, { tools: someTools, maxSubtasks: 10_000 });
  expect(checked.compiled?.graph.batches).toHaveLength(9_998);
});
