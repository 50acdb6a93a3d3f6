/**
 * Workflow files: plans that people keep. Beside what every plan has, such a file may set
 * defaults, and a subtask may be a prompt, a function or another file in the place of a tool
 * call. All of that is lowered to a plan when the file is read (`lower.ts`); a stored run
 * knows plans only.
 */

import { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import { check, refine } from "./control-flow-schema.ts";
import { budgetSchema, defaultsSchema, planSchema } from "./schema.ts";

const plainSubtask = planSchema.shape.subtasks.element;
const common = plainSubtask.omit({ tool: true, input: true, fallback: true });

/** What every kind of subtask may say. */
export const COMMON_KEYS: readonly string[] = Object.keys(common.shape);

const path = z.string().min(1);

const outputSchema = z
  .union([path, z.record(z.string(), z.json())])
  .describe("JSON Schema of its output: the path of a file, from this one, or the schema itself.");

/** What each kind of subtask has of its own. */
export const KINDS = {
  model: z.strictObject({
    type: z.literal("model").optional(),
    prompt: z.string().min(1).optional().describe("What to ask; ${expressions} are filled in."),
    promptTemplate: path
      .optional()
      .describe("Path of a Liquid template of the prompt, from this file."),
    variables: z
      .record(z.string(), z.json())
      .optional()
      .describe("Names of the template; those of inputs and subtasks it knows anyway."),
    outputSchema: outputSchema.optional(),
    model: z.string().min(1).optional().describe("provider:model; else the one configured."),
    maxTokens: z.int().positive().optional().describe("Limit of the answer's length."),
  }),
  function: z.strictObject({
    type: z.literal("function").optional(),
    handler: path.describe("Path of a module, from this file; its default export is called."),
    input: z.record(z.string(), z.json()).optional().describe("What it is called with."),
    outputSchema: outputSchema.optional(),
  }),
  workflow: z.strictObject({
    type: z.literal("workflow").optional(),
    workflow: path.describe("Path of another plan file, from this one, that is run as a whole."),
    input: z.record(z.string(), z.json()).optional().describe("Values of its inputs."),
    budget: budgetSchema.optional().describe("What it may use at most, beside its own limits."),
    budgetShare: z
      .number()
      .positive()
      .max(1)
      .optional()
      .describe("How much of this run's budget it may use, 0 to 1."),
  }),
} as const;

export type Kind = keyof typeof KINDS;

const prompted = KINDS.model
  .omit({ promptTemplate: true, variables: true })
  .required({ prompt: true });
const templated = KINDS.model.omit({ prompt: true }).required({ promptTemplate: true });

const fileRefine = refine.extend({
  check: z
    .union([
      check.extend({ type: z.literal("tool").optional() }),
      prompted,
      templated,
      KINDS.function,
      KINDS.workflow,
    ])
    .optional()
    .describe(refine.shape.check.description ?? ""),
});
const ofFile = {
  refine: fileRefine.optional().describe(plainSubtask.shape.refine.description ?? ""),
};
const commonInFile = common.extend(ofFile);

const workflowFileSchema = planSchema.extend({
  $schema: z.string().optional().describe("For editors: where the schema of this format is."),
  defaults: defaultsSchema.optional().describe("For all subtasks that do not say themselves."),
  subtasks: z
    .array(
      z.union([
        plainSubtask.extend({ type: z.literal("tool").optional(), ...ofFile }),
        commonInFile.extend(prompted.shape),
        commonInFile.extend(templated.shape),
        commonInFile.extend(KINDS.function.shape),
        commonInFile.extend(KINDS.workflow.shape),
      ]),
    )
    .min(1),
});

/** Where editors find the format. */
export const SCHEMA_URL = "https://unpkg.com/planwright/schema/plan.schema.json";

/** The format of workflow files as JSON Schema, draft 2020-12, for editors. */
export function workflowJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(workflowFileSchema, { io: "input" }) as JsonObject;
  return { title: "A plan of planwright", ...schema };
}
