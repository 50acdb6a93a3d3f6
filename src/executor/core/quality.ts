/** Flags: what a reader of an output must know about its quality. */

import type { ErrorData } from "../../base/errors.ts";
import type { Evaluation } from "../../plan/evaluation.ts";
import { idOfSubtask, planIndexOf } from "./program.ts";
import type { QualityFlag } from "./quality-flag.ts";
import type { Judged } from "./review.ts";
import type { ItemsState, JoinState, RunState, SubtaskState } from "./state.ts";

/** What a reader of the output must know about the subtasks that it is made of. */
export function qualityFlags(state: RunState): QualityFlag[] {
  const flags: QualityFlag[] = [];
  const unaccepted = countAmong(state, isUnaccepted);
  const unjudged = countAmong(state, isItemUnjudged);
  for (const [index, subtask] of state.subtasks.entries()) {
    const { items, status } = subtask;
    if (items !== null && items.failed > 0 && status === "succeeded") {
      flags.push(failedItems(idOfSubtask(state, index), items));
    }
    if (status === "succeeded" && subtask.join?.isShort) {
      flags.push(missingParts(idOfSubtask(state, index), subtask.join));
    }
    const refined = unaccepted.get(index);
    if (refined) flags.push(notAccepted(idOfSubtask(state, index), subtask, refined));
    const unknown = unjudged.get(index);
    if (unknown) flags.push(notJudged(idOfSubtask(state, index), unknown));
    flags.push(...judgedFlags(idOfSubtask(state, index), subtask));
    if (subtask.reason !== "optional_failed") continue;
    const id = idOfSubtask(state, index);
    flags.push({
      code: "optional_failed",
      subtask: id,
      message: `The optional subtask ${id} failed: ${subtask.error?.message ?? "unknown"}`,
    });
  }
  return flags;
}

function missingParts(id: string, { missing }: JoinState): QualityFlag {
  const message = `${id} went on without ${missing?.join(", ")}.`;
  return { code: "join_incomplete", subtask: id, message };
}

/** Of how many outputs of how many something is to be said. */
type Share = { readonly of: number; readonly count: number };

/** By subtask of the plan, with those of its items at any depth; none where there are none. */
function countAmong(
  state: RunState,
  isCounted: (subtask: SubtaskState) => boolean,
): ReadonlyMap<number, Share> {
  const counts = new Map<number, Share>();
  for (const [index, subtask] of state.subtasks.entries()) {
    if (!isCounted(subtask)) continue;
    const root = planIndexOf(subtask, index);
    counts.set(root, { of: 0, count: (counts.get(root)?.count ?? 0) + 1 });
  }
  if (counts.size === 0) return counts;
  for (const [index, subtask] of state.subtasks.entries()) {
    const root = planIndexOf(subtask, index);
    const { of, count } = counts.get(root) ?? {};
    if (of === undefined || count === undefined || subtask.items !== null) continue;
    counts.set(root, { of: of + 1, count });
  }
  return counts;
}

function isUnaccepted({ status, refine, review, item, isResolved }: SubtaskState): boolean {
  if (status !== "succeeded" || isResolved) return false;
  // What was judged of the plan's own subtasks is told with its score.
  const isPoor = item !== null && review?.best?.evaluation.verdict === "fail";
  return isPoor || (refine !== null && !refine.isAccepted);
}

function isItemUnjudged({ status, review, item, isResolved }: SubtaskState): boolean {
  if (status !== "succeeded" || isResolved || item === null) return false;
  return review?.best?.evaluation.verdict === "none";
}

function notAccepted(
  id: string,
  { items, refine }: SubtaskState,
  { of, count }: Share,
): QualityFlag {
  const { iteration, best, error } = refine ?? {};
  const why = error ? ` Number ${iteration} failed: ${error.message}` : "";
  const message =
    items !== null
      ? `${count} of the ${of} items of ${id} were not accepted.`
      : `${id} was not accepted in ${iteration} iterations; the best one, number ${best?.iteration}, was taken.${why}`;
  return { code: "not_accepted", subtask: id, message };
}

function notJudged(id: string, { of, count }: Share): QualityFlag {
  const message = `${count} of the ${of} items of ${id} could not be judged.`;
  return { code: "not_evaluated", subtask: id, message };
}

function failedItems(id: string, { failed, count }: ItemsState): QualityFlag {
  const message = `${failed} of the ${count} items of ${id} failed.`;
  return { code: "items_failed", subtask: id, message };
}

/** What was judged and is not good enough, or of which nobody could say. */
function judgedFlags(
  id: string,
  { status, review, item, isResolved }: SubtaskState,
): QualityFlag[] {
  const judged = review?.best?.evaluation;
  if (status !== "succeeded" || item !== null || isResolved || !judged) return [];
  const message = messageFor(id, judged);
  const code = judged.verdict === "fail" ? "not_accepted" : "not_evaluated";
  const poor = judged.verdict === "pass" ? [] : [{ code, subtask: id, message }];
  return [...poor, ...suspicions(judged).map((flag) => ({ ...flag, subtask: id }))];
}

/** What the evaluation of the whole output says against it. @param failure of the newest revision */
export function reviewFlags(
  { review }: RunState,
  best: Judged | null,
  failure: Pick<ErrorData, "message"> | null,
): QualityFlag[] {
  const { decision, ended } = review;
  if (best === null) return [];
  const { evaluation, revision } = best;
  const flags = suspicions(evaluation);
  if (evaluation.verdict === "none") {
    flags.push({ code: "not_evaluated", message: messageFor("The output", evaluation) });
  } else if (evaluation.verdict === "fail" && decision?.decision !== "accepted") {
    const which = revision > 1 || failure ? `The output of revision ${revision}` : "The output";
    flags.push({ code: "below_threshold", message: messageFor(which, evaluation) });
  }
  if (decision?.decision === "rejected") {
    flags.push({ code: "rejected", message: `${decision.by} did not accept the output.` });
  }
  if (review.evaluation?.verdict === "none" && evaluation.verdict !== "none") {
    const message = messageFor("The output of the newest revision", review.evaluation);
    flags.push({ code: "not_evaluated", message });
  }
  if (failure && revision > 0) {
    const message = `It is of revision ${revision}; what came later did not end: ${failure.message}`;
    flags.push({ code: "revision_failed", message });
  } else if (ended === "budget" && evaluation.verdict === "fail") {
    flags.push({ code: "budget_exceeded", message: "The budget did not allow another revision." });
  }
  return flags;
}

function suspicions({ flags }: Evaluation): QualityFlag[] {
  return flags
    .filter(({ code }) => code === "suspected_injection")
    .map(({ code, message }) => ({ code, message }));
}

function messageFor(what: string, evaluation: Evaluation): string {
  const { verdict, score, threshold, reasons, flags } = evaluation;
  const isOpen = verdict === "none";
  const why = isOpen ? flags[0]?.message : (reasons[0] ?? flags[0]?.message);
  const said = why === undefined ? "" : `: ${why}`;
  if (isOpen) return `${what} could not be judged${said}`;
  return `${what} scored ${(score ?? 0).toFixed(2)}, and ${threshold} was wanted${said}`;
}

/** Of what was there, and of which nobody said in time how good it is. */
export const NOT_JUDGED: Evaluation = {
  score: null,
  verdict: "none",
  threshold: 0,
  checks: [],
  reasons: [],
  blame: [],
  confidence: null,
  flags: [{ code: "not_judged", message: "The time was up before it was judged." }],
};
