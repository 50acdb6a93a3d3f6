/**
 * The file of a batch's results: one JSON a line, in the order of the items.
 *
 * O1. It is made anew from the journal whenever the batch goes on, beside its place, and put
 *     there when all items have ended. So it has each item once, whatever was interrupted when.
 */

import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { inputError, PlanwrightError } from "./base/errors.ts";
import type { ItemResult } from "./batch.ts";

/** Lines are written once there are so many characters of them, or no more for now. */
const CHUNK = 65_536;

export interface ResultSink {
  readonly path: string;
  /** All of them, until there are no more. @throws {InputError} `file.unwritable` */
  write(results: AsyncIterable<ItemResult>): Promise<void>;
  /** Put the file in its place. @throws {InputError} `file.unwritable` */
  finish(): Promise<void>;
}

/** @throws {InputError} `file.unwritable` */
export async function openSink(path: string | null): Promise<ResultSink | undefined> {
  if (path === null) return undefined;
  const part = `${path}.part`;
  const file = await open(part, "w").catch((cause: unknown) => {
    throw unwritable(part, cause);
  });
  return {
    path,
    write: (results) =>
      writeLines(file, results).catch((cause: unknown) => {
        throw cause instanceof PlanwrightError ? cause : unwritable(part, cause);
      }),
    finish: () =>
      rename(part, path).catch((cause: unknown) => {
        throw unwritable(path, cause);
      }),
  };
}

async function writeLines(file: FileHandle, results: AsyncIterable<ItemResult>): Promise<void> {
  let lines = "";
  try {
    for await (const result of results) {
      lines += `${JSON.stringify(result)}\n`;
      if (lines.length < CHUNK) continue;
      await file.appendFile(lines);
      lines = "";
    }
    await file.appendFile(lines);
    await file.sync();
  } finally {
    await file.close();
  }
}

function unwritable(path: string, cause: unknown) {
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    const missing = `${path} cannot be written: there is no folder ${dirname(path)}.`;
    const hint = "Make the folder, or name another file.";
    return inputError("file.unwritable", missing, hint, "out");
  }
  const message = `${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`;
  return inputError("file.unwritable", message, "Name a file that you may write to.", "out");
}
