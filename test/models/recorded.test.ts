import { appendFile, mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Model, ModelRequest } from "../../src/models/model.ts";
import { recordModel, replayModel } from "../../src/models/recorded.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { modelAt, request } from "./ask.ts";

const say = (content: string, more: Partial<ModelRequest> = {}) =>
  request({ messages: [{ role: "user", content }], ...more });

describe.each(WIRES)("a recording of $name", (wire) => {
  /** A recording of these requests, answered one, two, three, … */
  async function record(...requests: readonly ModelRequest[]) {
    const folder = await mkdtempDisposable(join(tmpdir(), "planwright-recording-"));
    const file = join(folder.path, "r.jsonl");
    const words = ["one ", "two ", "three "].map((word) =>
      answer(wire, { pieces: [word.repeat(10)], usage: { input: 7, output: 3 } }),
    );
    await using server = await ProtocolServer.start(...words);
    const env = wire.env(server.url);
    const model = recordModel(modelAt(server, wire), file, env);
    for (const asked of requests) await model.generate(asked).result;
    return { file, env, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  }

  const ask = async (model: Model, content: string, more: Partial<ModelRequest> = {}) =>
    (await model.generate(say(content, more)).result).text.split(" ")[0];

  it("answers the same requests with text, usage and name, in pieces too", async () => {
    await using at = await record(say("a"), say("b"));
    const model = replayModel(at.file);
    expect(model.name).toMatch(new RegExp(`^${wire.name}:`));
    const stream = model.generate(say("b"));
    const pieces: string[] = [];
    for await (const piece of stream) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe("two ".repeat(10));
    expect(await stream.result).toMatchObject({
      usage: { inputTokens: 7, outputTokens: 3 },
      finish: "stop",
    });
    expect(await ask(model, "a")).toBe("one");
  });

  it("gives the answers to one request in their order, then the last again", async () => {
    await using at = await record(say("a"), say("a"), say("b"));
    const model = replayModel(at.file);
    expect([await ask(model, "a"), await ask(model, "a"), await ask(model, "a")]).toEqual([
      "one",
      "two",
      "two",
    ]);
  });

  it("does not mind when a request is made, but all else", async () => {
    await using at = await record(say("Today is Sunday, 2026-11-22; it is 08:30. Go."));
    const model = replayModel(at.file);
    expect(await ask(model, "Today is Monday, 2027-01-04; it is 23:59. Go.")).toBe("one");
    const failed = ask(model, "Today is Monday, 2027-01-04; it is 23:59. Stop.");
    await expect(failed).rejects.toMatchObject({ code: "model.not_recorded" });
    const schema = { name: "x", schema: { type: "object" } };
    await expect(
      ask(model, "Today is Sunday, 2026-11-22; it is 08:30. Go.", { schema }),
    ).rejects.toThrow("has no answer to this request");
  });

  it("is added to, and bears a last line that was cut off", async () => {
    await using at = await record(say("a"));
    await appendFile(at.file, '{"request": {"mess');
    expect(await ask(replayModel(at.file), "a")).toBe("one");
  });

  it("holds no key, wherever it stood", async () => {
    const secret = "sk-planted-0123456789";
    const folder = await mkdtempDisposable(join(tmpdir(), "planwright-recording-"));
    await using _folder = folder;
    const file = join(folder.path, "r.jsonl");
    await using server = await ProtocolServer.start(
      answer(wire, { pieces: [`Your key is ${secret}`] }),
    );
    const env: Record<string, string> = { ...wire.env(server.url), SOME_API_KEY: secret };
    await recordModel(modelAt(server, wire), file, env).generate(say(`My key is ${secret}`)).result;
    const text = await readFile(file, "utf8");
    expect(text).toContain("Your key is [key]");
    for (const value of [secret, env["ANTHROPIC_API_KEY"], env["OPENAI_API_KEY"]]) {
      if (value !== undefined) expect(text).not.toContain(value);
    }
  });
});
