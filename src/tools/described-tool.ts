import { inputError, ToolError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { defineTool } from "./define-tool.ts";
import { compileJsonSchema } from "./json-schema-validator.ts";
import type { Schema, Tool } from "./tool.ts";

export type ToolText = {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly input: JsonObject;
  readonly output: JsonObject;
};

/**
 * A tool that is only described: planners can plan with it, and a call of it fails.
 * @throws {InputError} `tool.invalid`
 */
export async function describedTool({ name, description, input, output }: ToolText): Promise<Tool> {
  const [given, got] = await Promise.all([
    toSchema(input, "input", name),
    toSchema(output, "output", name),
  ]);
  return defineTool({
    name,
    description,
    input: given,
    output: got,
    effects: "none",
    run: () => {
      const hint = "Plan with it and run nothing, or give it an implementation with defineTool.";
      throw new ToolError("tool.failed", `The tool ${name} is only described.`, {
        hint,
        retryable: false,
      });
    },
  });
}

/** A JSON Schema as one of the Standard Schema family, which tells its JSON Schema, too. */
async function toSchema(
  schema: JsonObject,
  which: "input" | "output",
  tool: string,
): Promise<Schema> {
  const validator = await compileJsonSchema(schema);
  if (typeof validator !== "function") {
    const [problem] = validator.problems;
    const message = `The ${which} of the tool ${tool} has no JSON Schema: ${problem?.message ?? "it cannot be read"}.`;
    throw inputError("tool.invalid", message, "Use draft 2020-12 or 07.", `${tool}.${which}`);
  }
  const own = {
    version: 1,
    vendor: "json-schema",
    validate(value: unknown) {
      const problems = validator(value as never);
      if (problems.length === 0) return { value };
      return { issues: problems.map(({ steps, message }) => ({ message, path: steps })) };
    },
    jsonSchema: { input: () => schema, output: () => schema },
  } as const;
  return { "~standard": own };
}
