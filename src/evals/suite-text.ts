/** The files of a suite as text. */

import { readFile } from "node:fs/promises";
import { type ErrorCode, inputError } from "../base/errors.ts";

/**
 * @param hint what to do if it is not there
 * @throws {InputError} `file.not_found`, `file.unreadable`
 */
export async function readText(path: string, hint: string, at = ""): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const [ours, why, cure]: Problem = PROBLEMS[code] ?? [
      "file.unreadable",
      `cannot be read: ${message}`,
      "Check the path.",
    ];
    throw inputError(ours, `The file ${path} ${why}.`, cure ?? hint, at);
  }
}

type Problem = readonly [code: ErrorCode, why: string, cure?: string];

const PROBLEMS: Readonly<Record<string, Problem>> = {
  ENOENT: ["file.not_found", "does not exist"],
  ENOTDIR: ["file.not_found", "does not exist"],
  EISDIR: ["file.unreadable", "is a folder", "Name a file in it."],
  EACCES: ["file.unreadable", "may not be read", "Check its permissions."],
  ERR_ENCODING_INVALID_ENCODED_DATA: ["file.unreadable", "is no text", "Save it as UTF-8."],
};
