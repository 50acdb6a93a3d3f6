import { isPlainObject, type JsonObject } from "./base/json.ts";
import { resolve } from "./planner/schema-node.ts";
import { renderType } from "./planner/signature.ts";
import type { Durations, Timings } from "./timings.ts";
import type { Tool } from "./tools/tool.ts";

/** A tool as data: what it takes, gives and does. */
export type ToolPage = Pick<
  Tool,
  "name" | "description" | "effects" | "idempotent" | "trust" | "inputSchema" | "outputSchema"
> & {
  /** The schemas' fields; empty where a schema does not name any. */
  readonly input: readonly ToolField[];
  readonly output: readonly ToolField[];
  /** Limit of one attempt in milliseconds, and whether it follows from the durations. */
  readonly timeout: { readonly ms: number; readonly adaptive: boolean };
  /** How long its calls took; null before the first. */
  readonly durations: Durations | null;
};

export type ToolField = {
  readonly name: string;
  /** In the manner of TypeScript. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
};

export async function describeTool(tool: Tool, timings: Timings): Promise<ToolPage> {
  const adaptiveMs = tool.adaptiveTimeout ? await timings.adaptiveTimeoutMs(tool) : undefined;
  const { name, description, effects, idempotent, trust, inputSchema, outputSchema } = tool;
  return {
    name,
    description,
    effects,
    idempotent,
    trust,
    input: fieldsOf(inputSchema),
    output: fieldsOf(outputSchema),
    inputSchema,
    outputSchema,
    timeout: {
      ms: adaptiveMs ?? timings.fixedTimeoutMs(tool),
      adaptive: tool.adaptiveTimeout,
    },
    durations: (await timings.durationsOf(tool)) ?? null,
  };
}

function fieldsOf(schema: JsonObject): ToolField[] {
  const { properties, required, $defs } = schema;
  const definitions = $defs === undefined ? {} : { $defs };
  if (!isPlainObject(properties)) return [];
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties as JsonObject).map(([name, property]) => {
    const { description, default: preset } = resolve(property, schema);
    return {
      name,
      type: renderType({ ...definitions, ...resolve(property, schema) }),
      required: needed.has(name) && preset === undefined,
      description: typeof description === "string" ? description : "",
    };
  });
}
