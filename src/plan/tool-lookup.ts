import type { JsonObject } from "../base/json.ts";

type ValidationResult = {
  readonly issues?:
    | readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[]
    | undefined;
};

/** What checks must know of a tool. */
export interface CheckableTool {
  /** JSON Schema, draft 2020-12. */
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** What it gives for an input as the plan has it; undefined where `outputSchema` says it. */
  readonly outputSchemaFor?: ((input: JsonObject) => JsonObject | undefined) | undefined;
  /** A Standard Schema; checks do without its verdict if it is a promise. */
  readonly input: {
    readonly "~standard": {
      readonly validate: (value: unknown) => ValidationResult | Promise<ValidationResult>;
    };
  };
}

/** The tools that a plan may name. */
export interface ToolLookup {
  get(name: string): CheckableTool | undefined;
  names(): Iterable<string>;
  /** Why a tool that exists cannot be used, and the cure; undefined for any other name. */
  whyNot?(name: string): { readonly message: string; readonly hint: string } | undefined;
}

/** What the tool gives for such an input, as far as that is known. */
export function callSchema(
  tools: ToolLookup,
  name: string,
  input: JsonObject,
): JsonObject | undefined {
  const tool = tools.get(name);
  return tool?.outputSchemaFor?.(input) ?? tool?.outputSchema;
}
