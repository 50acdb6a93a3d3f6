/** The lines of data files, each with its place. */

import type { Issue } from "../base/errors.ts";
import type { PathStep } from "../base/json.ts";
import type { ParsedPlan } from "../plan/files.ts";
import { type FoundIssue, toIssue } from "./suite-issues.ts";

/** A value as it stands somewhere. */
export type Entry = {
  /** In words: `in line 3`. */
  readonly where: string;
  readonly place: (issue: FoundIssue) => Issue;
} & ({ readonly value: unknown } | { readonly problem: FoundIssue });

/** @param noun what a line holds: `example` */
export function linesOf(text: string, file: string, noun: string): Entry[] {
  return text.split("\n").flatMap((line, index): Entry[] => {
    if (line.trim() === "") return [];
    const where = `in line ${index + 1}`;
    const place = (issue: FoundIssue) => toIssue(issue, { file, line: index + 1 });
    try {
      return [{ where, place, value: JSON.parse(line) as unknown }];
    } catch (error) {
      const message = `The line is not JSON: ${(error as Error).message}.`;
      const hint = `Write one ${noun} a line, as a JSON object.`;
      return [{ where, place, problem: { steps: [], isKey: false, message, hint } }];
    }
  });
}

export function placeIn(parsed: ParsedPlan, steps: readonly PathStep[], isKey = false) {
  const place = isKey ? parsed.locateKey(steps) : parsed.locate(steps);
  return { file: parsed.file, ...place };
}
