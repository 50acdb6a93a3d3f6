import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { createModel } from "../../src/models/create-model.ts";

const env = { ANTHROPIC_API_KEY: "a", OPENAI_API_KEY: "o" };

it.each([
  ["anthropic:claude-haiku-4-5", "anthropic:claude-haiku-4-5"],
  [" openai:gpt-6-luna\n", "openai:gpt-6-luna"],
  ["openai:ft:gpt-6-luna:acme", "openai:ft:gpt-6-luna:acme"],
  [
    "openai-compatible:llama3:8b@http://127.0.0.1:11434/v1/",
    "openai-compatible:llama3:8b@http://127.0.0.1:11434/v1",
  ],
  [
    "openai-compatible:@cf/meta/llama-3@https://host.example/ai/v1",
    "openai-compatible:@cf/meta/llama-3@https://host.example/ai/v1",
  ],
])("%j names a model", (name, expected) => {
  expect(createModel(name, { env }).name).toBe(expected);
});

it.each([
  ["claude-haiku-4-5", "provider"],
  ["mistral:large", "provider"],
  ["", "provider"],
  ["anthropic:", "no model"],
  ["anthropic:a,", "provider"],
  ["anthropic:a,openai:", "no model"],
  ["anthropic:a b", "space"],
  ["openai-compatible:llama3", "no URL"],
  ["openai-compatible:llama3@127.0.0.1:11434", "no URL"],
  ["openai-compatible:@http://127.0.0.1", "no model"],
  ["openai-compatible:llama3@http://", "does not parse"],
])("%j is refused with the forms that exist", (name, why) => {
  expect(() => createModel(name, { env })).toThrow(
    expect.objectContaining({
      code: "model.unknown",
      message: expect.stringContaining(why),
      hint: expect.stringContaining("openai-compatible:MODEL@URL"),
    }),
  );
});

it("does not repeat a password that stands in an address", () => {
  const name = "openai-compatible:m@http://ada:hunter2@host.example/v1";
  const error = attempt(() => createModel(name, { env }));
  expect(error).toMatchObject({ code: "model.unknown" });
  expect(JSON.stringify(error) + error.message).not.toContain("hunter2");
});

it.each([
  ["anthropic:claude-haiku-4-5", "ANTHROPIC_API_KEY"],
  ["openai:gpt-6-luna", "OPENAI_API_KEY"],
])("%s without a key names the variable and where it is read", (name, variable) => {
  for (const value of [undefined, "", "  "]) {
    expect(attempt(() => createModel(name, { env: { [variable]: value } }))).toMatchObject({
      code: "model.key_missing",
      message: expect.stringContaining(variable),
      hint: expect.stringContaining(".env"),
    });
  }
});

it("refuses a base URL that is none before anything is sent", () => {
  const error = attempt(() =>
    createModel("openai:gpt-6-luna", { env: { ...env, OPENAI_BASE_URL: "localhost:80" } }),
  );
  expect(error).toMatchObject({
    code: "config.invalid",
    message: expect.stringContaining("OPENAI_BASE_URL"),
  });
});

it("loads no SDK before the first request: all that the room imports of them are types", async () => {
  const room = new URL("../../src/models/", import.meta.url);
  const files = (await readdir(room)).filter((name) => name.endsWith(".ts"));
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, room), "utf8")));
  const imports = sources.flatMap((source) => source.match(/^import [^;]*;/gms) ?? []);
  const ofSdks = imports.filter((line) => /from "(openai|@anthropic-ai)/.test(line));
  expect(ofSdks.length).toBeGreaterThan(3);
  expect(ofSdks.filter((line) => !line.startsWith("import type "))).toEqual([]);
});

function attempt(make: () => unknown): InputError {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  return expect.fail("It should have failed.");
}
