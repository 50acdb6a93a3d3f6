/** Errors for people and for programs, and what the process exits with because of them. */

import {
  CODES,
  type ErrorData,
  InputError,
  type Issue,
  PlanwrightError,
  toErrorData,
} from "../base/errors.ts";
import { oneLine } from "../plan/text-width.ts";
import { type Colors, colorsFor, type Io, printJson, printLine } from "./io.ts";

/** An error as `--json` prints it. */
type ErrorReport = {
  readonly error: Omit<ErrorData, "path"> & { readonly issues?: readonly Issue[] };
};

/** What the process exits with after this error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof PlanwrightError ? CODES[error.code].exitCode : 1;
}

/**
 * Tell of an error, on stderr.
 * @returns the exit code
 */
export function printFailure(io: Io, error: unknown): number {
  if (error instanceof InputError) printIssues(io, error.issues);
  else printError(io, dataOf(error));
  if (process.env["DEBUG"] === "planwright") printLine(io.stderr, stackOf(error));
  return exitCodeOf(error);
}

/**
 * Tell of an error on stdout, as JSON.
 * @returns the exit code
 */
export function printFailureJson(io: Io, error: unknown): number {
  const { path: _, ...data } = dataOf(error);
  const report: ErrorReport = {
    error: error instanceof InputError ? { ...data, issues: error.issues } : data,
  };
  printJson(io.stdout, report);
  return exitCodeOf(error);
}

/** One error and its cure, on stderr. @param where e.g. the subtask that failed */
export function printError(io: Io, { message, hint }: ErrorData, where?: string): void {
  const color = colorsFor(io.stderr);
  const place = where === undefined ? "" : `${color.bold(where)}: `;
  printLine(io.stderr, `${color.red("error:")} ${place}${oneLine(message)}`);
  if (hint !== undefined) printLine(io.stderr, hintLine(color, hint));
}

/** Each issue with its place and its cure, on stderr. */
export function printIssues(io: Io, issues: readonly Issue[]): void {
  const color = colorsFor(io.stderr);
  const label = color.red("error:");
  if (issues.length > 1) printLine(io.stderr, `${label} ${issues.length} things are wrong`);
  for (const issue of issues) {
    const text = issueText(issue, color);
    printLine(
      io.stderr,
      issues.length > 1 ? `  ${text.replaceAll("\n", "\n  ")}` : `${label} ${text}`,
    );
  }
}

/** `plan.yaml:4:7 subtasks[1].input: message`, and below it the hint. */
export function issueText(issue: Omit<Issue, "code">, color: Colors): string {
  const { file, line, column, path, message, hint } = issue;
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const where = [place, path].filter((part) => part !== "").join(" ");
  const text = `${where === "" ? "" : `${color.bold(where)}: `}${oneLine(message)}`;
  return hint === "" ? text : `${text}\n${hintLine(color, hint)}`;
}

function hintLine(color: Colors, hint: string): string {
  return `${color.cyan("hint:")} ${oneLine(hint)}`;
}

function dataOf(error: unknown): ErrorData {
  if (error instanceof PlanwrightError && error.code !== "internal.bug") return toErrorData(error);
  return {
    ...toErrorData(error),
    hint: "This is a bug, of planwright or of a tool; with DEBUG=planwright the stack is shown.",
  };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause)}`;
}
