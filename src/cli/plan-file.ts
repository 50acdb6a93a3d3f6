/** Plan files on disk. */

import { readFile } from "node:fs/promises";
import { type ErrorCode, InputError, type Issue, inputError } from "../base/errors.ts";
import { type ParsedPlan, parsePlanText, withLocations } from "../plan/files.ts";

/**
 * Read a plan file. What it says is checked by whoever runs it.
 * @throws {InputError} `file.not_found`, `file.unreadable`, `plan.syntax`
 */
export async function loadPlanFile(path: string): Promise<ParsedPlan> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw fileError(path, error as NodeJS.ErrnoException);
  }
  return parsePlanText(text, { file: path });
}

/** The error with file, line and column at every issue that is about the plan. */
export function locateIssues(error: unknown, parsed: ParsedPlan): unknown {
  if (!(error instanceof InputError)) return error;
  const issues = error.issues.map((issue) => (isAboutPlan(issue) ? locate(issue, parsed) : issue));
  return new InputError(issues, { cause: error });
}

/** Others are about the tools, the inputs given, or the journal. */
function isAboutPlan({ code }: Issue): boolean {
  return code.startsWith("plan.") || code.startsWith("expression.");
}

function locate(issue: Issue, parsed: ParsedPlan): Issue {
  return withLocations([issue], parsed)[0] ?? issue;
}

function fileError(path: string, error: NodeJS.ErrnoException): InputError {
  const [code, why, hint] = READINGS[error.code ?? ""] ?? [
    "file.unreadable",
    `cannot be read: ${error.message}`,
    "Check the path.",
  ];
  return inputError(code, `The plan file ${path} ${why}.`, hint);
}

const READINGS: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  ENOENT: [
    "file.not_found",
    "does not exist",
    "Check the path; `planwright plan GOAL --out FILE` writes one.",
  ],
  ENOTDIR: ["file.not_found", "does not exist", "A part of its path is not a folder."],
  EISDIR: ["file.unreadable", "is a folder", "Name a file in it."],
  EACCES: ["file.unreadable", "may not be read", "Check its permissions."],
};
