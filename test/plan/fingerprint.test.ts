import { describe, expect, it } from "vitest";
import { compilePlan } from "../../src/plan/compile.ts";
import { isSameRevision } from "../../src/plan/fingerprint.ts";
import { type PlanDraft, planSchema } from "../../src/plan/schema.ts";

const FIRST = { id: "a", tool: "read", input: { path: "a.txt", mode: "text" } };
const SECOND = { id: "b", tool: "write", input: { text: "${a}" } };
const PLAN: PlanDraft = { goal: "g", subtasks: [FIRST, SECOND], output: { x: "${a}", y: 1 } };

function isSame(draft: PlanDraft): boolean {
  const [before, after] = [PLAN, draft].map((one) => compilePlan(planSchema.parse(one)));
  return before !== undefined && after !== undefined && isSameRevision(before, after);
}

describe("a revision", () => {
  it.each<[string, PlanDraft]>([
    ["in another order", { ...PLAN, subtasks: [SECOND, FIRST] }],
    [
      "with other words about it",
      { ...PLAN, goal: "h", subtasks: [{ ...FIRST, description: "Read" }, SECOND] },
    ],
    ["with its keys in another order", { ...PLAN, output: { y: 1, x: "${a}" } }],
  ])("is the same %s", (_what, draft) => {
    expect(isSame(draft)).toBe(true);
  });

  it.each<[string, PlanDraft]>([
    ["another input", { ...PLAN, subtasks: [{ ...FIRST, input: { path: "b.txt" } }, SECOND] }],
    ["another output", { ...PLAN, output: { x: "${a}", y: 2 } }],
    ["no output", { goal: "g", subtasks: [FIRST, SECOND] }],
    ["a subtask less", { ...PLAN, subtasks: [FIRST] }],
    ["a subtask more", { ...PLAN, subtasks: [FIRST, SECOND, { ...SECOND, id: "c" }] }],
  ])("is another one with %s", (_what, draft) => {
    expect(isSame(draft)).toBe(false);
  });

  it("without an output is another one than with null", () => {
    const { output: _output, ...none } = PLAN;
    const [a, b] = [none, { ...none, output: null }].map((one) =>
      compilePlan(planSchema.parse(one)),
    );
    expect(a && b && isSameRevision(a, b)).toBe(false);
  });
});
