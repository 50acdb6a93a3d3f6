/** What really goes over the wire, and what providers say in their own ways. */

import { describe, expect, it } from "vitest";
import type { ModelRequest } from "../../src/models/model.ts";
import { answer, ProtocolServer, status, stream, WIRES, type Wire } from "../protocol-server.ts";
import { modelAt, request } from "./ask.ts";

const OK = { pieces: ["{}"] };
const wire = Object.fromEntries(WIRES.map((each) => [each.name, each])) as Record<
  "anthropic" | "openai" | "openai-compatible",
  Wire
>;

const CLOSED = {
  type: "object",
  properties: { city: { type: "string", minLength: 1 }, days: { type: "integer" } },
  required: ["city"],
};
const OPEN = { type: "object", additionalProperties: { type: "string" } };

const FULL: ModelRequest = {
  system: [{ text: "Rules.", cache: true }, { text: "Tools." }],
  messages: [
    { role: "user", content: "Goal" },
    { role: "assistant", content: "Plan" },
    { role: "user", content: "Errors" },
  ],
  schema: { name: "trip", schema: CLOSED },
  maxOutputTokens: 500,
};

async function bodyOf(which: Wire, asked: ModelRequest): Promise<Record<string, unknown>> {
  await using server = await ProtocolServer.start(answer(which, OK));
  await modelAt(server, which).generate(asked).result;
  return (await server.request(0)).body;
}

describe("a request with everything in it", () => {
  it("marks the cached prefix and the output's schema for Anthropic", async () => {
    expect(await bodyOf(wire.anthropic, FULL)).toEqual({
      model: "claude-haiku-4-5",
      max_tokens: 500,
      system: [
        { type: "text", text: "Rules.", cache_control: { type: "ephemeral" } },
        { type: "text", text: "Tools." },
      ],
      messages: FULL.messages,
      output_config: {
        format: {
          type: "json_schema",
          schema: {
            type: "object",
            properties: {
              city: { type: "string", description: "(minLength: 1)" },
              days: { type: "integer" },
            },
            required: ["city"],
            additionalProperties: false,
          },
        },
      },
      stream: true,
    });
  });

  const strict = {
    type: "object",
    properties: {
      city: { type: "string", description: "(minLength: 1)" },
      days: { anyOf: [{ type: "integer" }, { type: "null" }] },
    },
    required: ["city", "days"],
    additionalProperties: false,
  };

  it("holds OpenAI's Responses API to the schema, and has nothing stored", async () => {
    expect(await bodyOf(wire.openai, FULL)).toEqual({
      model: "gpt-6-luna",
      instructions: "Rules.\n\nTools.",
      input: FULL.messages,
      text: { format: { type: "json_schema", name: "trip", schema: strict, strict: true } },
      max_output_tokens: 500,
      store: false,
      stream: true,
    });
  });

  it("asks a compatible server for the schema and for its usage, in one system message", async () => {
    expect(await bodyOf(wire["openai-compatible"], FULL)).toEqual({
      model: "llama3:8b",
      messages: [{ role: "system", content: "Rules.\n\nTools." }, ...FULL.messages],
      response_format: {
        type: "json_schema",
        json_schema: { name: "trip", schema: strict, strict: true },
      },
      max_tokens: 500,
      stream: true,
      stream_options: { include_usage: true },
    });
  });
});

describe("a schema that strict modes cannot express", () => {
  const asked = request({ schema: { name: "names", schema: OPEN } });

  it("is told to Anthropic's model in words, since there is no lenient mode", async () => {
    const body = await bodyOf(wire.anthropic, asked);
    expect(body["output_config"]).toBeUndefined();
    expect(JSON.stringify(body["system"])).toContain("additionalProperties");
  });

  it("is sent to OpenAI as it is, without strictness", async () => {
    const body = await bodyOf(wire.openai, asked);
    expect(body["text"]).toEqual({
      format: { type: "json_schema", name: "names", schema: OPEN, strict: false },
    });
  });
});

describe.each(WIRES)("a schema that $name refuses", (which) => {
  const asked = request({ schema: { name: "trip", schema: CLOSED } });
  const isHeld = ({ body }: { body: object }) =>
    ["output_config", "text", "response_format"].some((field) => field in body);

  it.each([400, 422])("with %i is told in words, then and ever after", async (code) => {
    await using server = await ProtocolServer.start(status(code), answer(which, OK));
    const model = modelAt(server, which);
    for (let n = 0; n < 2; n++) {
      expect((await model.generate(asked).result).text).toBe("{}");
    }
    expect(server.received.map(isHeld)).toEqual([true, false, false]);
    expect(JSON.stringify(server.received[2]?.body)).toContain("JSON Schema");
    const another = request({ schema: { name: "another", schema: CLOSED } });
    await model.generate(another).result;
    expect(server.received.map(isHeld)).toEqual([true, false, false, true]);
  });

  it("is not to blame when the request without it is refused, too", async () => {
    await using server = await ProtocolServer.start(status(400), status(400), answer(which, OK));
    const model = modelAt(server, which);
    await expect(model.generate(asked).result).rejects.toMatchObject({ code: "model.rejected" });
    await model.generate(asked).result;
    expect(server.received.map(isHeld)).toEqual([true, false, true]);
  });
});

describe("errors inside a stream", () => {
  const sse = (...events: { type: string }[]) =>
    stream(events.map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`));
  const failed = (code: string) => ({
    type: "response.failed",
    response: { status: "failed", error: { code, message: "said" } },
  });

  it.each([
    [wire.anthropic, { type: "error", error: { type: "overloaded_error", message: "said" } }],
    [wire.openai, { type: "error", code: "server_error", message: "said" }],
    [wire.openai, failed("rate_limit_exceeded")],
    [wire["openai-compatible"], { type: "error", error: { code: "busy", message: "said" } }],
  ])("of the passing kind are followed by another attempt: $0.name", async (which, event) => {
    await using server = await ProtocolServer.start(sse(event), answer(which, OK));
    expect((await modelAt(server, which).generate(request()).result).text).toBe("{}");
    expect(server.received).toHaveLength(2);
  });

  it.each([
    [wire.anthropic, { type: "error", error: { type: "invalid_request_error", message: "said" } }],
    [wire.openai, failed("invalid_prompt")],
  ])("of the lasting kind are not: $0.name", async (which, event) => {
    await using server = await ProtocolServer.start(sse(event), answer(which, OK));
    const result = modelAt(server, which).generate(request()).result;
    await expect(result).rejects.toMatchObject({
      code: "model.rejected",
      message: expect.stringContaining("said"),
    });
    expect(server.received).toHaveLength(1);
  });

  it("that name a policy are a refusal", async () => {
    await using server = await ProtocolServer.start(sse(failed("bio_policy")));
    const result = await modelAt(server, wire.openai).generate(request()).result;
    expect(result).toMatchObject({ finish: "refusal", text: "said" });
  });
});

it("says where nobody listens, and how to go on", async () => {
  const server = await ProtocolServer.start();
  const { url } = server;
  await server[Symbol.asyncDispose]();
  for (const which of WIRES) {
    await expect(
      modelAt({ url }, which, { retry: { attempts: 1 } }).generate(request()).result,
    ).rejects.toMatchObject({
      code: "model.unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
      hint: expect.stringContaining("address"),
    });
  }
});

it("takes a key for a compatible server from the environment, and needs none", async () => {
  const compatible = wire["openai-compatible"];
  await using server = await ProtocolServer.start(answer(compatible, OK));
  await modelAt(server, compatible).generate(request()).result;
  const env = { OPENAI_COMPATIBLE_API_KEY: "mine\n", OPENAI_API_KEY: "of-openai" };
  await modelAt(server, compatible, { env }).generate(request()).result;
  const sent = server.received.map(({ headers }) => headers.authorization);
  expect(sent).toEqual(["Bearer none", "Bearer mine"]);
});
