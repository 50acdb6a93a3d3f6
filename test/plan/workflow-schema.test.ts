import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { workflowJsonSchema } from "../../src/plan/workflow-schema.ts";

const PUBLISHED = join(import.meta.dirname, "../../schema/plan.schema.json");

const isValid = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  workflowJsonSchema(),
);

const withSubtask = (subtask: object) => ({ goal: "g", subtasks: [{ id: "a", ...subtask }] });

describe("the published schema of plan files", () => {
  it("is that of the source; `npm run -s planwright -- schema` prints it anew", () => {
    expect(JSON.parse(readFileSync(PUBLISHED, "utf8"))).toEqual(workflowJsonSchema());
  });

  it.each([
    { tool: "read_file", input: { path: "a.md" } },
    { prompt: "Hello ${inputs.name}", model: "openai:gpt-6-luna" },
    { promptTemplate: "a.j2", outputSchema: "a.json", variables: { a: 1 }, type: "model" },
    { handler: "a.ts", input: { a: 1 }, outputSchema: { type: "object" }, when: "${x}" },
    { workflow: "b.yaml", budgetShare: 0.5, budget: { usd: 1 }, timeout: "1h" },
  ])("takes a subtask such as %j", (subtask) => {
    expect(isValid(withSubtask(subtask))).toBe(true);
  });

  it.each([
    { tool: "read_file", prompt: "Hello" },
    { prompt: "Hello", tmeout: "1s" },
    { type: "function", prompt: "Hello" },
    { workflow: "b.yaml", budgetShare: 2 },
    {},
  ])("refuses a subtask such as %j", (subtask) => {
    expect(isValid(withSubtask(subtask))).toBe(false);
  });

  it("describes what a field is for", () => {
    expect(JSON.stringify(workflowJsonSchema())).toContain("Path of a Liquid template");
  });
});
