/**
 * The promises of `models/model.ts`, kept by every provider: the real SDKs against a server
 * that is scripted down to the byte.
 */

import { describe, expect, it } from "vitest";
import { ModelError } from "../../src/base/errors.ts";
import type { ModelStream } from "../../src/models/model.ts";
import {
  answer,
  broken,
  ProtocolServer,
  reset,
  silence,
  status,
  WIRES,
} from "../protocol-server.ts";
import { modelAt, request } from "./ask.ts";
import { ManualClock } from "./manual-clock.ts";

const HELLO = { pieces: ["Hel", "lo ", "world"] };

async function pieces(stream: ModelStream): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of stream) all.push(piece);
  return all;
}

async function failure(promise: Promise<unknown>): Promise<ModelError> {
  const error = await promise.then(
    () => expect.fail("It should have failed."),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

describe.each(WIRES)("$name", (wire) => {
  it("hands out the pieces of text as they arrive, and all of them in the result", async () => {
    await using server = await ProtocolServer.start(answer(wire, HELLO));
    const stream = modelAt(server, wire).generate(request());
    expect(await pieces(stream)).toEqual(HELLO.pieces);
    expect(await stream.result).toMatchObject({ text: "Hello world", finish: "stop" });
    expect(server.received.map(({ path }) => path)).toEqual([wire.path]);
  });

  it("hands out a piece before the rest is there", async () => {
    await using server = await ProtocolServer.start(broken(wire, HELLO, "silent"));
    const stop = new AbortController();
    const stream = modelAt(server, wire).generate(request({ signal: stop.signal }));
    const first = await stream[Symbol.asyncIterator]().next();
    expect(first.value).toBe("Hel");
    stop.abort();
    expect((await failure(stream.result)).code).toBe("model.aborted");
  });

  it("gives every reader all pieces, however late it comes", async () => {
    await using server = await ProtocolServer.start(answer(wire, HELLO));
    const stream = modelAt(server, wire).generate(request());
    await stream.result;
    expect(await pieces(stream)).toEqual(HELLO.pieces);
    expect(await pieces(stream)).toEqual(HELLO.pieces);
  });

  it("counts what went through the cache as input, once", async () => {
    // Anthropic reports cached tokens beside the input, the others within.
    const input = wire.name === "anthropic" ? 50 : 100;
    const written = wire.name === "openai-compatible" ? 0 : 10;
    const usage = { input, cached: 40, written, output: 7 };
    await using server = await ProtocolServer.start(answer(wire, { ...HELLO, usage }));
    const { usage: counted } = await modelAt(server, wire).generate(request()).result;
    expect(counted).toEqual({
      inputTokens: 100,
      cachedTokens: 40,
      outputTokens: 7,
      usd: expect.toSatisfy((usd) =>
        wire.name === "anthropic"
          ? Math.abs(usd - (50 * 1 + 40 * 0.1 + 10 * 1.25 + 7 * 5) / 1e6) < 1e-12
          : wire.name === "openai"
            ? Math.abs(usd - (50 * 0.1 + 40 * 0.01 + 10 * 0.125 + 7 * 0.5) / 1e6) < 1e-12
            : usd === null,
      ),
    });
  });

  it.each(["length", "refusal"] as const)("tells a %s from an answer", async (finish) => {
    await using server = await ProtocolServer.start(answer(wire, { pieces: ["{"], finish }));
    const result = await modelAt(server, wire).generate(request()).result;
    expect(result.finish).toBe(finish);
    expect(result.text).toBe(finish === "refusal" ? "I will not." : "{");
  });

  it.each([
    ["has a status of 429", status(429)],
    ["has a status of 500", status(500)],
    ["has a status of 529", status(529, { type: "overloaded_error", message: "Overloaded" })],
    ["is reset before it begins", reset],
    ["is reset in the middle", broken(wire, HELLO, "reset")],
    ["stops in good order before its end", broken(wire, HELLO, "cut")],
    ["stops before its first piece", broken(wire, HELLO, "cut", 1)],
  ])("asks again when an answer %s, and repeats no text", async (_what, bad) => {
    await using server = await ProtocolServer.start(bad, bad, answer(wire, HELLO));
    const stream = modelAt(server, wire).generate(request());
    expect(await stream.result).toMatchObject({ text: "Hello world" });
    expect(await pieces(stream)).toEqual(HELLO.pieces);
    expect(server.received).toHaveLength(3);
  });

  it("does not ask again once a reader has taken text", async () => {
    await using server = await ProtocolServer.start(
      broken(wire, HELLO, "cut"),
      answer(wire, HELLO),
    );
    const stream = modelAt(server, wire).generate(request());
    const read: string[] = [];
    const reading = async () => {
      for await (const piece of stream) read.push(piece);
    };
    expect(await failure(reading())).toMatchObject({ code: "model.unavailable", retryable: true });
    expect(read).toEqual(HELLO.pieces);
    expect(server.received).toHaveLength(1);
  });

  it("bills the attempts that broke off, where the provider said what they cost", async () => {
    const costly = { ...HELLO, usage: { input: 10, output: 3 } };
    const all = wire.frames(costly).all.length;
    // The events of all but Anthropic tell usage with the end or after it.
    const after = wire.name === "anthropic" ? all - 1 : wire.name === "openai" ? all - 1 : all - 3;
    await using server = await ProtocolServer.start(
      broken(wire, costly, "cut", after),
      answer(wire, costly),
    );
    const { usage } = await modelAt(server, wire).generate(request()).result;
    expect(usage).toMatchObject(
      wire.name === "anthropic"
        ? { inputTokens: 20, outputTokens: 6 }
        : { inputTokens: 10, outputTokens: 3 },
    );
  });

  it("gives up after the last attempt with what the provider said", async () => {
    await using server = await ProtocolServer.start(status(503, { message: "Down for repair" }));
    const model = modelAt(server, wire, { retry: { attempts: 3, initialMs: 0 } });
    const error = await failure(model.generate(request()).result);
    expect(error).toMatchObject({ code: "model.unavailable", retryable: true });
    expect(error.message).toBe(`${model.name} answered 503: Down for repair`);
    expect(server.received).toHaveLength(3);
  });

  it.each([
    [401, "model.unauthorized"],
    [403, "model.unauthorized"],
    [400, "model.rejected"],
    [404, "model.rejected"],
  ] as const)("does not ask again after %i", async (code, expected) => {
    await using server = await ProtocolServer.start(status(code));
    const error = await failure(modelAt(server, wire).generate(request()).result);
    expect(error).toMatchObject({ code: expected, retryable: false });
    expect(server.received).toHaveLength(1);
  });

  it("does not ask again when the account is empty, though the status is that of a limit", async () => {
    const empty = { type: "insufficient_quota", code: "insufficient_quota", message: "No credit" };
    await using server = await ProtocolServer.start(status(429, empty));
    expect(await failure(modelAt(server, wire).generate(request()).result)).toMatchObject({
      code: "model.rejected",
      hint: "Check the credit of the provider's account.",
    });
    expect(server.received).toHaveLength(1);
  });

  it("closes the connection at once when it is aborted before the answer", async () => {
    await using server = await ProtocolServer.start(silence);
    const stop = new AbortController();
    const stream = modelAt(server, wire).generate(request({ signal: stop.signal }));
    const received = await server.request(0);
    stop.abort();
    expect((await failure(stream.result)).code).toBe("model.aborted");
    await received.abandoned;
    expect(server.received).toHaveLength(1);
  });

  it("closes the connection at once when it is aborted in the middle of the answer", async () => {
    await using server = await ProtocolServer.start(broken(wire, HELLO, "silent"));
    const stop = new AbortController();
    const stream = modelAt(server, wire).generate(request({ signal: stop.signal }));
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    stop.abort();
    expect((await failure(stream.result)).code).toBe("model.aborted");
    await server.received[0]?.abandoned;
  });

  it("sends nothing when it is aborted from the start", async () => {
    await using server = await ProtocolServer.start(answer(wire, HELLO));
    const stream = modelAt(server, wire).generate(request({ signal: AbortSignal.abort() }));
    expect((await failure(stream.result)).code).toBe("model.aborted");
    expect(server.received).toHaveLength(0);
  });

  it.each([
    ["does not answer", silence, { connectMs: 1_234 }, "did not answer within 1.234 s"],
    [
      "writes nothing",
      broken(wire, HELLO, "silent", 1),
      { firstTokenMs: 1_234 },
      "wrote nothing within 1.234 s",
    ],
    ["falls silent", broken(wire, HELLO, "silent"), { silenceMs: 1_234 }, "was silent for 1.234 s"],
    [
      "never ends",
      broken(wire, HELLO, "silent"),
      { totalMs: 1_234 },
      "had not finished its answer within 1.234 s",
    ],
  ])("gives up an attempt that %s", async (_what, bad, timeouts, why) => {
    await using server = await ProtocolServer.start(bad, answer(wire, HELLO));
    const clock = new ManualClock();
    const stream = modelAt(server, wire, { clock, timeouts, retry: { attempts: 1 } }).generate(
      request(),
    );
    await server.request(0);
    await clock.pass(1_234);
    const error = await failure(stream.result);
    expect(error).toMatchObject({ code: "model.timeout", retryable: true });
    expect(error.message).toContain(why);
    await server.received[0]?.abandoned;
    expect(clock.delays).toEqual([]);
  });

  it("leaves no timer behind", async () => {
    await using server = await ProtocolServer.start(answer(wire, HELLO));
    const clock = new ManualClock();
    await modelAt(server, wire, { clock }).generate(request()).result;
    expect(clock.delays).toEqual([]);
  });

  it("shows no key in any error, even when the server repeats it", async () => {
    const key = "no/usual=key+0123";
    const env = {
      ANTHROPIC_API_KEY: key,
      OPENAI_API_KEY: key,
      OPENAI_COMPATIBLE_API_KEY: key,
    };
    const told = { message: `Incorrect key ${key}, sent as Authorization: Bearer ${key}` };
    await using server = await ProtocolServer.start(status(401, told), status(500, told));
    for (const code of ["model.unauthorized", "model.unavailable"]) {
      const model = modelAt(server, wire, {
        env: { ...wire.env(server.url), ...env },
        retry: { attempts: 1 },
      });
      const error = await failure(model.generate(request()).result);
      expect(error.code).toBe(code);
      expect(server.received[0]?.headers.authorization).toContain(key);
      const cause = error.cause as Error;
      expect(`${error.stack} ${error.hint} ${cause.stack} ${JSON.stringify(cause)}`).not.toContain(
        key,
      );
    }
  });
});
