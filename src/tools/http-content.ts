import type { Json } from "../base/json.ts";
import { type FileFormat, readContent } from "./file-content.ts";
import type { HttpAnswer } from "./http-request.ts";
import type { TableRow } from "./table.ts";
import { decodeText, isBinary } from "./text-encoding.ts";

export type HttpContent = {
  readonly url: string;
  readonly status: number;
  readonly content_type: string;
  readonly title: string | null;
  readonly text: string;
  readonly rows: TableRow[];
  readonly data: Json;
  readonly bytes: number;
};

const FORMATS: Readonly<Record<string, FileFormat>> = {
  "text/html": "html",
  "application/xhtml+xml": "html",
  "text/markdown": "markdown",
  "text/csv": "csv",
  "text/tab-separated-values": "csv",
  "application/json": "json",
  "application/x-ndjson": "jsonl",
  "application/jsonl": "jsonl",
  "application/yaml": "yaml",
  "application/pdf": "pdf",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
};

/**
 * What an answer says: text, and rows or data where it has some.
 * @throws {ToolError} `tool.failed` for what is no text, or not what it claims to be
 */
export async function contentOf(answer: HttpAnswer, signal: AbortSignal): Promise<HttpContent> {
  const { url, status, contentType, bytes } = answer;
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const format = FORMATS[type] ?? (type.endsWith("+json") ? "json" : "text");
  const isText = format !== "pdf" && format !== "docx" && !isBinary(bytes);
  const charset = parameters.find((part) => part.startsWith("charset="))?.slice(8);
  const text = isText ? decodeText(bytes, charset?.replaceAll('"', "") ?? declaredIn(bytes)) : "";
  const source = isText ? Buffer.from(text) : bytes;
  const about = { url, status, content_type: type, bytes: bytes.length };
  // A service that has nothing to say says so with any type.
  if (bytes.length === 0) return { ...about, title: null, text: "", rows: [], data: null };
  if (format === "html") {
    const { htmlToText } = await import("./html-text.ts");
    return { ...about, ...(await htmlToText(text)), rows: [], data: null };
  }
  const content = await readContent(format, source, url, signal);
  return { ...about, title: null, text: content.text, rows: [...content.rows], data: content.data };
}

/** A page may say its encoding only inside. */
function declaredIn(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  return /<meta[^>]{1,200}charset=["']?([\w-]+)/i.exec(head)?.[1];
}
