/**
 * What goes wrong between us and a model, as a user meets it: every fault ends in the right
 * answer or in a clear error, and none in a hang.
 */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ErrorCode } from "../../src/base/errors.ts";
import { createPlanwright, defineTool } from "../../src/index.ts";
import {
  answer,
  broken,
  ProtocolServer,
  type Reply,
  reset,
  status,
  stream,
  WIRES,
  type Wire,
} from "../protocol-server.ts";

const greet = defineTool({
  name: "greet",
  description: "Greet somebody.",
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "none",
  run: ({ name }) => ({ text: `Hello ${name}` }),
});

const PLAN = {
  pieces: JSON.stringify({
    subtasks: [{ id: "greeting", tool: "greet", input: [{ name: "name", value: "Ada" }] }],
    output: "${greeting.text}",
  }).match(/.{1,30}/g) as string[],
};

/** The model calls a tool that it was never offered, instead of answering. */
function toolCall(wire: Wire): Reply {
  const event = (data: Record<string, unknown>) =>
    `event: ${data["type"]}\ndata: ${JSON.stringify(data)}\n\n`;
  if (wire.name === "anthropic") {
    const { all } = wire.frames({ pieces: [] });
    const block = { type: "tool_use", id: "t1", name: "greet", input: {} };
    return stream([
      all[0] ?? "",
      event({ type: "content_block_start", index: 0, content_block: block }),
      event({
        type: "content_block_delta",
        index: 0,
        delta: { type: "input_json_delta", partial_json: "{}" },
      }),
      event({ type: "content_block_stop", index: 0 }),
      event({
        type: "message_delta",
        delta: { stop_reason: "tool_use" },
        usage: { output_tokens: 5 },
      }),
      event({ type: "message_stop" }),
    ]);
  }
  if (wire.name === "openai") {
    const { all } = wire.frames({ pieces: [] });
    const item = { type: "function_call", id: "f1", call_id: "c1", name: "greet", arguments: "{}" };
    return stream([
      all[0] ?? "",
      event({ type: "response.output_item.done", item }),
      all.at(-1) ?? "",
    ]);
  }
  const call = {
    index: 0,
    id: "c1",
    type: "function",
    function: { name: "greet", arguments: "{}" },
  };
  const chunk = (delta: object, reason: string | null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
  return stream([chunk({ tool_calls: [call] }, null), chunk({}, "tool_calls"), "data: [DONE]\n\n"]);
}

const soon = () => new Date(Date.now() + 1000).toUTCString();
const tooLong = {
  type: "invalid_request_error",
  code: "context_length_exceeded",
  message: "too long",
};

/** The first reply; those after it are right. What it ends in, if not in the answer. */
const FAULTS: readonly [string, (wire: Wire) => Reply, ErrorCode?][] = [
  [
    "a limit, and after how many seconds to come back",
    () => status(429, {}, { "retry-after": "1" }),
  ],
  ["a limit, and the date to come back at", () => status(429, {}, { "retry-after": soon() })],
  ["an error of the server", () => status(500)],
  ["a server that is overloaded", () => status(529)],
  ["a connection that breaks before the answer", () => reset],
  ["a connection that breaks in the answer", (wire) => broken(wire, PLAN, "reset", 3)],
  ["an answer that is cut off in good order", (wire) => broken(wire, PLAN, "cut", 3)],
  ["an answer that lacks only its end", (wire) => broken(wire, PLAN, "cut")],
  [
    "an answer that is not JSON",
    (wire) => answer(wire, { pieces: ["First I would ", "greet her."] }),
  ],
  ["an answer of the wrong form", (wire) => answer(wire, { pieces: ['{"subtasks": "greet"}'] })],
  [
    "an answer longer than allowed",
    (wire) => answer(wire, { pieces: ['{"subta'], finish: "length" }),
  ],
  ["an empty answer", (wire) => answer(wire, { pieces: [] })],
  ["a call of a tool instead of an answer", toolCall],
  ["a refusal", (wire) => answer(wire, { pieces: [], finish: "refusal" }), "model.refused"],
  [
    "a request that is too long",
    (wire) => status(wire.name === "anthropic" ? 413 : 400, tooLong),
    "model.rejected",
  ],
  ["a wrong key", () => status(401), "model.unauthorized"],
  ["an unknown model", () => status(404), "model.rejected"],
];

describe.each(WIRES)("asking $name, met with", (wire) => {
  it.concurrent.each(FAULTS)("%s", async (_what, fault, code) => {
    await using server = await ProtocolServer.start(fault(wire), answer(wire, PLAN));
    await using planwright = createPlanwright({
      model: wire.model(server.url),
      env: wire.env(server.url),
      journal: "memory:",
      tools: [greet],
      builtinTools: false,
    });
    const result = await planwright.ask("Greet Ada").result();
    if (code === undefined) {
      expect(result).toMatchObject({ status: "succeeded", output: "Hello Ada" });
      expect(server.received.length).toBeGreaterThan(1);
    } else {
      expect(result).toMatchObject({ status: "failed", error: { code } });
      expect(result.error?.message).toContain(wire.name);
      expect(result.error?.hint).toBeTruthy();
      expect(server.received).toHaveLength(1);
    }
  });
});
