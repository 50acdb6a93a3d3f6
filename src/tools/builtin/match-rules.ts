import { z } from "zod";
import { defineTool } from "../define-tool.ts";

/** What a route by rules is decided by: expressions in the plan say which rules hold. */
export const matchRules = defineTool({
  name: "match_rules",
  description: "Give the label of the first rule that holds: for routes that no model decides.",
  input: z.object({
    rules: z
      .array(
        z.object({
          label: z.string().min(1).describe("What it gives where the rule holds."),
          when: z.boolean().describe("Whether it holds; an ${expression}."),
        }),
      )
      .min(1)
      .describe("In order; the first one that holds decides."),
    otherwise: z.string().min(1).optional().describe("The label where none holds."),
  }),
  output: z.object({
    label: z.string().nullable().describe("Null where no rule holds and nothing else is said."),
  }),
  effects: "none",
  outputSchemaFor({ rules, otherwise }) {
    const labels = labelsOf(rules);
    if (labels === undefined || (otherwise !== undefined && !isLiteral(otherwise)))
      return undefined;
    const last = typeof otherwise === "string" ? otherwise : null;
    const label = { enum: [...new Set([...labels, last])] };
    return { type: "object", properties: { label }, required: ["label"] };
  },
  run({ rules, otherwise = null }) {
    return { label: rules.find(({ when }) => when)?.label ?? otherwise };
  },
});

/** The labels, where the plan says them as they are. */
function labelsOf(rules: unknown): string[] | undefined {
  if (!Array.isArray(rules)) return undefined;
  const labels = rules.map((rule: unknown) => (rule as { label?: unknown } | null)?.label);
  return labels.every(isLiteral) ? labels : undefined;
}

function isLiteral(value: unknown): value is string {
  return typeof value === "string" && !value.includes("${");
}
