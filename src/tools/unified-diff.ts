/** Differences of two sequences of texts, and how they are written. */

import type { StructuredPatchHunk } from "diff";

/** A run of elements that both have, or that only one has. */
export interface Change {
  readonly kind: "same" | "removed" | "added";
  readonly values: readonly string[];
}

/**
 * More differences than this, and the search for the shortest list of them would take
 * longer than its reader would: about a second.
 */
const MAX_EDITS = 5_000;
const CONTEXT = 3;

/**
 * What leads from the one sequence to the other: the shortest list of changes (Myers 1986);
 * or, when there are more than 5,000, everything between the first and the last difference.
 */
export async function changesBetween(
  before: readonly string[],
  after: readonly string[],
): Promise<Change[]> {
  const { diffArrays } = await import("diff");
  const changes = diffArrays([...before], [...after], { maxEditLength: MAX_EDITS });
  if (changes === undefined) return replaceMiddle(before, after);
  return changes.map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    values: value,
  }));
}

/** The changes as a unified diff with three elements of context; empty when there are none. */
export async function renderUnified(
  changes: readonly Change[],
  labels: { readonly before: string; readonly after: string },
): Promise<string> {
  const hunks = toHunks(changes);
  if (hunks.length === 0) return "";
  const { FILE_HEADERS_ONLY, formatPatch } = await import("diff");
  const patch = {
    oldFileName: labels.before,
    newFileName: labels.after,
    oldHeader: undefined,
    newHeader: undefined,
    hunks,
  };
  return formatPatch(patch, FILE_HEADERS_ONLY);
}

function replaceMiddle(before: readonly string[], after: readonly string[]): Change[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const changes: Change[] = [
    { kind: "same", values: before.slice(0, start) },
    { kind: "removed", values: before.slice(start, before.length - end) },
    { kind: "added", values: after.slice(start, after.length - end) },
    { kind: "same", values: before.slice(before.length - end) },
  ];
  return changes.filter(({ values }) => values.length > 0);
}

const MARKS = { same: " ", removed: "-", added: "+" } as const;

function toHunks(changes: readonly Change[]): StructuredPatchHunk[] {
  const hunks: StructuredPatchHunk[] = [];
  let open: StructuredPatchHunk | undefined;
  // Where the next element stands in each sequence, from 1.
  let oldLine = 1;
  let newLine = 1;
  let leading: readonly string[] = [];
  changes.forEach(({ kind, values }, index) => {
    if (kind === "same") {
      const isBetween = index > 0 && index < changes.length - 1;
      if (open !== undefined && (!isBetween || values.length > 2 * CONTEXT)) {
        append(open, "same", values.slice(0, CONTEXT));
        hunks.push(open);
        open = undefined;
      } else if (open !== undefined) {
        append(open, "same", values);
      }
      leading = values.slice(-CONTEXT);
    } else {
      open ??= openHunk(oldLine, newLine, leading);
      append(open, kind, values);
    }
    if (kind !== "added") oldLine += values.length;
    if (kind !== "removed") newLine += values.length;
  });
  return open === undefined ? hunks : [...hunks, open];
}

function openHunk(
  oldLine: number,
  newLine: number,
  leading: readonly string[],
): StructuredPatchHunk {
  const hunk = {
    oldStart: oldLine - leading.length,
    newStart: newLine - leading.length,
    oldLines: 0,
    newLines: 0,
    lines: [],
  };
  append(hunk, "same", leading);
  return hunk;
}

function append(hunk: StructuredPatchHunk, kind: Change["kind"], values: readonly string[]): void {
  for (const value of values) hunk.lines.push(MARKS[kind] + value);
  if (kind !== "added") hunk.oldLines += values.length;
  if (kind !== "removed") hunk.newLines += values.length;
}
