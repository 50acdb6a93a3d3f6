import { describe, expect, it } from "vitest";
import { DEFAULT_BREAKER } from "../../src/base/breaker.ts";
import { DEFAULT_TIMEOUTS } from "../../src/models/deadlines.ts";
import { createProviderModel } from "../../src/models/generate.ts";
import type { Model } from "../../src/models/model.ts";
import { Traffic } from "../../src/models/traffic.ts";
import {
  answer,
  ProtocolServer,
  type Reply,
  status,
  WIRES,
  type Wire,
} from "../protocol-server.ts";
import { modelAt, request } from "./ask.ts";
import { ManualClock } from "./manual-clock.ts";

const [wire] = WIRES as readonly [Wire];
const OK = answer(wire, { pieces: ["done"] });
const RETRY = { initialMs: 1_000, maxMs: 4_000 };

async function limited(clock: ManualClock, replies: Reply[], random = 1) {
  const server = await ProtocolServer.start(...replies);
  const model: Model = modelAt(server, wire, { clock, retry: RETRY, random: () => random });
  return { server, model, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("the wait before another attempt", () => {
  it("doubles up to its limit", async () => {
    const clock = new ManualClock();
    await using at = await limited(clock, [status(500), status(500), status(500), status(500), OK]);
    const { result } = at.model.generate(request());
    for (const delay of [1_000, 2_000, 4_000, 4_000]) await clock.pass(delay);
    expect((await result).text).toBe("done");
  });

  it("is anywhere between nothing and its limit, so that clients do not come back together", async () => {
    const clock = new ManualClock();
    await using at = await limited(clock, [status(500), status(500), OK], 0.25);
    const { result } = at.model.generate(request());
    for (const delay of [250, 500]) await clock.pass(delay);
    expect((await result).text).toBe("done");
  });

  it.each([
    ["in seconds", { "retry-after": "7" }, 7_000],
    ["in milliseconds", { "retry-after-ms": "7250" }, 7_250],
    [
      "as a date",
      { "retry-after": new Date(Date.UTC(2026, 10, 21, 0, 0, 9)).toUTCString() },
      9_000,
    ],
  ])("is what the server asks for %s", async (_form, headers, expected) => {
    const clock = new ManualClock(Date.UTC(2026, 10, 21));
    await using at = await limited(clock, [status(429, {}, headers), OK]);
    const { result } = at.model.generate(request());
    await clock.pass(expected);
    expect((await result).text).toBe("done");
  });

  it("is never shorter than the server asks: a longer one than allowed ends the request", async () => {
    const clock = new ManualClock();
    await using at = await limited(clock, [status(429, {}, { "retry-after": "61" }), OK]);
    await expect(at.model.generate(request()).result).rejects.toMatchObject({
      code: "model.rate_limited",
      retryable: true,
      retryAfterMs: 61_000,
    });
    expect(at.server.received).toHaveLength(1);
  });

  it("ends at once on an abort, and leaves no timer", async () => {
    const clock = new ManualClock();
    await using at = await limited(clock, [status(429, {}, { "retry-after": "30" }), OK]);
    const stop = new AbortController();
    const { result } = at.model.generate(request({ signal: stop.signal }));
    while (!clock.delays.includes(30_000)) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await expect(result).rejects.toMatchObject({ code: "model.aborted" });
    expect(clock.delays).toEqual([]);
    expect(at.server.received).toHaveLength(1);
  });
});

it("obeys a server that says whether another attempt is worth it", async () => {
  await using server = await ProtocolServer.start(
    status(400, {}, { "x-should-retry": "true" }),
    status(500, {}, { "x-should-retry": "false" }),
  );
  await expect(modelAt(server, wire).generate(request()).result).rejects.toMatchObject({
    retryable: false,
  });
  expect(server.received).toHaveLength(2);
});

it("lets a bug stay a bug: it is neither retried nor called the provider's fault", async () => {
  let sent = 0;
  const model = createProviderModel(
    {
      name: "mine:buggy",
      keyVariable: "NONE",
      address: "nowhere",
      secrets: [],
      send() {
        sent++;
        throw new TypeError("x is not a function");
      },
    },
    {
      clock: new ManualClock(),
      timeouts: DEFAULT_TIMEOUTS,
      retry: { attempts: 3, initialMs: 0, maxMs: 0, maxRetryAfterMs: 0 },
      random: () => 0,
      traffic: new Traffic("mine:buggy", new ManualClock(), {}, DEFAULT_BREAKER),
    },
  );
  await expect(model.generate(request()).result).rejects.toThrow(TypeError);
  expect(sent).toBe(1);
});
