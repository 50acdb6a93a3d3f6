import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import { defineTool } from "../define-tool.ts";

const limit = z.number().positive().optional();

/** What a subtask of a workflow file that names another one is run by. */
export const runWorkflow = defineTool({
  name: "run_workflow",
  description: "Run another plan as a whole, as a run of its own, and give its output.",
  input: z.object({
    plan: z.record(z.string(), z.unknown()).describe("The plan, as a file has it."),
    input: z.record(z.string(), z.unknown()).default({}).describe("Values of its inputs."),
    budget: z
      .object({ usd: limit, tokens: limit, toolCalls: limit, modelCalls: limit, seconds: limit })
      .optional()
      .describe("What it may use at most."),
    budget_share: z.number().positive().max(1).optional().describe("Of this run's budget."),
  }),
  output: z.unknown(),
  outputSchemaFor: ({ plan }) => (isPlainObject(plan) ? shapeOf(plan["output"]) : undefined),
  effects: "write",
  // The same key is the same run.
  idempotent: true,
  trust: "untrusted",
  timeout: "30d",
  async run({ plan, input, budget, budget_share: budgetShare }, { runWorkflow: run }) {
    if (run === undefined) {
      throw new ToolError("workflow.failed", "No run can be begun inside this one.", {
        retryable: false,
        hint: "Run the plan from planwright itself.",
      });
    }
    return run({ plan: plan as Json, inputs: input as JsonObject, budget, budgetShare });
  },
});

/** What the output of a plan looks like, as far as it is written out. */
function shapeOf(output: unknown): JsonObject {
  if (!isPlainObject(output)) return {};
  const properties = Object.entries(output).map(([key, inner]) => [key, shapeOf(inner)]);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: Object.keys(output),
    additionalProperties: false,
  };
}
