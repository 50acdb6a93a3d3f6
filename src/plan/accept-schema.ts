/** The schema of what an output must be like to be good enough: `accept`. */

import { z } from "zod";
import { id } from "./schema-parts.ts";

const share = z.number().min(0).max(1);
const texts = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** Checks that stand together must all hold. */
const rule = z.strictObject({
  criterion: z
    .string()
    .min(1)
    .optional()
    .describe("In plain words, for a judge model: names at least three differences."),
  schema: z.record(z.string(), z.json()).optional().describe("A JSON Schema that it must fit."),
  contains: texts.optional().describe("Text that must stand in it; of a list all of them."),
  matches: z.string().min(1).optional().describe("A regular expression (RE2) found in its text."),
  minLength: z.int().min(1).optional().describe("Of a text in characters, of a list in elements."),
  maxLength: z.int().min(0).optional().describe("Of a text in characters, of a list in elements."),
  expression: z
    .union([z.string().min(1), z.boolean()])
    .optional()
    .describe("An ${expression} that must be true; it calls what is judged output."),
  equals: z.json().optional().describe("What it must be."),
  tolerance: z
    .number()
    .min(0)
    .optional()
    .describe("How far numbers may be off what they must equal. Default 0."),
  cites: texts
    .optional()
    .describe("Ids of subtasks whose every source (URL, path, title) it must name."),
  noPlaceholders: z
    .literal(true)
    .optional()
    .describe("Nothing is left to be filled in: [name], TBD, lorem ipsum."),
  similarTo: z.string().min(1).optional().describe("A text that it must resemble."),
  grounded: z
    .union([z.literal(true), share])
    .optional()
    .describe("The share of its claims that subtasks' outputs must support. true: 0.8."),
  evaluator: id.optional().describe("An evaluator of your own, by its name."),
  atLeast: share
    .optional()
    .describe("The score from which this holds. Default: the threshold for judged ones."),
  weight: z.number().positive().max(100).optional().describe("In the score. Default 1."),
});

const criterion = z.union([z.string().min(1), rule]);
const criteria = z.array(criterion).min(1).max(50);

export const accept = z.union([
  criteria,
  z.strictObject({
    criteria,
    threshold: share.optional().describe("The score from which it is good enough. Default 0.7."),
  }),
]);

/** One thing that an output must be. */
export type CriterionRule = z.output<typeof rule>;
export type Accept = z.output<typeof accept>;

/** The names of the checks that a rule may hold. */
export const CHECKS = [
  "schema",
  "contains",
  "matches",
  "minLength",
  "maxLength",
  "expression",
  "equals",
  "cites",
  "noPlaceholders",
  "similarTo",
  "grounded",
  "evaluator",
  "criterion",
] as const satisfies readonly (keyof CriterionRule)[];

export type CheckName = (typeof CHECKS)[number];

/** What both say must hold; of the thresholds that of the second counts. */
export function joinAccept(first: Accept | undefined, second: Accept): Accept {
  if (first === undefined) return second;
  const [a, b] = [acceptOf(first), acceptOf(second)];
  const threshold = b.threshold ?? a.threshold;
  const criteria = [...a.criteria, ...b.criteria];
  return threshold === undefined ? criteria : { criteria, threshold };
}

/** What `accept` says, in its long form. */
export function acceptOf(written: Accept): {
  readonly criteria: readonly CriterionRule[];
  readonly threshold?: number | undefined;
} {
  const { criteria: list, threshold } = Array.isArray(written)
    ? { criteria: written, threshold: undefined }
    : written;
  const rules = list.map((one) => (typeof one === "string" ? { criterion: one } : one));
  return { criteria: rules, ...(threshold !== undefined && { threshold }) };
}
