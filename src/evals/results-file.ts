/** Results as JSON Lines: a line that says of what, then a line for each try. */

import { InputError, inputError } from "../base/errors.ts";
import { isPlainObject, type JsonObject } from "../base/json.ts";
import type { ResultsHead } from "./outcome.ts";
import type { Results } from "./planner-report.ts";
import { readResult } from "./run-planner-suite.ts";
import { readText } from "./suite-text.ts";

const HINT = "Name a file that planwright eval has written.";

/**
 * @throws {InputError} `file.not_found`, `file.unreadable`, `suite.invalid` with file and line
 */
export async function readResults(file: string): Promise<Results> {
  const [first = "", ...lines] = (await readText(file, HINT)).split("\n");
  const head = parsed(first);
  if (head?.["planwright"] !== "eval" || head["version"] !== 1) {
    throw problem(file, 1, `${file} holds no results of version 1`);
  }
  const results = lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    const value = parsed(line);
    const result = value && readResult(value);
    // The process that wrote the last line may have been killed in the middle of it.
    if (result === undefined && at === lines.length - 1) return [];
    if (result === undefined) throw problem(file, at + 2, "The line is no result of a sample");
    return [result];
  });
  return { head: head as unknown as ResultsHead, results };
}

/**
 * Whether these are results of the same samples.
 * @throws {InputError} `suite.invalid` where they are not
 */
export function requireSameData(
  file: string,
  { head: before }: Results,
  now: Pick<ResultsHead, "suite" | "samples" | "digest" | "run">,
): void {
  if (before.digest === now.digest && before.run === now.run) return;
  const of = ({ suite, samples, run }: typeof now) =>
    `${samples} samples of ${JSON.stringify(suite)}, ${run === "execute" ? "executed" : "planned"}`;
  const what = `${file} is no baseline for this: it holds ${of(before)}`;
  const differ = before.samples === now.samples && before.run === now.run ? ", of other data" : "";
  throw problem(file, 1, `${what}${differ}, and now there are ${of(now)}`, SAME);
}

const SAME = "Run both with the same suite, --data, --limit and --sample.";

function problem(file: string, line: number, message: string, hint = HINT): InputError {
  const { issues } = inputError("suite.invalid", `${message}.`, hint);
  return new InputError(issues.map((issue) => ({ ...issue, file, line })));
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
