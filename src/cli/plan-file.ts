/** Plan files on disk. */

import { InputError, type Issue } from "../base/errors.ts";
import type { ParsedPlan } from "../plan/files.ts";
import type { LoadedPlan, Planwright } from "../planwright.ts";

/**
 * Read a plan file and those that it names. What it says is checked by whoever runs it.
 * @throws {InputError} `file.not_found`, `file.unreadable`, `plan.syntax`
 */
export async function loadPlanFile(path: string): Promise<LoadedPlan> {
  // Loaded here and not above: mistakes in flags cost nothing.
  return (await import("../planwright.ts")).loadPlan(path);
}

/** All that is wrong with a plan file, each with its place. */
export async function issuesOfFile(loaded: LoadedPlan, planwright: Planwright): Promise<Issue[]> {
  const others = await planwright.validate(loaded.value);
  return [...loaded.issues, ...others.map((issue) => loaded.place(issue))];
}

/** @throws {InputError} when the files that the plan names are not what it needs */
export async function requireFiles(loaded: LoadedPlan, planwright: Planwright): Promise<void> {
  if (loaded.issues.length === 0) return;
  throw new InputError(await issuesOfFile(loaded, planwright));
}

/** The error with file, line and column at every issue that is about the plan. */
export function locateIssues(error: unknown, parsed: ParsedPlan): unknown {
  if (!(error instanceof InputError)) return error;
  const issues = error.issues.map((issue) => (isAboutPlan(issue) ? parsed.place(issue) : issue));
  return new InputError(issues, { cause: error });
}

/** Others are about the tools, the inputs given, or the journal. */
function isAboutPlan({ code, path }: Issue): boolean {
  return code.startsWith("plan.") || code.startsWith("expression.") || path.startsWith("subtasks[");
}
