import { chmod, mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { writeFile } from "../../../src/tools/builtin/write-file.ts";
import { call, failure } from "./call.ts";
import { workspaceWith } from "./files.ts";

describe("write_file", () => {
  it("writes a new file, with the folders above it", async () => {
    await using files = await workspaceWith({});
    const input = { path: "out/deep/a.md", text: "grüße\n" };
    expect(await call(writeFile, input, files)).toEqual({
      path: input.path,
      bytes: 8,
      created: true,
    });
    expect(await readFile(join(files.workspace, input.path), "utf8")).toBe("grüße\n");
    expect(await readdir(join(files.workspace, "out/deep"))).toEqual(["a.md"]);
  });

  it("writes beside others into a folder that none of them has found", async () => {
    await using files = await workspaceWith({});
    const paths = Array.from({ length: 600 }, (_, k) => `${Math.floor(k / 6)}/deep/${k}.md`);
    const writing: Promise<unknown>[] = [];
    for (const path of paths) {
      writing.push(call(writeFile, { path, text: path }, files));
      // Each begins a little later than the one before.
      await setImmediate();
    }
    await Promise.all(writing);
    const written = await readdir(files.workspace, { recursive: true });
    expect(new Set(written.filter((path) => path.endsWith(".md")))).toEqual(new Set(paths));
  });

  it("replaces a file and keeps its permissions", async () => {
    await using files = await workspaceWith({ "a.sh": "old" });
    const target = join(files.workspace, "a.sh");
    await chmod(target, 0o750);
    expect(await call(writeFile, { path: "a.sh", text: "new" }, files)).toMatchObject({
      created: false,
    });
    expect(await readFile(target, "utf8")).toBe("new");
    expect((await stat(target)).mode & 0o777).toBe(0o750);
  });

  it("does not overwrite where it must not, but finds its own work done", async () => {
    await using files = await workspaceWith({ "a.txt": "old" });
    const input = { path: "a.txt", if_exists: "fail" };
    const error = await failure(writeFile, { ...input, text: "new" }, files);
    expect(error.message).toBe("The file a.txt exists already.");
    expect(await readFile(join(files.workspace, "a.txt"), "utf8")).toBe("old");
    expect(await call(writeFile, { ...input, text: "old" }, files)).toMatchObject({ bytes: 3 });
  });

  it("leaves nothing behind when it fails", async () => {
    await using files = await workspaceWith({ "a.txt": "file" });
    await mkdir(join(files.workspace, "folder"));
    const ofFolder = await failure(writeFile, { path: "folder", text: "x" }, files);
    expect(ofFolder.message).toContain("is a folder");
    const below = await failure(writeFile, { path: "a.txt/b", text: "x" }, files);
    expect(below.message).toContain("a part of the path is a file");
    expect((await readdir(files.workspace)).sort()).toEqual(["a.txt", "folder"]);
  });

  it("writes nothing outside the workspace", async () => {
    await using files = await workspaceWith({ "a.txt": "" });
    await symlink(files.outside, join(files.workspace, "linked"));
    await symlink(join(files.outside, "new.txt"), join(files.workspace, "dangling"));
    for (const path of [
      "../x.txt",
      "/tmp/planwright-x.txt",
      "linked/x.txt",
      "linked/new/x.txt",
      "dangling",
    ]) {
      const { code } = await failure(writeFile, { path, text: "x" }, files);
      expect([path, code]).toEqual([path, "tool.forbidden"]);
    }
    expect(await readdir(files.outside)).toEqual(["workspace"]);
  });
});
