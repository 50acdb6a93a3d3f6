/** What a subtask's control flow has come to, in words. */

import { oneLine } from "../plan/text-width.ts";
import type { Iterations, SubtaskResult } from "../projections/result.ts";
import { evaluationText } from "../projections/review-text.ts";
import { count } from "./text.ts";

/** Further items are only counted. */
const MAX_REFINED = 5;

const ITEM_STATES = ["succeeded", "failed", "skipped", "cancelled", "running"] as const;

export function flowNotes(subtask: SubtaskResult): string[] {
  const { branch, missing = [], iterations, evaluation } = subtask;
  return [
    ...itemsNote(subtask),
    ...(branch === undefined ? [] : [`took the branch ${oneLine(branch)}`]),
    ...(missing.length === 0 ? [] : [`went on without ${missing.join(", ")}`]),
    ...(iterations === undefined ? [] : [iterationsText(iterations, subtask)]),
    ...refinedNotes(subtask),
    ...(evaluation === undefined ? [] : [`judged: ${oneLine(evaluationText(evaluation))}`]),
  ];
}

/** `10,000 items: 9,970 succeeded, 30 failed` */
function itemsNote({ items }: SubtaskResult): string[] {
  if (items === undefined) return [];
  const states = ITEM_STATES.flatMap((name) =>
    items[name] === 0 ? [] : [`${items[name].toLocaleString("en-US")} ${name}`],
  );
  return [`${count(items.count, "item")}${states.length === 0 ? "" : `: ${states.join(", ")}`}`];
}

/** `3 iterations, accepted, score 0.9` */
function iterationsText(
  { count: times, best, score, isAccepted, error }: Iterations,
  { status }: Pick<SubtaskResult, "status"> = { status: "succeeded" },
): string {
  const iterations = count(times, "iteration");
  if (best === null || score === null) return `${iterations}, none has ended`;
  const points = Math.round(score * 1000) / 1000;
  if (isAccepted) return `${iterations}, accepted, score ${points}`;
  const why = error === undefined ? "" : `; number ${times} failed: ${oneLine(error.message)}`;
  return status === "succeeded"
    ? `${iterations}, not accepted; the best is number ${best}, score ${points}${why}`
    : `iteration ${times}; the best so far is number ${best}, score ${points}`;
}

/** The items that needed most, first. */
function refinedNotes({ refined = [] }: SubtaskResult): string[] {
  const hardest = refined.toSorted((a, b) => b.count - a.count);
  const more = hardest.length - MAX_REFINED;
  return [
    ...hardest.slice(0, MAX_REFINED).map(({ id, ...one }) => `${id}: ${iterationsText(one)}`),
    ...(more > 0 ? [`and ${count(more, "more item")} that needed many iterations`] : []),
  ];
}
