/**
 * The plan as data: the one schema for plan files, the library and models.
 *
 * Unknown keys are errors: a misspelt policy that is silently ignored is worse than one
 * that is refused. What the schema cannot say (cycles, unknown tools, expressions) is
 * checked in `check.ts`.
 */

import { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import { accept } from "./accept-schema.ts";
import { forEach, join, refine, route } from "./control-flow-schema.ts";
import { duration, id, limit, SUBTASK_ID, toolName } from "./schema-parts.ts";

const dependency = z.union([
  id,
  z.strictObject({
    id,
    on: z
      .enum(["success", "settled"])
      .describe("settled: also start when it failed or was skipped; its output is then null."),
  }),
]);

const retry = z.strictObject({
  attempts: z.int().min(1).max(100).describe("All tries together, the first included."),
  initial: duration.optional().describe("Longest wait before the second try. Default 500ms."),
  factor: z.number().min(1).max(100).optional().describe("Growth of the waits. Default 2."),
  max: duration.optional().describe("Longest wait of all. Default 10s."),
});

const approval = z.strictObject({
  timeout: limit.describe("How long a person has, e.g. 1h."),
  default: z.enum(["approve", "deny"]).default("deny").describe("What then is decided."),
});

const subtask = z.strictObject({
  id,
  description: z.string().min(1).optional().describe("What it does, for people."),
  tool: toolName,
  input: z
    .record(z.string(), z.json())
    .default({})
    .describe("Arguments of the tool. Strings may hold ${expressions} over other outputs."),
  forEach: forEach
    .optional()
    .describe("Once for each element, which expressions call item; the output is a list."),
  refine: refine
    .optional()
    .describe("Again with feedback, until its output is accepted; the best one is its output."),
  route: route.optional().describe("Which of several branches its output chooses."),
  join: join.optional().describe("When it starts although not all that it depends on is there."),
  accept: accept
    .optional()
    .describe("What its output must be like; it is judged before anything depends on it."),
  dependsOn: z
    .array(dependency)
    .default([])
    .describe("Only for order; dependencies by data follow from the expressions."),
  when: z
    .union([z.string().min(1), z.boolean()])
    .optional()
    .describe("Run only if this ${expression} is true; else skip it and what depends on it."),
  optional: z.boolean().default(false).describe("A failure is noted, and does not fail the run."),
  timeout: limit
    .or(z.literal("adaptive"))
    .optional()
    .describe("Limit of one attempt, e.g. 60s; adaptive: from how long its tool took before."),
  totalTimeout: limit
    .optional()
    .describe("Limit of all attempts and the waits between them, e.g. 10m."),
  concurrency: z
    .int()
    .min(1)
    .optional()
    .describe("Attempts of it that may be under way at once, over all runs of the plan."),
  retry: retry.optional().describe("What follows when an attempt fails."),
  approval: z
    .union([z.boolean(), approval])
    .optional()
    .describe("Whether a person must say yes, with the exact input before them, before it starts."),
  idempotencyKey: z
    .string()
    .min(1)
    .optional()
    .describe("Its effect happens once for this key, in whichever run. May hold ${expressions}."),
  fallback: toolName
    .optional()
    .describe("Another tool with the same input, tried when all attempts have failed."),
});

/** What a plan may say for all of its subtasks that do not say themselves. */
export const defaultsSchema = subtask
  .pick({ timeout: true, totalTimeout: true, retry: true, approval: true })
  .extend({ optional: z.boolean().optional() });

const planInput = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean", "array", "object"]),
  description: z.string().min(1).optional(),
  default: z.json().optional(),
});

const workflow = z.strictObject({
  id: id.describe("Unique name, e.g. support_triage."),
  version: z
    .union([z.string().min(1), z.number()])
    .optional()
    .describe("The author's own, e.g. 1.2.0; that of the format is `version` of the plan."),
  description: z.string().min(1).optional().describe("What it does, for people."),
});

const count = z.int().positive();

/** Limits of a run, as plans write them. */
export const budgetSchema = z.strictObject({
  usd: z.number().positive().optional().describe("Spent on models and tools."),
  tokens: count.optional().describe("Of models, input and output together."),
  toolCalls: count.optional(),
  modelCalls: count.optional(),
  seconds: z.number().positive().optional().describe("From its start or its newest resume."),
  replans: z.int().min(0).max(20).optional().describe("Revisions that may follow the plan."),
});

export const planSchema = z.strictObject({
  version: z.literal(1).default(1).describe("Of the format."),
  workflow: workflow.optional().describe("What the plan is known by where it is kept."),
  goal: z.string().min(1).describe("What the plan is for, in plain language."),
  budget: budgetSchema
    .optional()
    .describe("What a run may use at most, where whoever starts it does not say."),
  inputs: z
    .record(z.string().regex(SUBTASK_ID), planInput)
    .default({})
    .describe("Values that are given when it runs, by name; ${inputs.name} reads one."),
  subtasks: z.array(subtask).min(1),
  output: z
    .json()
    .optional()
    .describe("The answer, with ${expressions}; without it, what the last subtasks gave."),
  accept: accept.optional().describe("What the answer must be like to be good enough."),
});

/** A plan with its defaults applied. */
export type Plan = z.output<typeof planSchema>;
/** A plan as people and models write it. */
export type PlanDraft = z.input<typeof planSchema>;
export type Subtask = Plan["subtasks"][number];
export type PlanInput = Plan["inputs"][string];
export type PlanBudget = z.output<typeof budgetSchema>;

/** The plan format as JSON Schema, draft 2020-12, as written (defaults optional). */
export function planJsonSchema(): JsonObject {
  return z.toJSONSchema(planSchema, { io: "input" }) as JsonObject;
}
