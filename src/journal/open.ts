import { existsSync } from "node:fs";
import { type InputError, inputError } from "../base/errors.ts";
import type { Journal } from "./journal.ts";
import type { SqliteJournalOptions } from "./sqlite-file.ts";

/**
 * The journal that a URL names: `sqlite:PATH`, or `memory:` for a new one in memory. All
 * that stands after `sqlite:` is the path, relative to the current folder.
 *
 * @throws {InputError} `input.invalid` for any other URL
 * @throws {JournalError} when it cannot be opened
 */
export async function openJournal(
  url: string,
  options?: Pick<SqliteJournalOptions, "readOnly">,
): Promise<Journal> {
  const place = placeOf(url);
  // Loaded when wanted: checking or drawing a plan needs no journal.
  if (place.kind === "memory") return (await import("./memory.ts")).createMemoryJournal();
  return (await import("./sqlite.ts")).openSqliteJournal(place.path, options);
}

/** Whether there is something to read. @throws {InputError} `input.invalid` for an unknown URL */
export function journalExists(url: string): boolean {
  const place = placeOf(url);
  return place.kind === "sqlite" && existsSync(place.path);
}

type Place = { readonly kind: "memory" } | { readonly kind: "sqlite"; readonly path: string };

function placeOf(url: string): Place {
  if (url === "memory:") return { kind: "memory" };
  const path = url.startsWith("sqlite:") ? url.slice("sqlite:".length) : "";
  // What SQLite calls its database in memory would here be a file of this name.
  if (path !== "" && path !== ":memory:") return { kind: "sqlite", path };
  throw unknownUrl(url);
}

function unknownUrl(url: string): InputError {
  const message = `${JSON.stringify(url)} is not the URL of a journal.`;
  return inputError(
    "input.invalid",
    message,
    "Write sqlite:PATH, or memory: for none on disk.",
    "journal",
  );
}
