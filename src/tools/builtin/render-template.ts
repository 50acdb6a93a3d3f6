import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { fillTemplate, MAX_TEMPLATE } from "../liquid.ts";

export const renderTemplate = defineTool({
  name: "render_template",
  description:
    "Fill a text template with data: write a letter, report or list from values and rows, with Liquid placeholders {{ name }}, conditions {% if %} and loops {% for row in rows %}.",
  input: z.object({
    template: z
      .string()
      .max(MAX_TEMPLATE)
      .describe("The Liquid template, e.g. Dear {{ customer.name }}. Unknown names are errors."),
    data: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("The values of the placeholders by name, e.g. { customer: { name: 'Ada' } }."),
  }),
  output: z.object({ text: z.string().describe("The filled template.") }),
  effects: "none",
  run: async ({ template, data }) => ({ text: await fillTemplate(template, data) }),
});
