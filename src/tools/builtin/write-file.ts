import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { defineTool } from "../define-tool.ts";
import { fileError, resolveInWorkspace } from "../workspace.ts";

export const writeFile = defineTool({
  name: "write_file",
  description:
    "Write (save, store) a text into a file, making the folders that it needs. The file appears whole or not at all.",
  input: z.object({
    path: z.string().min(1).describe("Path of the file to write, relative to the workspace."),
    text: z.string().describe("What to write: the whole content of the file."),
    if_exists: z
      .enum(["overwrite", "fail"])
      .default("overwrite")
      .describe("What to do when the file is there already with another content."),
  }),
  output: z.object({
    path: z.string().describe("Path of the file."),
    bytes: z.int().describe("Size of the file in bytes."),
    created: z.boolean().describe("Whether the file was not there before."),
  }),
  effects: "write",
  idempotent: true,
  async run({ path, text, if_exists: ifExists }, { workspace, signal }) {
    const target = await resolveInWorkspace(workspace, path);
    const content = Buffer.from(text, "utf8");
    const before = await contentOf(target, path);
    const output = { path, bytes: content.length, created: before === undefined };
    // After a crash the same write comes again, and must find its work done.
    if (before?.equals(content)) return output;
    if (before !== undefined && ifExists === "fail") {
      throw new ToolError("tool.failed", `The file ${path} exists already.`, {
        hint: "Give another path, or let it be overwritten with if_exists.",
      });
    }
    signal.throwIfAborted();
    try {
      await mkdir(dirname(target), { recursive: true });
      await replace(target, content);
    } catch (cause) {
      throw fileError(cause, path);
    }
    return output;
  },
});

async function contentOf(target: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(cause, path);
  }
}

/** Readers see the old content or the new, whatever happens in between. */
async function replace(target: string, content: Buffer): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const mode = (await stat(target).catch(() => undefined))?.mode;
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, "wx");
    await file.writeFile(content);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
