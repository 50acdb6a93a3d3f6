import type Anthropic from "@anthropic-ai/sdk";
import type {
  Message,
  MessageCreateParamsStreaming,
  MessageDeltaUsage,
  TextBlockParam,
  Usage,
} from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelRequest, ModelResult } from "./model.ts";
import type { TokenCounts } from "./prices.ts";
import { type Connection, type Provider, type ProviderEvent, SDK_TIMEOUT_MS } from "./provider.ts";
import { type SchemaMode, SchemaModes, schemaInstruction } from "./schema-mode.ts";
import { ANTHROPIC_STRICT, strictSchema } from "./strict-schema.ts";

export const ANTHROPIC_KEY = "ANTHROPIC_API_KEY";

/** The API wants a limit; every current model can write as much, thinking included. */
const MAX_OUTPUT_TOKENS = 32_000;

/** Anthropic's Messages API. */
export function anthropicProvider(name: string, model: string, connection: Connection): Provider {
  let client: Promise<Anthropic> | undefined;
  const modes = new SchemaModes();
  return {
    name,
    keyVariable: ANTHROPIC_KEY,
    address: connection.baseURL,
    secrets: [connection.apiKey],
    async *send(request, signal) {
      client ??= connect(connection);
      const messages = (await client).messages;
      const events = await modes.send(request.schema, (mode) =>
        messages.create(toBody(model, request, mode), { signal }),
      );
      yield { type: "answered" };
      let counts: TokenCounts | undefined;
      let end: ProviderEvent | undefined;
      for await (const event of events) {
        switch (event.type) {
          case "message_start":
            counts = toCounts(event.message.usage);
            yield { type: "usage", counts };
            break;
          case "content_block_delta":
            if (event.delta.type === "text_delta") yield { type: "text", text: event.delta.text };
            else yield { type: "thinking" };
            break;
          case "message_delta":
            counts = toCounts(event.usage, counts);
            yield { type: "usage", counts };
            end = toEnd(event.delta);
            break;
          case "message_stop":
            if (end !== undefined) yield end;
            break;
          default:
            break;
        }
      }
    },
  };
}

async function connect({ apiKey, baseURL, fetch }: Connection): Promise<Anthropic> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  return new Anthropic({
    apiKey,
    baseURL,
    ...(fetch && { fetch }),
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off",
    openTelemetry: false,
  });
}

function toBody(
  model: string,
  request: ModelRequest,
  mode: SchemaMode,
): MessageCreateParamsStreaming {
  // There is no lenient mode: a schema that cannot be held to strictly is told in words.
  const schema =
    request.schema && mode === "held"
      ? strictSchema(request.schema.schema, ANTHROPIC_STRICT)
      : undefined;
  const system: TextBlockParam[] = request.system.map(({ text, cache }) => ({
    type: "text",
    text,
    ...(cache && { cache_control: { type: "ephemeral" } }),
  }));
  if (request.schema !== undefined && schema === undefined) {
    system.push({ type: "text", text: schemaInstruction(request.schema) });
  }
  return {
    model,
    max_tokens: request.maxOutputTokens ?? MAX_OUTPUT_TOKENS,
    ...(system.length > 0 && { system }),
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...(schema && { output_config: { format: { type: "json_schema", schema } } }),
    stream: true,
  };
}

/** Anthropic counts what went through the cache apart from the input; we count it as input. */
function toCounts(usage: Usage | MessageDeltaUsage, before?: TokenCounts): TokenCounts {
  const cachedTokens = usage.cache_read_input_tokens ?? before?.cachedTokens ?? 0;
  const cacheWriteTokens = usage.cache_creation_input_tokens ?? before?.cacheWriteTokens ?? 0;
  const beside = before ? before.inputTokens - before.cachedTokens - before.cacheWriteTokens : 0;
  return {
    inputTokens: (usage.input_tokens ?? beside) + cachedTokens + cacheWriteTokens,
    cachedTokens,
    cacheWriteTokens,
    outputTokens: usage.output_tokens ?? before?.outputTokens ?? 0,
  };
}

type Ending = Pick<Message, "stop_reason" | "stop_details">;

function toEnd({ stop_reason, stop_details }: Ending): ProviderEvent {
  if (stop_reason === "refusal") {
    const refusal = stop_details?.explanation ?? stop_details?.category;
    return { type: "end", finish: "refusal", ...(refusal && { refusal }) };
  }
  return { type: "end", finish: FINISH[stop_reason ?? "end_turn"] ?? "stop" };
}

const FINISH: Partial<Record<string, ModelResult["finish"]>> = {
  max_tokens: "length",
  model_context_window_exceeded: "length",
};
