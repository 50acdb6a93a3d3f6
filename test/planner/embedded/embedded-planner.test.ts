import { expect, test } from "vitest";
import type { Issue } from "../../../src/base/errors.ts";
import type { Json } from "../../../src/base/json.ts";
import { NO_USAGE } from "../../../src/models/model.ts";
import { createEmbeddedPlanner } from "../../../src/planner/embedded/embedded-planner.ts";
import { planFor, requestFor } from "./planning.ts";
import { offlineTools, ownTools } from "./tools.ts";

const GOAL =
  "Total, mean and maximum of amount by region from sales.csv, written as a Markdown table into summary.md";

test("planning asks no model and costs nothing", async () => {
  const planner = createEmbeddedPlanner();
  expect(planner.name).toBe("embedded");
  const outcome = await planner.plan(requestFor(GOAL, offlineTools()));
  expect(outcome).toMatchObject({ status: "planned", usage: NO_USAGE, modelCalls: 0 });
});

test("the same goal gives the same plan, with other goals planned in between", async () => {
  const planner = createEmbeddedPlanner();
  const tools = offlineTools();
  const first = await planner.plan(requestFor(GOAL, tools));
  await planner.plan(requestFor("Compare a.md and b.md", tools));
  expect(await planner.plan(requestFor(GOAL, tools))).toEqual(first);
  expect(await createEmbeddedPlanner().plan(requestFor(GOAL, offlineTools()))).toEqual(first);
});

test("tools that a goal does not speak of do not change its plan", async () => {
  const alone = await planFor("Compare a.md and b.md", offlineTools());
  const among = await planFor("Compare a.md and b.md", [...ownTools().slice(5), ...offlineTools()]);
  expect(among).toEqual(alone);
});

test("a plan that the check refuses is not handed out, and its issues are", async () => {
  const issue: Issue = { code: "plan.schema", path: "subtasks[0]", message: "No.", hint: "None." };
  const request = { ...requestFor(GOAL, offlineTools()), check: () => [issue] };
  expect(await createEmbeddedPlanner().plan(request)).toMatchObject({
    status: "failed",
    issues: [issue],
  });
});

test("when the best reading is refused the next one is tried", async () => {
  const issue: Issue = { code: "plan.schema", path: "", message: "Not this.", hint: "Another." };
  const request = requestFor("Summarize notes.md and list its key terms", offlineTools());
  const refused: Json[] = [];
  const check = (plan: Json): readonly Issue[] => {
    if (refused.length > 0) return request.check(plan);
    refused.push(plan);
    return [issue];
  };
  const outcome = await createEmbeddedPlanner().plan({ ...request, check });
  expect(outcome.status).toBe("planned");
  expect(outcome.status === "planned" && outcome.plan).not.toEqual(refused[0]);
});

test("ids say what a step does and are told apart by what it works on", async () => {
  const outcome = await planFor(
    "Summarize a.md and docs/b.md and compare the summaries",
    offlineTools(),
  );
  const ids = outcome.status === "planned" ? outcome.plan.subtasks.map(({ id }) => id) : [];
  expect(ids).toEqual([
    "read_a",
    "read_b",
    "summarize_text_a",
    "summarize_text_b",
    "compare_texts",
  ]);
});

test("files of one name in two folders get ids of their own", async () => {
  const outcome = await planFor("Compare old/a.md and new/a.md", offlineTools());
  const ids = outcome.status === "planned" ? outcome.plan.subtasks.map(({ id }) => id) : [];
  expect(ids).toEqual(["read_a", "read_a_2", "compare_texts"]);
});

test("what looks like an expression in a goal stays text", async () => {
  const outcome = await planFor('Write "costs ${inputs.price}" to price.txt', offlineTools());
  expect(outcome).toMatchObject({
    status: "planned",
    plan: { subtasks: [{ tool: "write_file", input: { text: "costs $${inputs.price}" } }] },
  });
});

test("descriptions are the goal's own words, or the tool's name for what only brings something", async () => {
  const outcome = await planFor("Please count the words of notes.md.", offlineTools());
  expect(outcome).toMatchObject({
    plan: {
      subtasks: [
        { description: "Read file: notes.md" },
        { description: "Count the words of notes.md" },
      ],
    },
  });
});
