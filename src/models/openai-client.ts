/** What OpenAI's two APIs share. */

import type OpenAI from "openai";
import type { ModelRequest } from "./model.ts";
import { type Connection, SDK_TIMEOUT_MS } from "./provider.ts";
import { OPENAI_STRICT, strictSchema } from "./strict-schema.ts";

/** What stands in the environment for OpenAI itself, and for nobody else. */
export interface OpenAIAccount {
  readonly organization: string | null;
  readonly project: string | null;
}

/** OpenAI's SDK, loaded when it is first needed. */
export async function connectOpenAI(
  { apiKey, baseURL, fetch }: Connection,
  account: OpenAIAccount,
): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    apiKey,
    baseURL,
    ...account,
    ...(fetch && { fetch }),
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off",
  });
}

/** A schema that strict mode cannot express is sent as it is, for the model to follow. */
export function toFormat({ name, schema }: NonNullable<ModelRequest["schema"]>): {
  name: string;
  schema: Record<string, unknown>;
  strict: boolean;
} {
  const strict = strictSchema(schema, OPENAI_STRICT);
  return { name, schema: { ...(strict ?? schema) }, strict: strict !== undefined };
}
