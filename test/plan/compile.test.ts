import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { compilePlan, resolveInputs } from "../../src/plan/compile.ts";
import { type PlanDraft, planSchema } from "../../src/plan/schema.ts";

function plan(draft: Partial<PlanDraft>) {
  return planSchema.parse({ goal: "test", subtasks: [{ id: "a", tool: "t" }], ...draft });
}

function issuesOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  return [];
}

describe("a compiled plan", () => {
  test("has its graph from expressions and dependsOn, and its conditions", () => {
    const { graph, subtasks, output } = compilePlan(
      plan({
        subtasks: [
          { id: "c", tool: "t", dependsOn: [{ id: "b", on: "settled" }], input: { x: "${b.y}" } },
          { id: "b", tool: "t", when: "${a.ready}" },
          { id: "a", tool: "t", when: false },
        ],
        output: ["${c}"],
      }),
    );
    expect(graph.batches).toEqual([[2], [1], [0]]);
    expect(graph.dependencies[0]).toEqual([{ index: 1, on: "settled", by: "data" }]);
    expect(subtasks.map(({ when }) => typeof when)).toEqual(["undefined", "object", "boolean"]);
    expect(output?.references).toEqual(["c"]);
  });

  test("is made once for a plan", () => {
    const one = plan({});
    expect(compilePlan(one)).toBe(compilePlan(one));
  });

  test("cannot be had of a plan that was never checked", () => {
    const broken = plan({
      subtasks: [{ id: "a", tool: "t", input: { x: "${a." } }],
      output: "${}",
    });
    expect(issuesOf(() => compilePlan(broken))).toEqual([
      "expression.syntax subtasks[0].input.x",
      "expression.syntax output",
    ]);
    const ring = plan({ subtasks: [{ id: "a", tool: "t", dependsOn: ["a"] }] });
    expect(issuesOf(() => compilePlan(ring))).toEqual(["plan.cycle subtasks[0]"]);
  });
});

describe("the inputs of a plan", () => {
  const year = plan({
    inputs: {
      year: { type: "integer", default: 2026 },
      name: { type: "string", description: "whose report" },
      tags: { type: "array", default: [] },
    },
  });

  test("are what is given, and the defaults of the rest", () => {
    expect(resolveInputs(year, { name: "Ada" })).toEqual({ year: 2026, name: "Ada", tags: [] });
    expect(resolveInputs(year, { name: "", year: 1, tags: [1] })).toEqual({
      year: 1,
      name: "",
      tags: [1],
    });
  });

  test.each<[string, JsonObject, string[]]>([
    ["a missing one", {}, ["input.missing inputs.name"]],
    ["an unknown one", { name: "x", yaer: 1 }, ["input.unknown inputs.yaer"]],
    ["one of the wrong type", { name: 1 }, ["input.invalid inputs.name"]],
    ["a fraction for an integer", { name: "x", year: 1.5 }, ["input.invalid inputs.year"]],
    ["null for a value", { name: "x", tags: null }, ["input.invalid inputs.tags"]],
    ["an inherited name", { name: "x", constructor: 1 }, ["input.unknown inputs.constructor"]],
    [
      "all at once",
      { year: "x", other: 1 },
      ["input.unknown inputs.other", "input.invalid inputs.year", "input.missing inputs.name"],
    ],
  ])("are refused: %s", (_, given, expected) => {
    expect(issuesOf(() => resolveInputs(year, given))).toEqual(expected);
  });

  test("of each type take that type only", () => {
    const samples = { string: "x", integer: 1, number: 1.5, boolean: false, array: [], object: {} };
    for (const type of Object.keys(samples) as (keyof typeof samples)[]) {
      const typed = plan({ inputs: { x: { type } } });
      const taken = Object.entries(samples)
        .filter(([, value]) => issuesOf(() => resolveInputs(typed, { x: value })).length === 0)
        .map(([name]) => name);
      expect(taken).toEqual(type === "number" ? ["integer", "number"] : [type]);
    }
  });
});
