/** The schema of what a plan says about its control flow: `forEach`, `refine`, `route` and `join`. */

import { z } from "zod";
import { id, limit, SUBTASK_ID, toolName } from "./schema-parts.ts";

const elements = z
  .union([z.string().min(1), z.array(z.json())])
  .describe("The list: an ${expression} that gives one, or a list itself.");

const fanOut = z.strictObject({
  in: elements,
  as: z
    .string()
    .regex(SUBTASK_ID, "must start with a letter a-z and hold only a-z, 0-9 and _, at most 64")
    .default("item")
    .describe("What expressions call the element; its place is called index."),
  concurrency: z.int().min(1).optional().describe("How many items may be under way at once."),
  onItemError: z
    .enum(["fail", "skip", "collect"])
    .default("fail")
    .describe("fail: one fails all; skip: its output is left out; collect: { index, error }."),
});

export const forEach = z.union([
  elements,
  fanOut.extend({
    forEach: z
      .union([elements, fanOut])
      .optional()
      .describe("For each element once more for each of a list in it."),
  }),
]);

const expression = z.string().min(1);

export const check = z.strictObject({
  tool: toolName,
  input: z
    .record(z.string(), z.json())
    .default({})
    .describe("Arguments of the tool; expressions call what is checked output."),
});

export const refine = z.strictObject({
  iterations: z.int().min(2).max(100).describe("How often it is produced at most."),
  check: check
    .optional()
    .describe("A tool that looks at each output; what it gives, expressions call check."),
  until: expression.describe("An ${expression} that is true when the output is good enough."),
  score: expression
    .optional()
    .describe(
      "An ${expression} that is a number: of outputs that are not accepted the best is kept.",
    ),
  feedback: z
    .json()
    .optional()
    .describe("What the next iteration's input calls feedback. Default: what the check gave."),
});

export const route = z.strictObject({
  by: expression
    .default("${output.label}")
    .describe("An ${expression} that gives the name of a branch; output is what its tool gave."),
  branches: z
    .record(z.string().min(1), z.union([id, z.array(id)]))
    .describe("By name, the subtasks that run only if the branch is taken."),
  default: z.string().min(1).optional().describe("The branch for all that fits no other."),
  confidence: expression
    .optional()
    .describe("An ${expression} from 0 to 1. Default: the field confidence of the output."),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("With less confidence the default branch is taken."),
  cache: z
    .boolean()
    .optional()
    .describe("Whether equal inputs reuse a decision. Default: where a model has decided."),
});

export const join = z.strictObject({
  require: z
    .union([z.enum(["all", "any"]), z.int().min(1)])
    .default("all")
    .describe("How many of what it depends on must have succeeded."),
  within: limit
    .optional()
    .describe("How long it waits for them; then it goes on with what is there."),
  atLeast: z.int().min(1).optional().describe("What must be there even then. Default 1."),
});
