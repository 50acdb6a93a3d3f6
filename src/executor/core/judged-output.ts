/** The part of `evolve` that belongs to outputs of subtasks that are judged: see `review.ts`. */

import type { RunEvent } from "./event.ts";
import { isBetterThan, type SubtaskReview } from "./review.ts";
import type { RunState, SubtaskState } from "./state.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** What it gave waits to be judged. */
export function evolveProducedOutput(
  state: RunState,
  subtask: SubtaskState,
  { seq, output, largeOutput }: EventOf<"output.produced">,
): void {
  subtask.error = null;
  subtask.review = {
    request: seq,
    phase: "evaluating",
    revision: state.accepted?.revision ?? 0,
    candidate: { output, ...(largeOutput && { largeOutput }) },
    evaluation: null,
    best: subtask.review?.best ?? null,
  };
}

/** It was judged. */
export function evolveEvaluatedOutput(
  { review }: RunState,
  subtask: SubtaskState,
  { evaluation, subtask: id }: EventOf<"output.evaluated">,
): void {
  const own = subtask.review as SubtaskReview;
  const { revision, candidate: kept } = own;
  const isBetter = isBetterThan(evaluation, own.best?.evaluation);
  const best = isBetter ? { revision, kept, evaluation } : own.best;
  subtask.review = { ...own, phase: "judged", evaluation, best };
  // Of ten thousand items each has its own; the run need not list them.
  if (subtask.item !== null) return;
  review.evaluations.push({ revision, subtask: id, evaluation });
  // The first that it gave is no better than anything.
  if (own.best !== null) review.misses = isBetter ? 0 : review.misses + 1;
}

/** The best that it gave is its output. */
export function evolveKeptOutput(subtask: SubtaskState): void {
  const own = subtask.review as SubtaskReview;
  const { output, largeOutput } = own.best?.kept ?? own.candidate;
  subtask.review = { ...own, phase: "ended" };
  Object.assign(subtask, { output, largeOutput: largeOutput ?? null, error: null });
}
