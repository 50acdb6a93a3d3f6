import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { z } from "zod";
import { linesOf } from "../../base/text-units.ts";
import { defineTool } from "../define-tool.ts";
import { decodeText, isBinary } from "../text-encoding.ts";
import { findFiles, type WorkspaceFile } from "../workspace-files.ts";

/** Larger files are listed without a count of their lines. */
const MAX_COUNTED_BYTES = 50 * 1024 * 1024;

export const listFiles = defineTool({
  name: "list_files",
  description:
    "List the files in a folder and the folders below it, by name pattern or type, sorted by size, by number of lines (longest, shortest), or by date (newest, oldest).",
  input: z.object({
    folder: z
      .string()
      .min(1)
      .default(".")
      .describe("Folder to look in, relative to the workspace. Default: the workspace itself."),
    pattern: z
      .string()
      .min(1)
      .default("**/*")
      .describe("Glob pattern of the files, e.g. **/*.ts, *.{md,txt}, reports/**. Default: all."),
    sort_by: z
      .enum(["path", "size", "lines", "modified"])
      .default("path")
      .describe(
        "What the files are ordered by: path, size in bytes, number of lines (length), or modified (date of the last change).",
      ),
    order: z
      .enum(["ascending", "descending"])
      .optional()
      .describe(
        "ascending: smallest, shortest, oldest first; descending: largest, longest, newest first. Default: ascending for paths, descending for the rest.",
      ),
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .describe("How many files to give at most, e.g. 5 for the top five."),
    include_hidden: z
      .boolean()
      .default(false)
      .describe("Whether names that begin with a dot are listed too."),
  }),
  output: z.object({
    files: z
      .array(
        z.object({
          path: z.string().describe("Path of the file, relative to the workspace."),
          name: z.string().describe("File name with extension."),
          extension: z.string().describe("Extension without the dot, in lower case."),
          bytes: z.int().describe("Size in bytes."),
          lines: z.int().nullable().describe("Number of lines; null for binary files."),
          modified: z.string().describe("When it was last changed, ISO 8601 in UTC."),
        }),
      )
      .describe("The files, as rows."),
    paths: z.array(z.string()).describe("Only the paths of the files."),
    count: z.int().describe("How many files there are, before the limit."),
    truncated: z.boolean().describe("Whether the limit left files out."),
  }),
  effects: "read",
  async run(input, { workspace, signal }) {
    const { folder, pattern, sort_by: sortBy, limit } = input;
    const order = input.order ?? (sortBy === "path" ? "ascending" : "descending");
    const found = await findFiles(workspace, folder, {
      pattern,
      includeHidden: input.include_hidden,
    });
    const measured = sortBy === "lines" ? await withLines(found, signal) : found.map(withoutLines);
    const sorted = measured.toSorted((a, b) => {
      const difference = sortBy === "path" ? 0 : sizeOf(a, sortBy) - sizeOf(b, sortBy);
      return (order === "ascending" ? 1 : -1) * (difference || comparePaths(a.path, b.path));
    });
    const kept = sorted.slice(0, limit);
    const files = (sortBy === "lines" ? kept : await withLines(kept, signal)).map(rowOf);
    return {
      files,
      paths: files.map(({ path }) => path),
      count: found.length,
      truncated: found.length > limit,
    };
  },
});

type Measured = WorkspaceFile & { readonly lines: number | null };

const withoutLines = (file: WorkspaceFile): Measured => ({ ...file, lines: null });

async function withLines(
  files: readonly WorkspaceFile[],
  signal: AbortSignal,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    measured.push({ ...file, lines: await countLines(file) });
  }
  return measured;
}

async function countLines({ real, bytes }: WorkspaceFile): Promise<number | null> {
  if (bytes > MAX_COUNTED_BYTES) return null;
  // A file that may not be read is still listed.
  const content = await readFile(real).catch(() => undefined);
  if (content === undefined || isBinary(content)) return null;
  return linesOf(decodeText(content)).length;
}

/** What has no lines comes last in a list that begins with the longest. */
function sizeOf(file: Measured, by: "size" | "lines" | "modified"): number {
  if (by === "size") return file.bytes;
  return by === "lines" ? (file.lines ?? -1) : file.modifiedAt;
}

function comparePaths(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function rowOf({ path, bytes, lines, modifiedAt }: Measured) {
  return {
    path,
    name: basename(path),
    extension: extname(path).slice(1).toLowerCase(),
    bytes,
    lines,
    modified: new Date(modifiedAt).toISOString(),
  };
}
