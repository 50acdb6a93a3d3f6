import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { checkPlan } from "../../src/plan/check.ts";
import {
  parsePlanText,
  renderPlanJson,
  renderPlanYaml,
  withLocations,
} from "../../src/plan/files.ts";
import { type Plan, planSchema } from "../../src/plan/schema.ts";
import { someTools } from "./some-tools.ts";

const YAML = `version: 1
goal: Read a report          # comments are kept apart
inputs:
  year: { type: integer, default: 2026 }
subtasks:
  - id: report
    tool: read_report
    dependOn: []
    input:
      path: "\${inputs.yeer}.md"
      options: { mode: slow }
  - id: save
    tool: write_fil
    input: { path: out.md, text: "\${report.text}" }
output:
  "odd key": \${nothing}
`;

const JSON_TEXT = `{
  "goal": "Read a report",
  "subtasks": [
    { "id": "a", "tool": "nope" },
    {
      "id": "b",
      "tool": "read_report",
      "input": { "path": 5 }
    }
  ]
}
`;

function places(text: string): string[] {
  const parsed = parsePlanText(text, { file: "plan.yaml" });
  const { issues } = checkPlan(parsed.value, { tools: someTools, maxSubtasks: 100 });
  return withLocations(issues, parsed).map(
    ({ code, file, line, column }) => `${code} ${file}:${line}:${column}`,
  );
}

function syntaxErrors(text: string): InputError {
  try {
    parsePlanText(text, { file: "plan.yaml" });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("The text was read.");
}

describe("an issue of a plan file", () => {
  test("stands at the value, the unknown key, or the closest thing around what is missing", () => {
    expect(places(YAML)).toEqual([
      "plan.unknown_key plan.yaml:8:5",
      "plan.unknown_tool plan.yaml:13:11",
      "plan.unknown_field plan.yaml:10:13",
      "plan.invalid_input plan.yaml:11:24",
      "plan.unknown_reference plan.yaml:16:14",
    ]);
    expect(places("goal: x\nsubtasks:\n  - id: a\n")).toEqual(["plan.schema plan.yaml:3:5"]);
    expect(places("goal: x\nsubtasks:\n")).toEqual(["plan.schema plan.yaml:2:10"]);
    expect(places("just a text")).toEqual(["plan.schema plan.yaml:1:1"]);
  });

  test("has its place in JSON, too", () => {
    expect(places(JSON_TEXT)).toEqual([
      "plan.unknown_tool plan.yaml:4:26",
      "plan.invalid_input plan.yaml:8:26",
    ]);
  });
});

describe("the text of a plan file", () => {
  test("is YAML 1.2: words and dates stay texts, and numbers are numbers", () => {
    const { value } = parsePlanText("a: no\nb: 2026-01-02\nc: 0o17\nd: 1e3\ne: ~\n", { file: "f" });
    expect(value).toEqual({ a: "no", b: "2026-01-02", c: 15, d: 1000, e: null });
  });

  test("may use anchors, and names are texts even when they look like numbers", () => {
    const { value } = parsePlanText("a: &x { n: 1 }\nb: *x\n1: one\n", { file: "f" });
    expect(value).toEqual({ a: { n: 1 }, b: { n: 1 }, "1": "one" });
  });

  test("may have a key __proto__, which is an ordinary key", () => {
    const { value } = parsePlanText("__proto__: { polluted: true }", { file: "f" });
    expect(Object.entries(value as object)).toEqual([["__proto__", { polluted: true }]]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  const bomb = ["a", "b", "c", "d", "e"]
    .map(
      (name, index, names) =>
        `${name}: &${name} [x, ${`*${names[index - 1]}, `.repeat(index && 10)}]`,
    )
    .join("\n");

  test.each<[string, string, string, number, string]>([
    ["an empty file", "", "The file is empty.", 1, "goal and subtasks"],
    ["only comments", "# nothing\n", "The file is empty.", 1, "goal and subtasks"],
    ["a key twice", "goal: a\ngoal: b\n", "unique", 2, "Remove one of the two."],
    [
      "a key twice in JSON",
      '{ "goal": "a",\n "goal": "b" }',
      "unique",
      2,
      "Remove one of the two.",
    ],
    [
      "a key twice deep in JSON",
      '{"a": [{"k": {"n": 1}},\n {"n": 1, "\\u006e": 2}]}',
      "unique",
      2,
      "Remove one",
    ],
    ["an open bracket", "goal: [a\nb: 1\n", "must", 2, "brackets"],
    ["an open text", 'goal: "a\n', "closing", 2, "quotes"],
    ["a tab for indentation", "goal: a\nsubtasks:\n\t- id: a\n", "ab", 3, "Indent with blanks."],
    ["two documents", "goal: a\n---\ngoal: b\n", "documents", 2, "one plan per file"],
    ["an unknown alias", "goal: *nothing\n", "alias", 1, ""],
    ["an unknown tag", "goal: !js/function x\n", "tag", 1, ""],
    [
      "an expression without quotes",
      "a: { path: ${a.text} }\n",
      "",
      1,
      'in quotes: "${report.text}"',
    ],
    ["aliases that multiply", bomb, "alias", 1, "Write the value out"],
  ])("is refused with place and cure: %s", (_, text, message, line, hint) => {
    const { issues } = syntaxErrors(text);
    expect(issues[0]).toMatchObject({ code: "plan.syntax", file: "plan.yaml", line });
    expect(issues[0]?.message).toContain(message);
    expect(issues.map((issue) => issue.hint).join()).toContain(hint);
    expect(issues[0]?.column).toBeGreaterThan(0);
  });

  test("in JSON gives the value that JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parsePlanText(text, { file: "f" }).value).toEqual(JSON.parse(text));
      }),
    );
  });

  test("is located by paths that the value does not have, too", () => {
    const parsed = parsePlanText('a:\n  "b c": [1, { d: 2 }]\n', { file: "f" });
    expect(parsed.locate('a["b c"][1].d')).toEqual({ line: 2, column: 19 });
    expect(parsed.locate('a["b c"][1].e.f')).toEqual({ line: 2, column: 14 });
    expect(parsed.locateKey('a["b c"][1].d')).toEqual({ line: 2, column: 16 });
    expect(parsed.locate(["a", "b c", 7])).toEqual({ line: 2, column: 10 });
    expect(parsed.locate("")).toEqual({ line: 1, column: 1 });
    expect(parsed.locate("][")).toBeUndefined();
  });
});

const PLAN: Plan = planSchema.parse({
  goal: "Compare two reports",
  inputs: { year: { type: "integer", default: 2026 } },
  subtasks: [
    {
      input: { path: "${inputs.year}.md" },
      tool: "read_report",
      id: "report",
      description: "Read it",
    },
    { id: "wait", tool: "anything" },
    {
      id: "save",
      optional: true,
      tool: "write_file",
      dependsOn: ["wait", { id: "report", on: "settled" }],
      when: "${size(report.text) > 0}",
      input: { text: "line one\nline: two\n", path: "out.md" },
      timeout: "60s",
    },
  ],
  output: "${report.text}",
});

describe("a plan written to a file", () => {
  test("reads well in YAML: known keys in order, defaults left out, long texts in blocks", () => {
    expect(renderPlanYaml(PLAN)).toBe(`version: 1
goal: Compare two reports
inputs:
  year:
    type: integer
    default: 2026
subtasks:
  - id: report
    description: Read it
    tool: read_report
    input:
      path: \${inputs.year}.md
  - id: wait
    tool: anything
  - id: save
    tool: write_file
    dependsOn: [ wait, { id: report, on: settled } ]
    when: \${size(report.text) > 0}
    input:
      text: |
        line one
        line: two
      path: out.md
    optional: true
    timeout: 60s
output: \${report.text}
`);
  });

  test("comes back as the same plan, whatever its texts are", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[ \n\t:#'"{}[\]&*!|>%@`~,?$\\-]{0,10}$/),
      fc.constantFrom("null", "true", "1e3", "0x1f", "2026-01-01", "=", "<<", "", "no"),
    );
    // Without the negative zero, which JSON text does not keep.
    const json = fc
      .jsonValue({ stringUnit: "binary" })
      .map((value): unknown => JSON.parse(JSON.stringify(value)));
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const subtask = fc.record(
      {
        id: name,
        description: text.filter((value) => value !== ""),
        tool: name,
        input: fc.dictionary(text, fc.oneof(text, json)),
        dependsOn: fc.array(
          fc.oneof(name, fc.record({ id: name, on: fc.constantFrom("success", "settled") })),
        ),
        when: fc.oneof(
          fc.boolean(),
          text.filter((value) => value !== ""),
        ),
        optional: fc.boolean(),
        timeout: fc.constantFrom("1s", "5m"),
      },
      { requiredKeys: ["id", "tool"] },
    );
    const draft = fc.record(
      {
        goal: text.filter((value) => value !== ""),
        inputs: fc.dictionary(
          name,
          fc.record({ type: fc.constantFrom("string", "object"), default: json }),
        ),
        subtasks: fc.array(subtask, { minLength: 1, maxLength: 4 }),
        output: fc.oneof(text, json),
      },
      { requiredKeys: ["goal", "subtasks"] },
    );
    fc.assert(
      fc.property(draft, (value) => {
        const plan = planSchema.parse(value);
        for (const written of [renderPlanYaml(plan), renderPlanJson(plan)]) {
          const { value: read } = parsePlanText(written, { file: "plan" });
          expect(planSchema.parse(read)).toEqual(plan);
        }
      }),
    );
  });

  test("keeps what only looks like a default", () => {
    const { value } = parsePlanText(renderPlanYaml({ ...PLAN, output: {} }), { file: "f" });
    expect(planSchema.parse(value).output).toEqual({});
  });
});
