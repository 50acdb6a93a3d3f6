/** What workflow files may say, in plans that are given as values. */

import { describe, expect, it } from "vitest";
import { createPlanwright } from "../src/index.ts";
import { type Model, NO_USAGE } from "../src/models/model.ts";

const model: Model = {
  name: "test:model",
  generate: ({ messages }) => {
    const text = JSON.stringify({ said: messages[0]?.content });
    const result = { text, finish: "stop", usage: NO_USAGE, model: "test:model" } as const;
    return {
      result: Promise.resolve(result),
      [Symbol.asyncIterator]: () => expect.fail("nobody reads pieces"),
    };
  },
};

const planwright = () => createPlanwright({ model, journal: "memory:" });

describe("a plan that is given as a value", () => {
  it("may hold prompts, schemas, defaults and limits", async () => {
    const schema = { type: "object", properties: { said: { type: "string" } } };
    const plan = {
      goal: "Ask",
      budget: { modelCalls: 1 },
      defaults: { timeout: "5s" },
      subtasks: [{ id: "ask", prompt: "One ${'and'} two", outputSchema: schema }],
      output: "${ask.said}",
    };
    const result = await planwright().run(plan).result();
    expect(result).toMatchObject({ status: "succeeded", output: "One and two" });
  });

  it("cannot name files, and the place of that is told", async () => {
    const plan = { goal: "Ask", subtasks: [{ id: "ask", promptTemplate: "a.j2" }] };
    expect(await planwright().validate(plan)).toMatchObject([
      {
        code: "plan.schema",
        path: "subtasks[0].promptTemplate",
        hint: "Read the plan with loadPlan, or with planwright run FILE.",
      },
    ]);
  });

  it("has its mistakes told where it has them", async () => {
    const plan = {
      goal: "Ask",
      subtasks: [{ id: "ask", prompt: "${nobody.text}", when: "${1 +}" }],
    };
    const paths = (await planwright().validate(plan)).map(({ path }) => path);
    expect(paths.toSorted()).toEqual(["subtasks[0].prompt", "subtasks[0].when"]);
  });
});
