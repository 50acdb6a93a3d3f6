/** Items in files: one a line (JSONL), one a row (CSV), or the files themselves. */

import { createReadStream, statSync } from "node:fs";
import { basename, extname, relative, resolve } from "node:path";
import { InputError, type Issue, inputError, ToolError } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type { ItemSource, SourceEntry } from "./item-source.ts";

type Reader = (path: string) => AsyncIterable<SourceEntry>;

const READERS: Readonly<Record<string, { readonly read: Reader; readonly isText: boolean }>> = {
  ".jsonl": { read: readJsonLines, isText: false },
  ".ndjson": { read: readJsonLines, isText: false },
  ".csv": { read: (path) => readTable(path, ","), isText: true },
  ".tsv": { read: (path) => readTable(path, "\t"), isText: true },
};

const GLOB = /[*?{[]/;

/**
 * @param path of a JSONL or CSV file; or of a folder, or a glob pattern, whose files are the items
 * @param workspace folder that the files must be in, and that their paths are relative to
 * @throws {InputError} `file.not_found`, `input.invalid`
 */
export function openItemFiles(path: string, workspace: string): ItemSource {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder) return fileSource(path, "**/*", { folder: path, workspace });
  if (isFolder === undefined && GLOB.test(path)) {
    const [folder, pattern] = splitPattern(path);
    return fileSource(path, pattern, { folder, workspace });
  }
  if (isFolder === undefined) {
    const hint = "Name a .jsonl or .csv file, a folder, or a pattern in quotes: 'docs/**/*.md'.";
    throw inputError("file.not_found", `There are no items at ${path}.`, hint, "items");
  }
  const reader = READERS[extname(path).toLowerCase()];
  if (reader === undefined) {
    const hint = "Write one JSON object a line (.jsonl), or a table (.csv, .tsv).";
    throw inputError("input.invalid", `${path} is no file of items.`, hint, "items");
  }
  const { read, isText } = reader;
  return { path, isRepeatable: true, isText, isLoose: false, read: () => read(path) };
}

/** `docs/2026/[ab].md` is `[ab].md` in `docs/2026`. */
function splitPattern(pattern: string): [folder: string, pattern: string] {
  const steps = pattern.split("/");
  const first = steps.findIndex((step) => GLOB.test(step));
  const folder = steps.slice(0, first).join("/");
  return [folder === "" && pattern.startsWith("/") ? "/" : folder, steps.slice(first).join("/")];
}

function fileSource(
  path: string,
  pattern: string,
  { folder, workspace }: { readonly folder: string; readonly workspace: string },
): ItemSource {
  const inside = relative(workspace, resolve(folder)) || ".";
  return {
    path,
    isRepeatable: true,
    isText: false,
    isLoose: true,
    async *read() {
      const { findFiles } = await import("./tools/workspace-files.ts");
      try {
        const options = { pattern, includeHidden: false };
        for (const file of await findFiles(workspace, inside, options)) {
          yield { value: { path: file.path, name: basename(file.path), size: file.bytes } };
        }
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        const hint = error.hint ?? "Check the path, and --workspace.";
        throw inputError("file.unreadable", error.message, hint, "items");
      }
    },
  };
}

async function* readJsonLines(path: string): AsyncGenerator<SourceEntry> {
  let line = 0;
  for await (const text of readLines(path)) {
    line += 1;
    if (text.trim() !== "") yield { line, text, ...parseLine(text) };
  }
}

function parseLine(text: string): { value: Json } | { broken: Issue } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    const message = `The line is not JSON: ${(error as Error).message}`;
    const hint = "Mend the line.";
    return { broken: { code: "items.invalid", path: "", message, hint } };
  }
}

/** Lines end with a line feed: JSON texts may hold the other characters that end lines elsewhere. */
async function* readLines(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  try {
    for await (const bytes of createReadStream(path)) {
      const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    rest += decoder.decode();
  } catch (error) {
    throw unreadable(path, error);
  }
  if (rest !== "") yield rest;
}

async function* readTable(path: string, delimiter: string): AsyncGenerator<SourceEntry> {
  const { parse } = await import("csv-parse");
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter,
      info: true,
      raw: true,
      relaxColumnCount: true,
      skipEmptyLines: true,
    }),
  );
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<Row>) {
      if (header !== undefined) {
        yield { line: info.lines, text: raw.trimEnd(), ...toEntry(record, header) };
      } else header = requireHeader(path, record);
    }
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(path, error);
  }
}

type Row = {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
  /** As it stands in the file. */
  readonly raw: string;
};

/** @throws {InputError} `items.invalid` */
function requireHeader(path: string, record: readonly string[]): readonly string[] {
  const names = record.map((name) => name.trim());
  const isHeader = names.every((name) => /[^\d\s.,+-]/.test(name));
  if (isHeader && new Set(names).size === names.length) return names;
  const message = `${path} has no header: its first line is ${JSON.stringify(record.join(","))}.`;
  const hint = "Let the first line name the columns, each by a name of its own.";
  throw new InputError([{ code: "items.invalid", path: "items", message, hint, line: 1 }]);
}

function toEntry(
  record: readonly string[],
  header: readonly string[],
): { value: JsonObject } | { broken: Issue } {
  if (record.length === header.length) {
    return { value: Object.fromEntries(header.map((name, k) => [name, record[k] ?? ""])) };
  }
  const message = `The row has ${record.length} cells, the header ${header.length}.`;
  const hint = "Mend the row: a cell with a comma stands in quotes.";
  return { broken: { code: "items.invalid", path: "", message, hint } };
}

function unreadable(path: string, cause: unknown): InputError {
  const message = `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`;
  const hint = "Check the file: it must be UTF-8 text, and a table must close its quotes.";
  return inputError("file.unreadable", message, hint, "items");
}
