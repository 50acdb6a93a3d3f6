import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { linesOf } from "../../base/text-units.ts";
import { defineTool } from "../define-tool.ts";
import { FILE_FORMATS, formatOf, readContent } from "../file-content.ts";
import { fileError, openForReading, resolveInWorkspace } from "../workspace.ts";

const DEFAULT_MAX_BYTES = 20 * 1024 * 1024;
const LARGEST_MAX_BYTES = 200 * 1024 * 1024;

export const readFile = defineTool({
  name: "read_file",
  description:
    "Read a file and give its text: plain text, Markdown, HTML, PDF, Word (.docx); and its rows or data: CSV tables, JSON, JSON Lines, YAML.",
  input: z.object({
    path: z.string().min(1).describe("Path of the file, relative to the workspace."),
    format: z
      .enum(FILE_FORMATS)
      .optional()
      .describe("How to read it. Default: by the extension of its name."),
    max_bytes: z
      .int()
      .min(1)
      .max(LARGEST_MAX_BYTES)
      .default(DEFAULT_MAX_BYTES)
      .describe("Larger files are refused, in bytes."),
  }),
  output: z.object({
    path: z.string().describe("Path of the file."),
    format: z.enum(FILE_FORMATS).describe("The format it was read as."),
    text: z.string().describe("The text of the file; of HTML, PDF and Word the readable text."),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .describe("The rows of a table: of CSV, or of JSON that is a list of objects; else empty."),
    data: z.unknown().describe("The value of a JSON, JSON Lines or YAML file; else null."),
    pages: z.int().nullable().describe("Number of pages of a PDF; else null."),
    lines: z.int().describe("Number of lines of the text."),
    bytes: z.int().describe("Size of the file in bytes."),
  }),
  effects: "read",
  async run({ path, format: asked, max_bytes: maxBytes }, { workspace, signal }) {
    const bytes = await readBytes(workspace, path, maxBytes);
    const format = asked ?? formatOf(path, bytes);
    const { text, rows, data, pages } = await readContent(format, bytes, path, signal);
    const lines = linesOf(text).length;
    return { path, format, text, rows: [...rows], data, pages, lines, bytes: bytes.length };
  },
});

async function readBytes(workspace: string, path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await openForReading(await resolveInWorkspace(workspace, path), path);
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw fileError({ code: "EISDIR" }, path);
    if (!found.isFile()) {
      throw new ToolError("tool.failed", `${path} is no regular file.`, {
        hint: "Devices, sockets and pipes cannot be read.",
      });
    }
    if (found.size > maxBytes) {
      throw new ToolError("tool.limit", `${path} has ${found.size} bytes, more than ${maxBytes}.`, {
        hint: "Raise max_bytes, or read a smaller file.",
      });
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
