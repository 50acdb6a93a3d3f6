/**
 * A server that speaks the providers' wire formats exactly as scripted, for what the mock
 * server from npm cannot do: real request bodies, cached tokens, streams that end in the
 * wrong place, silence.
 */

import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** Settles when the client closes the connection before it has the whole answer. */
  readonly abandoned: Promise<void>;
}

/** Answers one request, well or badly. */
export type Reply = (response: ServerResponse) => void | Promise<void>;

export class ProtocolServer implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #replies: Reply[];
  #arrived = Promise.withResolvers<void>();

  private constructor(replies: Reply[]) {
    this.#replies = replies;
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const abandoned = Promise.withResolvers<void>();
      response.on("close", () => {
        if (!response.writableFinished) abandoned.resolve();
      });
      this.received.push({
        path: request.url ?? "",
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>,
        abandoned: abandoned.promise,
      });
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
      const reply = this.#replies[this.received.length - 1] ?? this.#replies.at(-1);
      await reply?.(response);
    });
  }

  /** @param replies to the requests in order; the last one to all that follow */
  static async start(...replies: Reply[]): Promise<ProtocolServer> {
    const server = new ProtocolServer(replies);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The nth request, from 0, as soon as it is there. */
  async request(index: number): Promise<Received> {
    for (;;) {
      const received = this.received[index];
      if (received !== undefined) return received;
      await this.#arrived.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An error with an HTTP status. */
export function status(
  code: number,
  error: Record<string, unknown> = { type: "error", message: "scripted" },
  headers: Record<string, string> = {},
): Reply {
  return (response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ type: "error", error }));
  };
}

/** Accepts the request and says nothing, not even that it will answer. */
export const silence: Reply = () => {};

/** The connection breaks before a byte of the answer. */
export const reset: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

export type Ending =
  /** In good order. */
  | "whole"
  /** The connection is closed in good order, before the stream's own end. */
  | "cut"
  /** The connection breaks. */
  | "reset"
  /** Nothing more comes. */
  | "silent";

/** A stream of server-sent events. */
export function stream(frames: readonly string[], ending: Ending = "whole"): Reply {
  return async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    for (const frame of frames) await new Promise((resolve) => response.write(frame, resolve));
    if (ending === "reset") response.socket?.resetAndDestroy();
    else if (ending !== "silent") response.end();
  };
}

export interface Answer {
  readonly pieces: readonly string[];
  /** As the provider counts. */
  readonly usage?: { input: number; output: number; cached?: number; written?: number };
  readonly finish?: "stop" | "length" | "refusal";
}

/** One provider's wire: how to reach it, and how an answer looks. */
export interface Wire {
  readonly name: string;
  readonly path: string;
  /** Its model's name, when it runs at this address. */
  model(url: string): string;
  env(url: string): Record<string, string>;
  /** An answer as server-sent events; the last `tail` of them mark its end. */
  frames(answer: Answer): { readonly all: string[]; readonly tail: number };
}

function event(data: Record<string, unknown>): string {
  return `event: ${data["type"]}\ndata: ${JSON.stringify(data)}\n\n`;
}

const NO_USAGE: NonNullable<Answer["usage"]> = { input: 0, output: 0 };

const anthropic: Wire = {
  name: "anthropic",
  path: "/v1/messages",
  model: () => "anthropic:claude-haiku-4-5",
  env: (url) => ({ ANTHROPIC_API_KEY: "key-of-anthropic", ANTHROPIC_BASE_URL: url }),
  frames({ pieces, usage = NO_USAGE, finish = "stop" }) {
    const reason = { stop: "end_turn", length: "max_tokens", refusal: "refusal" }[finish];
    const details = finish === "refusal" ? { type: "refusal", explanation: "I will not." } : null;
    const start = {
      input_tokens: usage.input,
      cache_read_input_tokens: usage.cached ?? null,
      cache_creation_input_tokens: usage.written ?? null,
      output_tokens: 1,
    };
    const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [] };
    const all = [
      event({ type: "message_start", message: { ...message, usage: start } }),
      event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
      ...pieces.map((text) =>
        event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
      ),
      event({ type: "content_block_stop", index: 0 }),
      event({
        type: "message_delta",
        delta: { stop_reason: reason, stop_details: details },
        usage: { input_tokens: null, output_tokens: usage.output },
      }),
      event({ type: "message_stop" }),
    ];
    return { all, tail: 1 };
  },
};

const openai: Wire = {
  name: "openai",
  path: "/v1/responses",
  model: () => "openai:gpt-6-luna",
  env: (url) => ({ OPENAI_API_KEY: "key-of-openai", OPENAI_BASE_URL: `${url}/v1` }),
  frames({ pieces, usage = NO_USAGE, finish = "stop" }) {
    const response = {
      id: "resp_1",
      status: finish === "length" ? "incomplete" : "completed",
      incomplete_details: finish === "length" ? { reason: "max_output_tokens" } : null,
      error: null,
      usage: {
        input_tokens: usage.input,
        input_tokens_details: {
          cached_tokens: usage.cached ?? 0,
          cache_write_tokens: usage.written ?? 0,
        },
        output_tokens: usage.output,
      },
    };
    const type = finish === "length" ? "response.incomplete" : "response.completed";
    const refusal = { type: "response.refusal.delta", delta: "I will not." };
    const all = [
      event({ type: "response.created", response: { id: "resp_1", status: "in_progress" } }),
      ...pieces.map((delta) => event({ type: "response.output_text.delta", delta })),
      ...(finish === "refusal" ? [event(refusal)] : []),
      event({ type, response }),
    ];
    return { all, tail: 1 };
  },
};

const compatible: Wire = {
  name: "openai-compatible",
  path: "/v1/chat/completions",
  model: (url) => `openai-compatible:llama3:8b@${url}/v1`,
  env: () => ({}),
  frames({ pieces, usage, finish = "stop" }) {
    const chunk = (delta: object, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    const counts = usage && {
      prompt_tokens: usage.input,
      prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
      completion_tokens: usage.output,
    };
    const all = [
      chunk({ role: "assistant", content: "" }),
      chunk({ reasoning_content: "Let me think." }),
      ...pieces.map((content) => chunk({ content })),
      ...(finish === "refusal" ? [chunk({ refusal: "I will not." })] : []),
      chunk({}, finish === "length" ? "length" : "stop"),
      ...(counts ? [`data: ${JSON.stringify({ choices: [], usage: counts })}\n\n`] : []),
      "data: [DONE]\n\n",
    ];
    return { all, tail: counts ? 3 : 2 };
  },
};

export const WIRES: readonly Wire[] = [anthropic, openai, compatible];

/** A whole answer on this wire. */
export function answer(wire: Wire, what: Answer): Reply {
  return stream(wire.frames(what).all);
}

/** An answer that lacks its end, or what follows the first `after` events. */
export function broken(wire: Wire, what: Answer, ending: Ending, after?: number): Reply {
  const { all, tail } = wire.frames(what);
  return stream(all.slice(0, after ?? all.length - tail), ending);
}
