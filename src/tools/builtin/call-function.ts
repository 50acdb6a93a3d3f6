import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { isPlainObject, type Json, type JsonObject, toJson } from "../../base/json.ts";
import { listProblems } from "../../base/json-schema-validator.ts";
import { defineTool } from "../define-tool.ts";
import { loadHandler, toolOfHandler } from "../handler.ts";
import { compileJsonSchema } from "../json-schema-validator.ts";
import type { Effects, Tool } from "../tool.ts";

const KINDS: readonly { readonly effects: Effects; readonly idempotent: boolean }[] = [
  { effects: "none", idempotent: false },
  { effects: "read", idempotent: false },
  { effects: "write", idempotent: true },
  { effects: "write", idempotent: false },
];

/** What runs subtasks of workflow files with a handler: one tool for each kind of effect. */
export const CALL_FUNCTION: readonly Tool[] = KINDS.map(({ effects, idempotent }) =>
  defineTool({
    name: toolOfHandler({ effects, idempotent }),
    description: "Call a function of the user's own, the default export of a module.",
    input: z.object({
      module: z.string().min(1).describe("Absolute path of the module."),
      input: z.unknown().describe("What it is called with."),
      schema: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("JSON Schema that its output is held to."),
    }),
    output: z.unknown(),
    outputSchemaFor: ({ schema }) => (isPlainObject(schema) ? (schema as JsonObject) : undefined),
    effects,
    idempotent,
    async run({ module, input, schema }, context) {
      const handler = await loadHandler(module);
      const output = toJson(await handler.run(input, context));
      if (schema !== undefined) await requireValid(output, schema as JsonObject, module);
      return output;
    },
  }),
);

/** @throws {ToolError} `tool.invalid_output` */
async function requireValid(output: Json, schema: JsonObject, module: string): Promise<void> {
  const validator = await compileJsonSchema(schema);
  const problems = typeof validator === "function" ? validator(output) : validator.problems;
  if (problems.length === 0) return;
  const message = `The output of ${module} does not fit its schema: ${listProblems(problems)}.`;
  throw new ToolError("tool.invalid_output", message, {
    retryable: false,
    hint: "Mend the function, or the outputSchema of the subtask.",
  });
}
