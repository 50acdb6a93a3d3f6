import { isPlainObject, type JsonObject } from "./base/json.ts";
import { resolve } from "./planner/schema-node.ts";
import { renderType } from "./planner/signature.ts";
import type { Tool } from "./tools/tool.ts";

/** A tool as data: what it takes, gives and does. */
export type ToolPage = Pick<
  Tool,
  "name" | "description" | "effects" | "idempotent" | "trust" | "inputSchema" | "outputSchema"
> & {
  /** The schemas' fields; empty where a schema does not name any. */
  readonly input: readonly ToolField[];
  readonly output: readonly ToolField[];
};

export type ToolField = {
  readonly name: string;
  /** In the manner of TypeScript. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
};

export function describeTool(tool: Tool): ToolPage {
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
