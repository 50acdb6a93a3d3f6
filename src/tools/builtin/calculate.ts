import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { defineTool } from "../define-tool.ts";
import { toCalculatorNotation } from "../everyday-notation.ts";
import { runSandboxed } from "../sandbox.ts";
import type { Calculated } from "../sandboxed/calculate.ts";

const LIMIT_MS = 5_000;
const LIMIT_MEGABYTES = 128;

export const calculate = defineTool({
  name: "calculate",
  description:
    "Calculate the value of an arithmetic expression: sums, percentages, powers, square roots, functions, and conversion of units.",
  input: z.object({
    expression: z
      .string()
      .min(1)
      .max(2_000)
      .describe(
        "The expression, e.g. 17% of 2,340 + sqrt(1764), (3 + 4)^2 / 7, 5 inch to cm, mean(3, 5, 10).",
      ),
  }),
  output: z.object({
    value: z
      .number()
      .nullable()
      .describe("The result as a number; null if it is not one number, such as a matrix."),
    unit: z.string().nullable().describe("The unit of the result, if it has one, e.g. cm."),
    text: z.string().describe("The result as text, with its unit."),
  }),
  effects: "none",
  async run({ expression }, { signal }) {
    const notation = toCalculatorNotation(expression);
    const what = `The calculation of ${JSON.stringify(expression)}`;
    try {
      return await runSandboxed<Calculated>("calculate", notation, {
        signal,
        limitMs: LIMIT_MS,
        limitMegabytes: LIMIT_MEGABYTES,
        what,
      });
    } catch (error) {
      if (!(error instanceof ToolError) || error.code !== "tool.failed") throw error;
      throw new ToolError("tool.invalid_input", `${what} failed: ${error.message}`, {
        hint: "Write numbers, operators and functions, e.g. 2 * (3 + 4), sqrt(16), 20% of 50.",
        cause: error,
      });
    }
  },
});
