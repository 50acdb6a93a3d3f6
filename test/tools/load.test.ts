import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { workspaceWith } from "./builtin/files.ts";

const tool = (name: string) => `
import { defineTool } from "planwright";
import { z } from "zod";
export const ${name}: unknown = defineTool({
  name: "${name}",
  description: "Give the ${name}.",
  input: z.object({}),
  output: z.string(),
  run: () => "${name}",
});`;

type Loaded = { names: string[] } | { code: string; message: string; hint: string };

/** In a process of its own: here, imports would go through the test runner. */
async function load(path: string, files: Record<string, string>): Promise<Loaded> {
  await using folder = await workspaceWith(files);
  const program = fileURLToPath(new URL("./load-process.ts", import.meta.url));
  const args = [program, join(folder.workspace, path)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Loaded;
}

describe("user tools", () => {
  it("come from a TypeScript module that stands alone, with planwright and zod at hand", async () => {
    expect(await load("mine.ts", { "mine.ts": tool("first") })).toEqual({ names: ["first"] });
  });

  it("come from every module of a folder in order, tests and declarations left out", async () => {
    const files = {
      "b.ts": tool("second"),
      "a.mts": tool("first"),
      "a.test.ts": 'throw new Error("a test");',
      "a.d.ts": "export {};",
      "notes.md": "# Notes",
    };
    expect(await load(".", files)).toEqual({ names: ["first", "second"] });
  });

  it("come in lists too, and each once", async () => {
    const text = `${tool("first")}\nexport default [first];\nexport const all = [first];`;
    expect(await load("mine.ts", { "mine.ts": text })).toEqual({ names: ["first"] });
  });

  it.each<[string, Record<string, string>, string, string]>([
    ["a missing path", {}, "none.ts", "There is no file or folder"],
    ["an empty folder", { "notes.md": "" }, ".", "holds no modules"],
    ["a module without tools", { "a.js": "export const a = 1;" }, "a.js", "a.js exports no tools"],
    [
      "a module that throws",
      { "a.js": '\nthrow new Error("boom");' },
      "a.js",
      "a.js:2 could not be loaded: boom",
    ],
    [
      "a module with a mistake",
      { "a.ts": "export const = 1;" },
      "a.ts",
      "a.ts:1 could not be loaded",
    ],
    [
      "a package that is missing",
      { "a.js": 'import "nothing-there";' },
      "a.js",
      "Cannot find package 'nothing-there'",
    ],
  ])("are refused for %s, which is named", async (_what, files, path, message) => {
    const error = await load(path, files);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(tool.load_failed|file.not_found)$/),
    });
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(error).toHaveProperty("hint");
  });
});
