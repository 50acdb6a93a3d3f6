import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import { checkPlan } from "../../src/plan/check.ts";
import { readAnswer, renderAnswer } from "../../src/planner/answer.ts";
import { EXAMPLES, examplesFor } from "../../src/planner/examples.ts";
import { goalMessage, planningPrompt, repairMessage } from "../../src/planner/prompt.ts";
import { TOOLS } from "./plan-request.ts";

const NO_TOOLS = { get: () => undefined, names: () => [] };

describe.each(EXAMPLES)("the example $goal", ({ plan, tools }) => {
  it("is read back as the plan that it shows", () => {
    expect(readAnswer(renderAnswer(plan), "g")).toEqual({
      kind: "plan",
      plan: { version: 1, goal: "g", ...plan },
    });
  });

  it("is a plan in which only the tools are unknown, and they stand above it", () => {
    const { issues } = checkPlan({ goal: "g", ...plan }, { tools: NO_TOOLS, maxSubtasks: 9 });
    expect(new Set(issues.map(({ code }) => code))).toEqual(new Set(["plan.unknown_tool"]));
    for (const { tool } of plan.subtasks) expect(tools).toContain(`${tool}(`);
  });
});

it("teaches no expression that plans refuse", () => {
  const [instructions] = planningPrompt([]);
  const section = /# Expressions([\s\S]*)# Rules/.exec(instructions?.text ?? "")?.[1] ?? "";
  const taught: JsonObject = {
    "a ? b : c": "${has(t.rows) ? 1 : 2}",
    in: "${1 in t.list}",
    "rows[0].name": "${t.rows[0].name}",
    "size(x)": "${size(t.rows) % 2 == 0 && !(1 >= 2) || 1 != 2}",
    "has(a.b)": "${has(t.rows)}",
    "list.filter(x, x.amount > 100)": "${t.rows.filter(x, x.amount > 100)}",
    "list.map(x, x.name)": "${t.rows.map(x, x.name)}",
    "list.exists(x, ...)": "${t.rows.exists(x, x.n == 1)}",
    "list.all(x, ...)": "${t.rows.all(x, x.n == 1)}",
    "text.contains('b')": "${t.text.contains('b')}",
    "text.startsWith('b')": "${t.text.startsWith('b')}",
    "text.endsWith('b')": "${t.text.endsWith('b')}",
    "text.matches('regex')": "${t.text.matches('^b+$')}",
    "sum(list)": "${sum(t.list) + 1.5 - 2 * 3 / 4}",
    "avg(list)": "${avg(t.list)}",
    "min(list)": "${min(t.list)}",
    "max(list)": "${max(t.list)}",
    "sort(list)": "${sort(t.list)}",
    "unique(list)": "${unique(t.list)}",
    "join(list, ', ')": "${join(t.list, ', ')}",
    "split(text, ',')": "${split(t.text, ',')}",
    "lower(text)": "${lower(t.text)}",
    "upper(text)": "${upper(t.text)}",
    "trim(text)": "${trim(t.text)}",
    "round(number, digits)": "${round(t.n, 2)}",
    "toJson(value)": "${toJson(t.rows)}",
    "fromJson(text)": "${fromJson(t.text)}",
    "default(value, otherwise)": "${default(t.n, 0)}",
  };
  for (const form of Object.keys(taught)) expect(section.replace(/\s+/g, " ")).toContain(form);
  const subtasks = [{ id: "t", tool: "any" }];
  const { issues } = checkPlan(
    { goal: "g", subtasks, output: taught },
    { tools: NO_TOOLS, maxSubtasks: 1 },
  );
  expect(issues.map(({ code }) => code)).toEqual(["plan.unknown_tool"]);
});

it("shows every tool with its types, its effects and what its parameters mean", () => {
  const [, tools] = planningPrompt(TOOLS);
  expect(tools?.text).toBe(
    `
# Tools

read_table(path: string) -> { rows: object[] }  [reads]
  Read a CSV file as rows.
  - path: Below the workspace.

take_rows(rows: object[], count?: integer = 5, order?: { by: string, descending?: boolean }) -> { rows: object[] }  [no effects]
  The first rows of a table.

save_text(path: string, text: string) -> { bytes: integer }  [writes]
  Write a text into a file.
`.trim(),
  );
});

it("says what day it is where the user is", () => {
  const now = Date.UTC(2026, 10, 21, 23, 30);
  expect(goalMessage({ goal: "Go", now }, "Asia/Tokyo").content).toContain(
    "Today is Sunday, 2026-11-22; it is 08:30 in Asia/Tokyo.",
  );
});

it("sends errors back with their places and cures, and not more than can be read", () => {
  const issue = { code: "plan.cycle", path: "subtasks[1]", message: "A cycle.", hint: "Cut it." };
  const { content } = repairMessage(Array.from({ length: 50 }, () => issue) as never);
  expect(content).toContain("1. subtasks[1]: A cycle. (plan.cycle) Cut it.");
  expect(content.match(/A cycle/g)).toHaveLength(20);
  expect(content).toContain("among others");
});

it("begins alike for every goal, with the user's own rules and examples behind the tools", () => {
  const examples = [{ goal: "Save 1", plan: { subtasks: [{ id: "a", tool: "save_text" }] } }];
  const options = { instructions: "Never write.", examples };
  const [first, second] = planningPrompt([...TOOLS, ...TOOLS], TOOLS, options);
  expect(first).toEqual(planningPrompt(TOOLS)[0]);
  expect(second?.text).toMatch(
    /# Tools[\s\S]+These are 3 of 6 tools[\s\S]+Never write\.[\s\S]+Goal: Save 1\n/,
  );
});

it("shows the examples that teach something about the tools at hand", () => {
  const goals = (tools: typeof TOOLS) => examplesFor(tools).map(({ goal }) => goal.slice(0, 12));
  const readers = TOOLS.filter(({ effects }) => effects !== "write");
  const asking = TOOLS.map((tool) => ({ ...tool, needsModel: true }));
  expect(goals(readers)).toEqual(["Revenue by r", "Which of Osl"]);
  expect(examplesFor(readers)[1]?.goal).not.toContain("mail");
  expect(examplesFor(TOOLS)[0]?.goal).toContain("mail");
  expect(goals(asking)).toContain("What do minu");
});
