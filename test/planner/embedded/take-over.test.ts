import { expect, it } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import { takeOver } from "../../../src/planner/embedded/take-over.ts";
import { planOf } from "../revision-request.ts";

const NONE = new Set<string>();
const GOAL = { goal: "g", budget: { usd: 1 }, accept: ["is right"] };

const idsOf = (plan: JsonObject | undefined) =>
  (plan?.["subtasks"] as JsonObject[] | undefined)?.map(({ id }) => id);

const BEFORE = planOf({
  ...GOAL,
  subtasks: [
    { id: "page", tool: "fetch", input: { url: "u" }, timeout: "5s" },
    { id: "words", tool: "count", input: { text: "${page.text}" }, approval: true },
    { id: "sum", tool: "add", input: { of: ["${words.n}", 1] } },
  ],
  output: "${sum.n}",
});

it("gives what does the same the old ids, wherever they are named, and the old words", () => {
  const after = planOf({
    goal: "g",
    subtasks: [
      { id: "fetch", description: "Fetch it", tool: "fetch", input: { url: "u" } },
      { id: "count", tool: "count", input: { text: "${fetch.text}" } },
      {
        id: "total",
        tool: "multiply",
        input: { by: "${count.n}", note: "of ${fetch.text}" },
        dependsOn: ["count"],
        when: "${count.n > 0}",
      },
    ],
    output: { total: "${total.n}", words: "${count.n}" },
  });
  const { budget, accept } = BEFORE;
  expect(takeOver(BEFORE, after, NONE)).toEqual({
    ...{ version: 1, goal: "g", inputs: {}, budget, accept },
    subtasks: [
      BEFORE.subtasks[0],
      BEFORE.subtasks[1],
      {
        id: "total",
        tool: "multiply",
        input: { by: "${words.n}", note: "of ${page.text}" },
        dependsOn: ["words"],
        when: "${words.n > 0}",
        optional: false,
      },
    ],
    output: { total: "${total.n}", words: "${words.n}" },
  });
});

it("takes nothing for the same that works on something else", () => {
  const after = planOf({
    goal: "g",
    subtasks: [
      { id: "page", tool: "browse", input: { url: "u" } },
      { id: "words", tool: "count", input: { text: "${page.text}" } },
      { id: "count", tool: "count", input: { text: "${words.n}" } },
    ],
  });
  const revised = takeOver(BEFORE, after, NONE);
  expect(idsOf(revised)).toEqual(["page", "words", "count"]);
  // Under an id that goes on stays what people said about it.
  expect(revised).toMatchObject({
    subtasks: [{ tool: "browse", timeout: "5s" }, { approval: true }, {}],
  });
});

it("uses each old subtask once, the one of the same id if there is one", () => {
  const twice = planOf({
    goal: "g",
    subtasks: [
      { id: "x", tool: "roll" },
      { id: "y", tool: "roll" },
    ],
  });
  const three = planOf({
    goal: "g",
    subtasks: ["y", "roll", "z"].map((id) => ({ id, tool: "roll" })),
  });
  expect(idsOf(takeOver(twice, three, NONE))).toEqual(["y", "x", "z"]);
});

it("keeps what is fixed with all that it needs, under ids that nothing else gets", () => {
  const after = planOf({
    goal: "g",
    subtasks: [
      { id: "page", tool: "browse", input: { url: "u" } },
      { id: "words", tool: "guess", input: { text: "${page.text}" } },
    ],
    output: "${words.n}",
  });
  const revised = takeOver(BEFORE, after, new Set(["words"]));
  expect(revised).toMatchObject({
    subtasks: [
      BEFORE.subtasks[0],
      BEFORE.subtasks[1],
      { id: "page_2", tool: "browse" },
      { id: "words_2", input: { text: "${page_2.text}" } },
    ],
    output: "${words_2.n}",
  });
});

it("does not take one call for the same as many", () => {
  const each = planOf({
    goal: "g",
    subtasks: [{ id: "all", tool: "roll", forEach: [1, 2], input: { sides: 6 } }],
  });
  const one = planOf({ goal: "g", subtasks: [{ id: "one", tool: "roll", input: { sides: 6 } }] });
  expect(idsOf(takeOver(each, one, NONE))).toEqual(["one"]);
});

it("gives up where a name cannot be changed without changing what is meant", () => {
  const after = planOf({
    goal: "g",
    subtasks: [{ id: "fetch", tool: "fetch", input: { url: "u" } }],
    output: "${fetch.rows.filter(page, page > fetch.n)}",
  });
  expect(takeOver(BEFORE, after, NONE)).toBeUndefined();
});
