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

/** The same between two elements that both have. */
const MAX_EDITS_BETWEEN = 200;

/**
 * What leads from the one sequence to the other: the shortest list of changes (Myers 1986).
 *
 * When there are more than 5,000, what both have exactly once and in the same order stays
 * (Cohen's patience diff). Between these elements it is the shortest list of at most 200
 * changes, or everything between the first and the last difference is replaced: a right list,
 * and seldom much longer than the shortest.
 */
export async function changesBetween(
  before: readonly string[],
  after: readonly string[],
): Promise<Change[]> {
  const { diffArrays } = await import("diff");
  const shortest = (from: readonly string[], to: readonly string[], most: number) =>
    diffArrays([...from], [...to], { maxEditLength: most })?.map(
      ({ added, removed, value }): Change => ({
        kind: added ? "added" : removed ? "removed" : "same",
        values: value,
      }),
    );
  const changes = shortest(before, after, MAX_EDITS);
  if (changes !== undefined) return changes;
  return merge(
    gapsBetween(before, after).flatMap(({ from, to, anchor }) => [
      ...(shortest(from, to, MAX_EDITS_BETWEEN) ?? replaceMiddle(from, to)),
      { kind: "same", values: anchor } as const,
    ]),
  );
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
  return [
    { kind: "same", values: before.slice(0, start) },
    { kind: "removed", values: before.slice(start, before.length - end) },
    { kind: "added", values: after.slice(start, after.length - end) },
    { kind: "same", values: before.slice(before.length - end) },
  ];
}

/** What stands before an element that stays, in the one and the other; the last has none after it. */
type Gap = {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly anchor: readonly string[];
};

function gapsBetween(before: readonly string[], after: readonly string[]): Gap[] {
  const gaps: Gap[] = [];
  let [from, to] = [0, 0];
  for (const anchor of anchorsOf(before, after)) {
    gaps.push({
      from: before.slice(from, anchor.before),
      to: after.slice(to, anchor.after),
      anchor: [anchor.value],
    });
    [from, to] = [anchor.before + 1, anchor.after + 1];
  }
  gaps.push({ from: before.slice(from), to: after.slice(to), anchor: [] });
  return gaps;
}

type Anchor = { readonly value: string; readonly before: number; readonly after: number };

/** Elements that each has once: the most of them that stand in the same order in both. */
function anchorsOf(before: readonly string[], after: readonly string[]): Anchor[] {
  const places = placesOfUnique(after);
  // The longest increasing subsequence (Fredman 1975): piles by where its best chain of a length ends.
  const piles: Link[] = [];
  for (const [value, at] of placesOfUnique(before)) {
    const place = places.get(value);
    if (place === undefined) continue;
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((piles[middle]?.anchor.after ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    piles[low] = { anchor: { value, before: at, after: place }, previous: piles[low - 1] };
  }
  const anchors: Anchor[] = [];
  for (let link: Link | undefined = piles.at(-1); link !== undefined; link = link.previous) {
    anchors.push(link.anchor);
  }
  return anchors.reverse();
}

type Link = { readonly anchor: Anchor; readonly previous: Link | undefined };

/** Where each element stands that is there once, in order. */
function placesOfUnique(values: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [at, value] of values.entries()) places.set(value, places.has(value) ? -1 : at);
  return new Map([...places].filter(([, at]) => at >= 0));
}

/** Neighbours of one kind as one change. */
function merge(changes: readonly Change[]): Change[] {
  const merged: { kind: Change["kind"]; values: string[] }[] = [];
  for (const { kind, values } of changes) {
    if (values.length === 0) continue;
    const last = merged.at(-1);
    if (last?.kind === kind) for (const value of values) last.values.push(value);
    else merged.push({ kind, values: [...values] });
  }
  return merged;
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
