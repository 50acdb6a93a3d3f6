import type { ModelRequest } from "./model.ts";

export type RequestedSchema = NonNullable<ModelRequest["schema"]>;

/** How a model learns the shape of its answer: held to it by the provider, or told in words. */
export type SchemaMode = "held" | "told";

/**
 * Which schemas a provider takes.
 *
 * Local servers may know no structured output at all, hosted ones refuse a schema that is
 * too large for them; both say so with 400 or 422. Such a schema is told in words, for this
 * request and all that follow.
 */
export class SchemaModes {
  readonly #refused = new Set<string>();

  /** Sends a request once, or, if its schema is refused, once more without it. */
  async send<T>(
    schema: RequestedSchema | undefined,
    send: (mode: SchemaMode) => Promise<T>,
  ): Promise<T> {
    if (schema === undefined || this.#refused.has(schema.name)) return send("told");
    try {
      return await send("held");
    } catch (error) {
      if (!isRejection(error)) throw error;
      const answer = await send("told");
      // Only now it is certain that the schema was to blame.
      this.#refused.add(schema.name);
      return answer;
    }
  }
}

function isRejection(error: unknown): boolean {
  const { status, code } = error as { status?: unknown; code?: unknown };
  // Of a request that is too long the schema is the smallest part.
  if (code === "context_length_exceeded") return false;
  return status === 400 || status === 422;
}

/** Tells a model that is not held to a schema what to write. */
export function schemaInstruction({ schema }: RequestedSchema): string {
  return [
    "Answer with one JSON value and nothing else: no explanation, no code fence.",
    `It must be valid against this JSON Schema: ${JSON.stringify(schema)}`,
  ].join("\n");
}
