import { symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import { listFiles } from "../../../src/tools/builtin/list-files.ts";
import { call, failure } from "./call.ts";
import { workspaceWith } from "./files.ts";

type Row = {
  path: string;
  name: string;
  extension: string;
  bytes: number;
  lines: number | null;
  modified: string;
};
type Output = { files: Row[]; paths: string[]; count: number; truncated: boolean };

const FILES = {
  "a.ts": "1\n2\n3\n",
  "src/b.ts": "1\n",
  "src/deep/c.TS": "1\n2\n3\n4\n5",
  "src/notes.md": "hello",
  "image.png": Uint8Array.of(1, 0, 2),
  ".hidden": "",
  ".git/config": "",
  "node_modules/x/index.ts": "1\n",
};

async function pathsOf(input: JsonObject) {
  await using files = await workspaceWith(FILES);
  return (await call<Output>(listFiles, input, files)).paths;
}

describe("list_files", () => {
  it.each<[JsonObject, readonly string[]]>([
    [{}, ["a.ts", "image.png", "src/b.ts", "src/deep/c.TS", "src/notes.md"]],
    [{ pattern: "*" }, ["a.ts", "image.png"]],
    [{ pattern: "**/*.ts" }, ["a.ts", "src/b.ts"]],
    [{ pattern: "**/*.{ts,md}", folder: "src" }, ["src/b.ts", "src/notes.md"]],
    [{ folder: "src/", order: "descending" }, ["src/notes.md", "src/deep/c.TS", "src/b.ts"]],
    [{ folder: "./src/deep" }, ["src/deep/c.TS"]],
    [{ folder: "src/b.ts" }, ["src/b.ts"]],
    [{ folder: "node_modules" }, ["node_modules/x/index.ts"]],
    [{ pattern: "*", include_hidden: true }, [".hidden", "a.ts", "image.png"]],
    [{ sort_by: "lines", limit: 2 }, ["src/deep/c.TS", "a.ts"]],
    [{ sort_by: "lines", order: "ascending", limit: 2 }, ["image.png", "src/b.ts"]],
    [{ sort_by: "size", limit: 1 }, ["src/deep/c.TS"]],
    [{ pattern: "**/*.java" }, []],
  ])("of %j are %j", async (input, paths) => {
    expect(await pathsOf(input)).toEqual(paths);
  });

  it("describes each file, and says when there are more", async () => {
    await using files = await workspaceWith(FILES);
    const at = new Date("2026-03-03T12:00:00Z");
    await utimes(join(files.workspace, "src/deep/c.TS"), at, at);
    const input = { sort_by: "modified", order: "ascending", limit: 1 };
    expect(await call<Output>(listFiles, input, files)).toEqual({
      files: [
        {
          path: "src/deep/c.TS",
          name: "c.TS",
          extension: "ts",
          bytes: 9,
          lines: 5,
          modified: "2026-03-03T12:00:00.000Z",
        },
      ],
      paths: ["src/deep/c.TS"],
      count: 5,
      truncated: true,
    });
  });

  it("leaves out links, which may lead outside or in circles", async () => {
    await using files = await workspaceWith({ "a.txt": "" });
    const { outside, workspace } = files;
    await writeFile(join(outside, "secret.txt"), "");
    await symlink(join(outside, "secret.txt"), join(workspace, "out.txt"));
    await symlink(outside, join(workspace, "outside"));
    await symlink(".", join(workspace, "circle"));
    await symlink("nowhere", join(workspace, "broken"));
    await symlink("a.txt", join(workspace, "inside.txt"));
    expect((await call<Output>(listFiles, {}, files)).paths).toEqual(["a.txt"]);
  });

  it("refuses folders and patterns that lead outside", async () => {
    await using files = await workspaceWith({ "src/a.txt": "" });
    await symlink(files.outside, join(files.workspace, "linked"));
    const inputs = [
      { folder: ".." },
      { folder: "/" },
      { folder: "linked" },
      { folder: "src/../.." },
      { pattern: "../*" },
      { pattern: "/etc/*" },
      { pattern: "src/../../*" },
      { pattern: "{..,src}/*" },
    ];
    for (const input of inputs) {
      expect([input, (await failure(listFiles, input, files)).code]).toEqual([
        input,
        "tool.forbidden",
      ]);
    }
    expect((await failure(listFiles, { folder: "none" }, files)).code).toBe("file.not_found");
  });
});
