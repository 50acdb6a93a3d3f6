/** What a file holds, by its format: its text, and its rows or data where it has some. */

import { extname } from "node:path";
import { ToolError } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { runSandboxed } from "./sandbox.ts";
import type { TableRow } from "./table.ts";
import { decodeText, isBinary } from "./text-encoding.ts";

export const FILE_FORMATS = [
  "text",
  "markdown",
  "html",
  "pdf",
  "docx",
  "csv",
  "json",
  "jsonl",
  "yaml",
] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export type FileContent = {
  readonly text: string;
  readonly rows: readonly TableRow[];
  readonly data: Json;
  readonly pages: number | null;
};

const BY_EXTENSION: Readonly<Record<string, FileFormat>> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".html": "html",
  ".htm": "html",
  ".xhtml": "html",
  ".pdf": "pdf",
  ".docx": "docx",
  ".csv": "csv",
  ".tsv": "csv",
  ".json": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".yaml": "yaml",
  ".yml": "yaml",
};

const PARSING_LIMIT_MS = 60_000;
const PARSING_LIMIT_MEGABYTES = 1_024;

/** The format of a file: by its first bytes where they tell, else by its extension. */
export function formatOf(path: string, bytes: Uint8Array): FileFormat {
  if (decodeHead(bytes).startsWith("%PDF-")) return "pdf";
  return BY_EXTENSION[extname(path).toLowerCase()] ?? "text";
}

/**
 * Read a file's bytes.
 * @param path for messages
 * @throws {ToolError} `tool.failed` for content that is not of the format, with its place
 * @throws {ToolError} `tool.limit` for documents that take too long or too much memory
 */
export async function readContent(
  format: FileFormat,
  bytes: Uint8Array,
  path: string,
  signal: AbortSignal,
): Promise<FileContent> {
  if (format === "pdf" || format === "docx") return readDocument(format, bytes, path, signal);
  if (isBinary(bytes)) {
    throw new ToolError("tool.failed", `${path} is a binary file and holds no text.`, {
      hint: "Texts, tables, PDF and Word (.docx) files can be read.",
    });
  }
  const text = decodeText(bytes);
  try {
    return { text, rows: [], data: null, pages: null, ...(await READERS[format](text)) };
  } catch (cause) {
    throw notOfFormat(format, path, cause);
  }
}

async function readDocument(
  format: "pdf" | "docx",
  bytes: Uint8Array,
  path: string,
  signal: AbortSignal,
): Promise<FileContent> {
  const limits = { limitMs: PARSING_LIMIT_MS, limitMegabytes: PARSING_LIMIT_MEGABYTES };
  const options = { ...limits, signal, what: `Reading ${path}` };
  try {
    if (format === "docx") {
      const html = await runSandboxed<string>("extract-docx", bytes, options);
      return { text: await textOfHtml(html), rows: [], data: null, pages: null };
    }
    const pages = await runSandboxed<string[]>("extract-pdf", bytes, options);
    const text = pages.map((page) => page.trim()).join("\n\n");
    return { text, rows: [], data: null, pages: pages.length };
  } catch (error) {
    if (error instanceof ToolError && error.code !== "tool.failed") throw error;
    throw notOfFormat(format, path, error);
  }
}

type TextFormat = Exclude<FileFormat, "pdf" | "docx">;

/** What a format tells beside its text, or a text other than what stands in the file. */
const READERS: Readonly<
  Record<TextFormat, (text: string) => Partial<FileContent> | Promise<Partial<FileContent>>>
> = {
  text: () => ({}),
  markdown: () => ({}),
  html: async (text) => ({ text: await textOfHtml(text) }),
  csv: async (text) => ({ rows: await readCsv(text) }),
  json: (text) => structured(JSON.parse(text) as Json),
  jsonl: (text) => structured(readJsonLines(text)),
  yaml: async (text) => {
    const { parse } = await import("yaml");
    return structured(parse(text) as Json);
  },
};

async function textOfHtml(html: string): Promise<string> {
  const { htmlToText } = await import("./html-text.ts");
  return (await htmlToText(html)).text;
}

function structured(data: Json): Partial<FileContent> {
  const elements: readonly Json[] = Array.isArray(data) ? data : [];
  const rows = elements.every((element): element is JsonObject => isPlainObject(element))
    ? elements
    : [];
  return { data, rows };
}

function readJsonLines(text: string): Json {
  return text.split(/\r\n|\n/).flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as Json];
    } catch (cause) {
      throw new Error(`line ${index + 1}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** As spreadsheets of several countries write them. */
const DELIMITERS = [",", ";", "\t", "|"];

async function readCsv(text: string): Promise<TableRow[]> {
  const { parse } = await import("csv-parse/sync");
  const records: string[][] = parse(text, {
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  const [header = [], ...body] = records;
  const columns = uniqueNames(header);
  const rows = body.map((record) => columns.map((_, at) => record[at] ?? ""));
  const isNumeric = columns.map((_, at) => rows.every((row) => isNumberOrEmpty(row[at] ?? "")));
  return rows.map((row) => {
    return Object.fromEntries(
      columns.map((column, at) => [column, cellOf(row[at] ?? "", isNumeric[at] === true)]),
    );
  });
}

/** The one that the first line has most of, outside quotes. */
function delimiterOf(text: string): string {
  const [line = ""] = text.trimStart().split(/\r?\n/, 1);
  const bare = line.replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

function uniqueNames(header: readonly string[]): string[] {
  const names: string[] = [];
  for (const [at, cell] of header.entries()) {
    const name = cell === "" ? `column_${at + 1}` : cell;
    names.push(names.includes(name) ? `${name}_${at + 1}` : name);
  }
  return names;
}

/** As JSON writes them: `007` and `1,200` stay texts, which the table tools read as needed. */
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;

function isNumberOrEmpty(cell: string): boolean {
  return cell === "" || NUMBER.test(cell);
}

function cellOf(cell: string, isNumeric: boolean): string | number | null {
  if (cell === "") return null;
  return isNumeric ? Number(cell) : cell;
}

const FORMAT_NAMES: Readonly<Record<FileFormat, string>> = {
  text: "text",
  markdown: "Markdown",
  html: "HTML",
  pdf: "a PDF",
  docx: "a Word document (.docx)",
  csv: "CSV",
  json: "JSON",
  jsonl: "JSON Lines",
  yaml: "YAML",
};

function notOfFormat(format: FileFormat, path: string, cause: unknown): ToolError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `${path} could not be read as ${FORMAT_NAMES[format]}: ${why}`;
  return new ToolError("tool.failed", message, {
    hint: "Mend the file, or set `format` to text to read it as it stands.",
    cause,
  });
}

function decodeHead(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 8));
}
