import type OpenAI from "openai";
import type {
  Response,
  ResponseCreateParamsStreaming,
  ResponseUsage,
} from "openai/resources/responses/responses";
import type { ModelRequest } from "./model.ts";
import { connectOpenAI, type OpenAIAccount, toFormat } from "./openai-client.ts";
import type { TokenCounts } from "./prices.ts";
import type { Connection, Provider, ProviderEvent } from "./provider.ts";
import { type SchemaMode, SchemaModes, schemaInstruction } from "./schema-mode.ts";

export const OPENAI_KEY = "OPENAI_API_KEY";

/** OpenAI's Responses API. */
export function openaiProvider(
  name: string,
  model: string,
  connection: Connection,
  account: OpenAIAccount,
): Provider {
  let client: Promise<OpenAI> | undefined;
  const modes = new SchemaModes();
  return {
    name,
    keyVariable: OPENAI_KEY,
    address: connection.baseURL,
    secrets: [connection.apiKey],
    async *send(request, signal) {
      client ??= connectOpenAI(connection, account);
      const { responses } = await client;
      const events = await modes.send(request.schema, (mode) =>
        responses.create(toBody(model, request, mode), { signal }),
      );
      yield { type: "answered" };
      let refusal = "";
      for await (const event of events) {
        switch (event.type) {
          case "response.output_text.delta":
            yield { type: "text", text: event.delta };
            break;
          case "response.refusal.delta":
            refusal += event.delta;
            yield { type: "thinking" };
            break;
          case "response.completed":
          case "response.incomplete":
          case "response.failed":
            if (event.response.usage)
              yield { type: "usage", counts: toCounts(event.response.usage) };
            yield toEnd(event.response, refusal);
            break;
          case "error":
            throw inStream(event.code, event.message);
          default:
            // What begins or goes on is no output yet, and what has come to an end is.
            if (/\.(?:delta|done)$/.test(event.type)) yield { type: "thinking" };
        }
      }
    },
  };
}

function toBody(
  model: string,
  request: ModelRequest,
  mode: SchemaMode,
): ResponseCreateParamsStreaming {
  const { schema, maxOutputTokens } = request;
  const instructions = request.system.map(({ text }) => text);
  if (schema && mode === "told") instructions.push(schemaInstruction(schema));
  return {
    model,
    ...(instructions.length > 0 && { instructions: instructions.join("\n\n") }),
    input: request.messages.map(({ role, content }) => ({ role, content })),
    ...(schema &&
      mode === "held" && { text: { format: { type: "json_schema", ...toFormat(schema) } } }),
    ...(maxOutputTokens !== undefined && { max_output_tokens: maxOutputTokens }),
    // Goals and what tools read are the user's: nothing is kept at the provider.
    store: false,
    stream: true,
  };
}

/** Cached tokens are a part of OpenAI's input tokens already. */
function toCounts(usage: ResponseUsage): TokenCounts {
  return {
    inputTokens: usage.input_tokens,
    cachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
    outputTokens: usage.output_tokens,
  };
}

const POLICY_CODES: ReadonlySet<string> = new Set(["bio_policy", "misalignment_policy_violation"]);

function toEnd(response: Response, refusal: string): ProviderEvent {
  const { status, error, incomplete_details } = response;
  if (error && POLICY_CODES.has(error.code)) {
    return { type: "end", finish: "refusal", refusal: error.message };
  }
  if (error || status === "failed") throw inStream(error?.code ?? "failed", error?.message ?? "");
  if (refusal !== "") return { type: "end", finish: "refusal", refusal };
  switch (incomplete_details?.reason) {
    case undefined:
      return { type: "end", finish: "stop" };
    case "content_filter":
      return { type: "end", finish: "refusal", refusal: "The content filter stopped the answer." };
    default:
      return { type: "end", finish: "length" };
  }
}

/** An error that came as an event, in the form in which the SDK throws the others. */
function inStream(code: string | null, message: string): Error {
  return Object.assign(new Error(message), { error: { code: code ?? "error_event", message } });
}
