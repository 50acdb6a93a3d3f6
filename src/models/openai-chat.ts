import type OpenAI from "openai";
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
} from "openai/resources/chat/completions";
import type { CompletionUsage } from "openai/resources/completions";
import type { ModelRequest } from "./model.ts";
import { connectOpenAI, toFormat } from "./openai-client.ts";
import type { TokenCounts } from "./prices.ts";
import type { Connection, Provider, ProviderEvent } from "./provider.ts";
import { type SchemaMode, SchemaModes, schemaInstruction } from "./schema-mode.ts";

export const COMPATIBLE_KEY = "OPENAI_COMPATIBLE_API_KEY";

/**
 * Chat Completions, as Ollama, llama.cpp, vLLM, LM Studio and many hosts speak it.
 *
 * Thinking that comes beside the text (`reasoning_content`) is not part of the answer.
 */
export function compatibleProvider(
  name: string,
  model: string,
  address: Omit<Connection, "apiKey"> & { readonly apiKey: string | undefined },
): Provider {
  // The SDK insists on a key, local servers do not look at it.
  const connection = { ...address, apiKey: address.apiKey ?? "none" };
  let client: Promise<OpenAI> | undefined;
  const modes = new SchemaModes();
  return {
    name,
    keyVariable: COMPATIBLE_KEY,
    address: address.baseURL,
    secrets: address.apiKey === undefined ? [] : [address.apiKey],
    async *send(request, signal) {
      client ??= connectOpenAI(connection, { organization: null, project: null });
      const { completions } = (await client).chat;
      const chunks = await modes.send(request.schema, (mode) =>
        completions.create(toBody(model, request, mode), { signal }),
      );
      yield { type: "answered" };
      let refusal = "";
      let finish: string | undefined;
      for await (const chunk of chunks) {
        if (chunk.usage) yield { type: "usage", counts: toCounts(chunk.usage) };
        const choice = chunk.choices?.[0];
        if (choice === undefined) continue;
        const delta: Delta = choice.delta ?? {};
        if (delta.content) yield { type: "text", text: delta.content };
        else if (delta.reasoning_content || delta.reasoning) yield { type: "thinking" };
        refusal += delta.refusal ?? "";
        finish = choice.finish_reason ?? finish;
      }
      // Usage comes after the last choice, so the end is known only when the stream is.
      if (finish !== undefined) yield toEnd(finish, refusal);
    },
  };
}

/** Servers name their models' thoughts in two ways; OpenAI's own types know neither. */
type Delta = Partial<ChatCompletionChunk.Choice.Delta> & {
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
};

function toBody(
  model: string,
  request: ModelRequest,
  mode: SchemaMode,
): ChatCompletionCreateParamsStreaming {
  const { schema, maxOutputTokens } = request;
  const system = request.system.map(({ text }) => text);
  if (schema && mode === "told") system.push(schemaInstruction(schema));
  return {
    model,
    messages: [
      // In one message: the templates of many open models know a single system message.
      ...(system.length > 0 ? [{ role: "system" as const, content: system.join("\n\n") }] : []),
      ...request.messages.map(({ role, content }) => ({ role, content })),
    ],
    ...(schema &&
      mode === "held" && {
        response_format: { type: "json_schema", json_schema: toFormat(schema) },
      }),
    // The newer max_completion_tokens is unknown to many servers, this one to none.
    ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function toCounts(usage: CompletionUsage): TokenCounts {
  return {
    inputTokens: usage.prompt_tokens ?? 0,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
  };
}

function toEnd(finish: string, refusal: string): ProviderEvent {
  if (refusal !== "") return { type: "end", finish: "refusal", refusal };
  switch (finish) {
    case "length":
      return { type: "end", finish: "length" };
    case "content_filter":
      return { type: "end", finish: "refusal", refusal: "The content filter stopped the answer." };
    default:
      return { type: "end", finish: "stop" };
  }
}
