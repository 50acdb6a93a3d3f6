import { expect, it } from "vitest";
import { readAnswer } from "../../src/planner/answer.ts";

const SUBTASKS = [{ id: "a", tool: "read_table" }];
const read = (answer: object) => readAnswer(JSON.stringify(answer), "the user's goal");

it("keeps the user's words as the goal, and the format's version, whatever the model says", () => {
  expect(read({ version: 2, goal: "mine", subtasks: SUBTASKS, output: "${a.rows}" })).toEqual({
    kind: "plan",
    plan: { version: 1, goal: "the user's goal", subtasks: SUBTASKS, output: "${a.rows}" },
  });
});

it("takes an output of null for none", () => {
  expect(read({ cannot: null, subtasks: SUBTASKS, output: null })).toEqual({
    kind: "plan",
    plan: { version: 1, goal: "the user's goal", subtasks: SUBTASKS },
  });
});

it("keeps keys that it does not know for the check to name", () => {
  expect(read({ subtasks: SUBTASKS, notes: "hm" })).toMatchObject({ plan: { notes: "hm" } });
});

it.each([
  ["without subtasks", { cannot: "No tool." }],
  ["with none", { cannot: "No tool.", subtasks: [], output: null }],
])("takes a reason %s for an answer", (_what, answer) => {
  expect(read(answer)).toEqual({ kind: "cannot", reason: "No tool." });
});

it("refuses an answer that is JSON but no object", () => {
  expect(readAnswer("[1]", "g")).toMatchObject({
    kind: "unreadable",
    issues: [{ code: "plan.schema" }],
  });
});
