import { z } from "zod";
import type { ZodType as ZodTypeV3 } from "zod/v3";
import { zodToJsonSchema } from "zod-to-json-schema";
import { inputError } from "../base/errors.ts";
import { isPlainObject, type JsonObject } from "../base/json.ts";
import type { Schema } from "./tool.ts";

/**
 * A tool's schema as JSON Schema.
 *
 * zod 4 converts itself; zod 3 goes through zod-to-json-schema, which reads nothing else;
 * other libraries do if they follow Standard JSON Schema (`~standard.jsonSchema`).
 *
 * @param io whether the value goes in (defaults optional) or comes out
 * @param path where the schema stands, for the error
 * @throws {InputError} `tool.invalid` when the schema cannot be expressed
 */
export function toJsonSchema(schema: Schema, io: "input" | "output", path: string): JsonObject {
  try {
    if ("_zod" in schema) return z.toJSONSchema(schema as never, { io }) as JsonObject;
    if ("_def" in schema) {
      // Without `$refStrategy: "none"` a schema used twice becomes a pointer that moves with it.
      return zodToJsonSchema(schema as unknown as ZodTypeV3, {
        $refStrategy: "none",
      }) as JsonObject;
    }
    const converter = (schema["~standard"] as { jsonSchema?: unknown }).jsonSchema;
    const convert = isPlainObject(converter) ? converter[io] : undefined;
    if (typeof convert === "function") return convert({ target: "draft-2020-12" }) as JsonObject;
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
  throw invalid(path, `The library ${schema["~standard"].vendor} does not tell it.`);
}

function invalid(path: string, why: string) {
  return inputError(
    "tool.invalid",
    `The schema at ${path} has no JSON Schema form: ${why}`,
    "Use types that JSON has: no dates, maps, bigints or transforms.",
    path,
  );
}
