import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import { ANTHROPIC_STRICT, OPENAI_STRICT, strictSchema } from "../../src/models/strict-schema.ts";
import { readRevision, renderPatch, revisionSchema } from "../../src/planner/revision-answer.ts";
import { planOf } from "./revision-request.ts";

const A = { id: "a", tool: "read_table", input: { path: "a.csv" } };
const PLAN = planOf({ goal: "the user's goal", subtasks: [A], output: "${a.rows}" });
const read = (answer: unknown) => readRevision(JSON.stringify(answer), PLAN);

const PATCH = {
  replace: [{ ...A, input: { path: "b.csv", order: { by: "x" } }, optional: true }],
  add: [{ ...A, id: "b", when: "${size(a.rows) > 0}", dependsOn: ["a"] }],
  output: { both: ["${a.rows}", "${b.rows}"] },
};

describe("the form of a revision", () => {
  const schema = revisionSchema(["read_table"], false);

  it("can be expressed in every strict mode, with subtasks told once", () => {
    for (const dialect of [ANTHROPIC_STRICT, OPENAI_STRICT]) {
      const strict = strictSchema(schema, dialect);
      expect(strict).toBeDefined();
      expect(JSON.stringify(strict).match(/"dependsOn"/g)?.length).toBeLessThanOrEqual(2);
    }
  });

  it("takes what is written in it, and no tool that is not there", () => {
    const accepts = new Ajv2020().compile(schema);
    const written = JSON.parse(renderPatch(PATCH)) as JsonObject;
    expect(accepts(written)).toBe(true);
    expect(accepts({ cannot: "No." })).toBe(true);
    const [first] = written["add"] as [JsonObject];
    expect(accepts({ subtasks: [first], output: "x" })).toBe(true);
    expect(accepts({ add: [{ ...first, tool: "send" }] })).toBe(false);
    expect(accepts({ moreTools: ["send"] })).toBe(false);
    expect(new Ajv2020().compile(revisionSchema(["a"], true))({ moreTools: ["send"] })).toBe(true);
  });

  it("is read back as it was meant", () => {
    const { plan } = readRevision(renderPatch(PATCH), PLAN) as { plan: JsonObject };
    expect(plan).toMatchObject({
      subtasks: [PATCH.replace[0], PATCH.add[0]],
      output: PATCH.output,
    });
  });
});

it("takes null and nothing for what a strict mode must write and does not mean", () => {
  const nothing = { cannot: null, keep: [], replace: null, add: [], remove: [], output: null };
  expect(read({ ...nothing, subtasks: [] })).toEqual({ kind: "plan", plan: PLAN, issues: [] });
  expect(read({ ...nothing, subtasks: null, cannot: " No tool. " })).toEqual({
    kind: "cannot",
    reason: "No tool.",
  });
  expect(read({ ...nothing, questions: null, add: [{ ...A, id: "b" }] })).toMatchObject({
    kind: "plan",
    plan: { subtasks: [{ id: "a" }, { id: "b" }], output: "${a.rows}" },
  });
});

it("keeps the user's goal, whatever the model says", () => {
  expect(read({ version: 2, goal: "mine", subtasks: [A] })).toMatchObject({
    plan: { version: 1, goal: "the user's goal" },
  });
});

it("reads a wish for tools", () => {
  expect(read({ moreTools: ["send mail"] })).toEqual({
    kind: "wants_tools",
    keywords: ["send mail"],
  });
});

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

it.each<[string, string, string]>([
  ["no JSON", "Let me see.", ""],
  ["no object", "[]", ""],
  ["a field that there is none of", '{"questions":[{"id":"a"}]}', "questions"],
  ["a list of ids that is none", '{"remove":"a"}', "remove"],
  ["a list of subtasks that holds others", '{"add":["b"]}', "add"],
  ["both a patch and a whole plan", '{"add":[{"id":"b"}],"subtasks":[{"id":"a"}]}', "subtasks"],
  ["a revision and a reason for none", '{"remove":["a"],"cannot":"No."}', "cannot"],
  ["a reason that is no text", '{"cannot":{"why":1}}', "cannot"],
  ["JSON text inside that does not parse", '{"output":{"json":"{"}}', "output"],
  ["more than a plan can be", `{"add":[{"id":"b","tool":${deep(5_000)}}]}`, ""],
])("refuses %s, and names the place", (_what, text, path) => {
  expect(readRevision(text, PLAN)).toMatchObject({ kind: "unreadable", issues: [{ path }] });
});
