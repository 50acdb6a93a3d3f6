import { describe, expect, it } from "vitest";
import { createModel } from "../../src/models/create-model.ts";
import { answer, ProtocolServer, reset, status, WIRES } from "../protocol-server.ts";
import { modelAt, request } from "./ask.ts";
import { ManualClock } from "./manual-clock.ts";

const HELLO = { pieces: ["Hel", "lo"] };

/** Let everything happen that needs no time. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setTimeout(done, 1));
};

describe("a limit of requests a minute", () => {
  it("is never exceeded by 50 requests at once, which are all answered in their order", async () => {
    const [, , wire] = WIRES;
    if (wire === undefined) throw new Error("There is no such wire.");
    await using server = await ProtocolServer.start(answer(wire, HELLO));
    const clock = new ManualClock();
    const model = modelAt(server, wire, { clock, limits: { requestsPerMinute: 10 } });
    const started: { at: number; content: string }[] = [];
    const known = () => server.received.length;
    const results = Array.from(
      { length: 50 },
      (_, at) =>
        model.generate(request({ messages: [{ role: "user", content: `request ${at}` }] })).result,
    );
    const all = Promise.all(results);
    for (let minute = 0; minute < 5; minute++) {
      await settle();
      for (let at = started.length; at < known(); at++) {
        const body = JSON.stringify(server.received[at]?.body);
        started.push({ at: clock.now(), content: /request (\d+)/.exec(body)?.[1] ?? "" });
      }
      expect(started).toHaveLength(10 * (minute + 1));
      if (minute < 4) await clock.pass(60_000);
    }
    expect((await all).every(({ text }) => text === "Hello")).toBe(true);
    // Those of one minute are sent side by side, and may arrive in any order.
    for (const [at, { content }] of started.entries()) {
      expect(Math.floor(Number(content) / 10)).toBe(Math.floor(at / 10));
    }
  });

  it("is one for all models of one name and server, and a waiting request can be aborted", async () => {
    const [wire] = WIRES;
    if (wire === undefined) throw new Error("There is no such wire.");
    await using server = await ProtocolServer.start(answer(wire, HELLO));
    const clock = new ManualClock();
    const options = { clock, limits: { requestsPerMinute: 1 } };
    await modelAt(server, wire, options).generate(request()).result;
    const stop = new AbortController();
    const second = modelAt(server, wire, options).generate(request({ signal: stop.signal })).result;
    const third = modelAt(server, wire, options).generate(request()).result;
    await settle();
    expect(server.received).toHaveLength(1);
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: "model.aborted" });
    await clock.pass(60_000);
    expect(await third).toMatchObject({ text: "Hello" });
    expect(server.received).toHaveLength(2);
  });

  it("counts tokens as they were consumed, not as they were expected", async () => {
    const [wire] = WIRES;
    if (wire === undefined) throw new Error("There is no such wire.");
    const usage = { input: 900, output: 60 };
    await using server = await ProtocolServer.start(answer(wire, { ...HELLO, usage }));
    const clock = new ManualClock();
    const model = modelAt(server, wire, { clock, limits: { tokensPerMinute: 1000 } });
    const small = request({ maxOutputTokens: 10 });
    await model.generate(small).result;
    const second = model.generate(small).result;
    await settle();
    expect(server.received).toHaveLength(2);
    await second;
    const third = model.generate(small).result;
    await settle();
    expect(server.received).toHaveLength(2);
    await clock.pass(60_000);
    await third;
  });
});

describe.each(WIRES)("a server of $name that is down", (wire) => {
  it("is left alone after some failures in a row, and asked again after a while", async () => {
    await using server = await ProtocolServer.start(reset, reset, reset, answer(wire, HELLO));
    const clock = new ManualClock();
    const options = {
      clock,
      breaker: { consecutive: 3, resetMs: 30_000 },
      retry: { attempts: 1 },
    };
    const ask = () => modelAt(server, wire, options).generate(request()).result;
    for (let at = 0; at < 3; at++)
      await expect(ask()).rejects.toMatchObject({ code: "model.unavailable" });
    await expect(ask()).rejects.toMatchObject({
      code: "model.unavailable",
      retryable: true,
      retryAfterMs: 30_000,
      message: expect.stringContaining("was not asked again"),
    });
    expect(server.received).toHaveLength(3);
    clock.setTimer(30_000, () => {});
    await clock.pass(30_000);
    expect(await ask()).toMatchObject({ text: "Hello" });
    expect(await ask()).toMatchObject({ text: "Hello" });
  });

  it("is not one that only limits requests, or refuses them for what they are", async () => {
    await using server = await ProtocolServer.start(
      status(429),
      status(400),
      status(401),
      answer(wire, HELLO),
    );
    const options = { breaker: { consecutive: 1 }, retry: { attempts: 1 } };
    const ask = () => modelAt(server, wire, options).generate(request()).result;
    await expect(ask()).rejects.toMatchObject({ code: "model.rate_limited" });
    await expect(ask()).rejects.toMatchObject({ code: "model.rejected" });
    await expect(ask()).rejects.toMatchObject({ code: "model.unauthorized" });
    expect(await ask()).toMatchObject({ text: "Hello" });
  });
});

describe("a chain of models", () => {
  /** One server for each wire, and the chain of their models. */
  async function chain(...replies: (readonly Parameters<typeof ProtocolServer.start>[0][])[]) {
    const servers = await Promise.all(replies.map((list) => ProtocolServer.start(...list)));
    const names = servers.map(({ url }, at) => WIRES[at]?.model(url) ?? "");
    const env = Object.assign({}, ...servers.map(({ url }, at) => WIRES[at]?.env(url) ?? {}));
    const retry = { initialMs: 0, maxMs: 0 };
    const model = createModel(names.join(","), { env, retry });
    return {
      model,
      names,
      servers,
      async [Symbol.asyncDispose]() {
        for (const server of servers) await server[Symbol.asyncDispose]();
      },
    };
  }

  const ok = (at: number, text: string) => {
    const wire = WIRES[at];
    if (wire === undefined) throw new Error("There is no such wire.");
    return answer(wire, { pieces: [text], usage: { input: 10, output: 5 } });
  };
  const refusal = (at: number) => {
    const wire = WIRES[at];
    if (wire === undefined) throw new Error("There is no such wire.");
    return answer(wire, { pieces: [], finish: "refusal", usage: { input: 10, output: 5 } });
  };

  it("asks the first, and no other while that answers", async () => {
    await using at = await chain([ok(0, "first")], [ok(1, "second")]);
    expect(at.model.name).toBe(at.names.join(","));
    const result = await at.model.generate(request()).result;
    expect(result).toMatchObject({ text: "first", model: at.names[0] });
    expect(at.servers[1]?.received).toEqual([]);
  });

  it.each([
    ["is down", reset, 2],
    ["limits requests for long", status(429, {}, { "retry-after": "600" }), 1],
    ["does not take the key", status(401), 1],
    ["does not take the request", status(400), 1],
    ["refuses", refusal(0), 1],
  ])("asks the next when the first %s", async (_what, reply, asked) => {
    await using at = await chain([reply], [ok(1, "second")]);
    const stream = at.model.generate(request());
    const read: string[] = [];
    for await (const piece of stream) read.push(piece);
    expect(read).toEqual(["second"]);
    expect(await stream.result).toMatchObject({ text: "second", model: at.names[1] });
    expect(at.servers[0]?.received).toHaveLength(asked);
  });

  it("adds up what all that were asked have cost", async () => {
    await using at = await chain([refusal(0)], [ok(1, "second")]);
    const { usage } = await at.model.generate(request()).result;
    expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 10 });
  });

  it("tells what each of them said when none answers", async () => {
    await using at = await chain([status(401)], [status(500)]);
    await expect(at.model.generate(request()).result).rejects.toMatchObject({
      code: "model.unavailable",
      message: expect.stringMatching(/None of the 2 models.*answered 401.*answered 500/),
    });
  });

  it("gives the last one's refusal when all refuse", async () => {
    await using at = await chain([refusal(0)], [refusal(1)]);
    expect(await at.model.generate(request()).result).toMatchObject({
      finish: "refusal",
      model: at.names[1],
    });
  });

  it("ends with the abort, and asks nobody else", async () => {
    await using at = await chain([() => {}], [ok(1, "second")]);
    const stop = new AbortController();
    const { result } = at.model.generate(request({ signal: stop.signal }));
    await at.servers[0]?.request(0);
    stop.abort();
    await expect(result).rejects.toMatchObject({ code: "model.aborted" });
    expect(at.servers[1]?.received).toEqual([]);
  });
});
