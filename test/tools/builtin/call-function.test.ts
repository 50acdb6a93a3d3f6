import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { CALL_FUNCTION } from "../../../src/tools/builtin/call-function.ts";
import { loadHandler, toolOfHandler } from "../../../src/tools/handler.ts";
import { call, failure } from "./call.ts";
import { workspaceWith } from "./files.ts";

const INDEX = pathToFileURL(resolve(import.meta.dirname, "../../../src/index.ts")).href;
const ZOD = import.meta.resolve("zod");

const FILES = {
  "greet.ts":
    "export default async ({ name }: { name: string }, { runId }: { runId: string }) => `${name} in ${runId}`;\n",
  "reads.ts": 'export const effects = "read";\nexport default () => ({ n: 1 });\n',
  "sends.ts": "export const idempotent = true;\nexport default () => null;\n",
  "odd.ts": 'export const effects = "some";\nexport default () => null;\n',
  "value.ts": "export default 5;\n",
  "tool.ts": `import { defineTool } from "${INDEX}";
import { z } from "${ZOD}";
export default defineTool({
  name: "half", description: "Half.", effects: "none",
  input: z.object({ n: z.number() }), output: z.object({ n: z.int() }),
  run: ({ n }) => ({ n: n / 2 }),
});
`,
};

const tool = CALL_FUNCTION.find(({ name }) => name === "call_function") ?? expect.fail("no tool");

describe("call_function", () => {
  it("calls the default export with the input and the context", async () => {
    await using folder = await workspaceWith(FILES);
    const module = join(folder.workspace, "greet.ts");
    expect(await call(tool, { module, input: { name: "Ada" } }, { runId: "r1" })).toBe("Ada in r1");
  });

  it.each([
    ["greet.ts", "call_function"],
    ["reads.ts", "call_reading_function"],
    ["sends.ts", "call_idempotent_function"],
    ["tool.ts", "call_pure_function"],
  ])("does what %s says about its effects", async (file, name) => {
    await using folder = await workspaceWith(FILES);
    const handler = await loadHandler(join(folder.workspace, file));
    const found = CALL_FUNCTION.find((one) => one.name === toolOfHandler(handler));
    expect(found).toMatchObject({ name, effects: handler.effects, idempotent: handler.idempotent });
  });

  it("holds what defineTool gives to its schemas", async () => {
    await using folder = await workspaceWith(FILES);
    const module = join(folder.workspace, "tool.ts");
    expect(await call(tool, { module, input: { n: 4 } })).toEqual({ n: 2 });
    const codes = await Promise.all(
      [{ n: "4" }, { n: 3 }].map(async (input) => (await failure(tool, { module, input })).code),
    );
    expect(codes).toEqual(["tool.invalid_input", "tool.invalid_output"]);
  });

  it("holds the output to the schema of the subtask", async () => {
    await using folder = await workspaceWith(FILES);
    const module = join(folder.workspace, "reads.ts");
    const schema = { type: "object", properties: { n: { type: "string" } } };
    expect(await failure(tool, { module, input: null, schema })).toMatchObject({
      code: "tool.invalid_output",
      message: expect.stringContaining("n must be string, and is 1"),
      retryable: false,
    });
  });

  it.each([
    ["value.ts", "exports no function as default"],
    ["odd.ts", "exports effects or idempotent of a kind that there is not"],
    ["none.ts", "There is no module"],
  ])("refuses %s", async (file, message) => {
    await using folder = await workspaceWith(FILES);
    await expect(loadHandler(join(folder.workspace, file))).rejects.toThrow(message);
  });
});
