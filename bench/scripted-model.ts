/**
 * A model server with scripted answers and the latency of a real one: a pause before the
 * first token, then one token after the other. It speaks chat completions, streamed or not.
 */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type ScriptedRequest = {
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[];
  readonly tools?: readonly unknown[];
  readonly response_format?: unknown;
  readonly stream?: boolean;
};

export type ScriptedAnswer = {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[];
};

export type Latency = { readonly firstTokenMs: number; readonly tokenMs: number };

export type ModelTally = { calls: number; inputTokens: number; outputTokens: number };

/** About what tokenizers make of English and JSON. */
const CHARACTERS_PER_TOKEN = 4;

const tokensOf = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

export async function startScriptedModel(
  script: (request: ScriptedRequest) => ScriptedAnswer,
  { firstTokenMs, tokenMs }: Latency,
) {
  const tallies = new Map<string, ModelTally>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ScriptedRequest;
    // Each caller has a path of its own, so that many can be counted at once.
    const caller = request.url?.split("/")[1] ?? "";
    const answer = script(body);
    const pieces = piecesOf(answer);
    const tally = tallies.get(caller) ?? { calls: 0, inputTokens: 0, outputTokens: 0 };
    tallies.set(caller, tally);
    const asked = tokensOf(JSON.stringify([body.messages, body.tools, body.response_format]));
    const written = pieces.length;
    tally.calls += 1;
    tally.inputTokens += asked;
    tally.outputTokens += written;
    const usage = {
      prompt_tokens: asked,
      completion_tokens: written,
      total_tokens: asked + written,
    };
    await sleep(firstTokenMs);
    if (body.stream !== true) {
      await sleep(pieces.length * tokenMs);
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ id: "1", object: "chat.completion", choices: [choiceOf(answer)], usage }),
      );
    } else await writeStream(response, answer, pieces, tokenMs, usage);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlFor: (caller: string) => `http://127.0.0.1:${port}/${caller}/v1`,
    tallyOf: (caller: string) =>
      tallies.get(caller) ?? { calls: 0, inputTokens: 0, outputTokens: 0 },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function piecesOf({ text = "", calls = [] }: ScriptedAnswer): string[] {
  const written = text + calls.map(({ name, input }) => name + JSON.stringify(input)).join("");
  return written.match(/[\s\S]{1,4}/g) ?? [];
}

function toolCallsOf({ calls = [] }: ScriptedAnswer) {
  return calls.map(({ name, input }, index) => ({
    index,
    id: `call_${index}_${name}`,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
}

function choiceOf(answer: ScriptedAnswer) {
  const calls = toolCallsOf(answer);
  return {
    index: 0,
    finish_reason: calls.length > 0 ? "tool_calls" : "stop",
    message: {
      role: "assistant",
      content: answer.text ?? null,
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  };
}

async function writeStream(
  response: ServerResponse,
  answer: ScriptedAnswer,
  pieces: readonly string[],
  tokenMs: number,
  usage: object,
): Promise<void> {
  const send = (choices: readonly object[], more: object = {}) =>
    response.write(`data: ${JSON.stringify({ id: "1", choices, ...more })}\n\n`);
  response.setHeader("content-type", "text/event-stream");
  const calls = toolCallsOf(answer);
  const begun = performance.now();
  for (const [at, content] of pieces.entries()) {
    // By the clock, not by the sum of pauses: timers are late by up to a millisecond each.
    await sleep(Math.max(0, begun + (at + 1) * tokenMs - performance.now()));
    if (calls.length === 0) send([{ index: 0, delta: { content } }]);
  }
  if (calls.length > 0) send([{ index: 0, delta: { tool_calls: calls } }]);
  send([{ index: 0, delta: {}, finish_reason: calls.length > 0 ? "tool_calls" : "stop" }]);
  send([], { usage });
  response.end("data: [DONE]\n\n");
}
