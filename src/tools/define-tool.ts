import { parseAdmission } from "../base/admission.ts";
import { parseDuration } from "../base/duration.ts";
import { inputError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { parseRetry } from "../base/retry-policy.ts";
import { toJsonSchema } from "./json-schema.ts";
import type { Schema, Tool, ToolDefinition } from "./tool.ts";

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Define a tool, with the types of `run` inferred from its schemas.
 *
 * ```ts
 * const weather = defineTool({
 *   name: "get_weather",
 *   description: "Current temperature of a city, in degrees Celsius.",
 *   input: z.object({ city: z.string() }),
 *   output: z.object({ celsius: z.number() }),
 *   effects: "read",
 *   run: async ({ city }, { signal }) => ({ celsius: await lookUp(city, signal) }),
 * });
 * ```
 *
 * @throws {InputError} `tool.invalid` for a bad name or an empty description
 * @throws {InputError} `input.invalid_duration` for a timeout or a wait that does not parse
 * @throws {InputError} `input.invalid` for a limit that makes no sense
 */
export function defineTool<Input extends Schema, Output extends Schema>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const { name, description, timeout } = definition;
  const isAdaptive = timeout === "adaptive";
  if (!NAME.test(name)) {
    throw inputError(
      "tool.invalid",
      `${JSON.stringify(name)} is not a tool name.`,
      "Use snake_case: a letter a-z first, then a-z, 0-9 and _, at most 64 characters.",
      "name",
    );
  }
  if (description.trim() === "") {
    throw inputError(
      "tool.invalid",
      `The tool ${name} has no description.`,
      "Say in a sentence what it does: planners choose tools by it.",
      "description",
    );
  }
  let inputSchema: JsonObject | undefined;
  let outputSchema: JsonObject | undefined;
  return {
    name,
    description,
    input: definition.input,
    output: definition.output,
    // Converted when first read: most processes need the schemas of few tools.
    get inputSchema() {
      inputSchema ??= toJsonSchema(definition.input, "input", `${name}.input`);
      return inputSchema;
    },
    get outputSchema() {
      outputSchema ??= toJsonSchema(definition.output, "output", `${name}.output`);
      return outputSchema;
    },
    outputSchemaFor: definition.outputSchemaFor?.bind(definition),
    effects: definition.effects ?? "write",
    idempotent: definition.idempotent ?? false,
    trust: definition.trust ?? "trusted",
    timeoutMs: timeout === undefined || isAdaptive ? undefined : parseDuration(timeout, "timeout"),
    adaptiveTimeout: isAdaptive,
    approval: definition.approval ?? false,
    costUsd: definition.costUsd ?? 0,
    retry: definition.retry && parseRetry(definition.retry),
    admission: parseAdmission(definition),
    circuit: definition.circuit?.bind(definition),
    expectedMs: definition.expectedMs,
    needsModel: definition.needsModel ?? false,
    // The caller has validated the input with the very schema that the types come from (T1).
    run: (input, context) => definition.run(input as never, context),
  };
}
