import { expect, test } from "vitest";
import { diffPlans, isSamePlan, renderDiff } from "../../src/plan/diff.ts";
import { type PlanDraft, planSchema } from "../../src/plan/schema.ts";

function plan(draft: Partial<PlanDraft>) {
  const subtasks = [{ id: "a", tool: "read" }];
  return planSchema.parse({ goal: "Compare", subtasks, ...draft });
}

const BEFORE = plan({
  inputs: { year: { type: "integer" } },
  subtasks: [
    { id: "a", tool: "read_file", input: { path: "a.md" } },
    { id: "old", tool: "read_file" },
    { id: "c", tool: "compare", dependsOn: ["a"], input: { x: { y: "${a.text}", list: [1, 2] } } },
  ],
  output: "${c}",
});

const AFTER = plan({
  goal: "Compare well",
  inputs: { year: { type: "integer", default: 2026 } },
  subtasks: [
    {
      id: "c",
      tool: "compare_texts",
      dependsOn: ["a"],
      input: { x: { y: "${a.text}", list: [1] }, z: 1 },
    },
    { id: "a", tool: "read_file", input: { path: "a.md" } },
    { id: "new", tool: "count", description: "Count\nwords" },
  ],
  output: "${c}",
});

test("the difference of two plans is by subtask and field", () => {
  const diff = diffPlans(BEFORE, AFTER);
  expect(diff.plan.map(({ field }) => field)).toEqual(["goal", "inputs.year.default"]);
  expect(diff.added.map(({ id }) => id)).toEqual(["new"]);
  expect(diff.removed.map(({ id }) => id)).toEqual(["old"]);
  expect(diff.unchanged).toEqual(["a"]);
  expect(diff.changed).toEqual([
    {
      id: "c",
      fields: [
        { field: "tool", before: "compare", after: "compare_texts" },
        { field: "input.x.list", before: [1, 2], after: [1] },
        { field: "input.z", before: null, after: 1 },
      ],
    },
  ]);
  expect(renderDiff(diff)).toBe(`~ goal: "Compare" → "Compare well"
~ inputs.year.default: null → 2026
- old  read_file
+ new  count  Count words
~ c
    tool: "compare" → "compare_texts"
    input.x.list: [1,2] → [1]
    input.z: null → 1
= 1 unchanged
`);
});

test("what means the same is no difference: order of subtasks, of dependencies, and their long form", () => {
  const one = plan({
    subtasks: [
      { id: "a", tool: "t" },
      { id: "b", tool: "t" },
      { id: "c", tool: "t", dependsOn: ["a", { id: "b", on: "settled" }], input: { x: 1, y: 2 } },
    ],
  });
  const other = plan({
    subtasks: [
      { id: "b", tool: "t" },
      {
        id: "c",
        tool: "t",
        dependsOn: [
          { id: "b", on: "settled" },
          { id: "a", on: "success" },
        ],
        input: { y: 2, x: 1 },
      },
      { id: "a", tool: "t" },
    ],
  });
  expect(isSamePlan(diffPlans(one, other))).toBe(true);
  expect(renderDiff(diffPlans(one, other))).toBe("");
});

test("a dependency that now also follows a failure is a difference", () => {
  const [one, other] = (["success", "settled"] as const).map((on) =>
    plan({
      subtasks: [
        { id: "a", tool: "t" },
        { id: "b", tool: "t", dependsOn: [{ id: "a", on }] },
      ],
    }),
  );
  if (one === undefined || other === undefined) throw new Error("Two plans were made.");
  expect(diffPlans(one, other).changed.map(({ id }) => id)).toEqual(["b"]);
});
