/**
 * Refine: a subtask is done again, with feedback, until what it gives is good enough.
 *
 * G1. An iteration is an attempt that produces, and where the plan names a check, an attempt of
 *     the check's tool; each with retries and timeouts of its own.
 * G2. Each iteration has an effect of its own: no two share an idempotency key.
 * G3. What is accepted is the output. Without that it is what has scored best, the later one of
 *     equals, and the run says so.
 * G4. When an iteration fails for good, or a person does not want it, the best one before it
 *     stands. Only where there is none has the subtask failed; what it had produced then is not
 *     produced again by a retry, but checked.
 */

import type { CompiledRefine } from "../../plan/compile-control-flow.ts";
import type { Template } from "../../plan/expressions.ts";
import type { RunEvent } from "./event.ts";
import { isChecking, planIndexOf, programOf } from "./program.ts";
import { queueAgain } from "./queue.ts";
import type { Iteration, RefineState, RunState, SubtaskState } from "./state.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

export const FIRST_ITERATION: RefineState = {
  iteration: 1,
  phase: "produce",
  candidate: null,
  feedback: null,
  best: null,
  isAccepted: false,
  error: null,
};

export function refineOf(state: RunState, index: number): CompiledRefine | undefined {
  const subtask = state.subtasks[index] as SubtaskState;
  return programOf(state).compiled.subtasks[planIndexOf(subtask, index)]?.refine;
}

/** Whether something was produced that the check has not seen yet. */
export function awaitsCheck(state: RunState, index: number): boolean {
  const { refine } = state.subtasks[index] as SubtaskState;
  const candidate = refine?.candidate ?? null;
  return candidate !== null && (refineOf(state, index)?.check ?? null) !== null;
}

/** What the input of its next attempt is made of. */
export function inputTemplate(
  state: RunState,
  index: number,
): { template: Template; field: string } {
  const subtask = state.subtasks[index] as SubtaskState;
  const compiled = programOf(state).compiled.subtasks[planIndexOf(subtask, index)];
  if (compiled === undefined) throw new Error(`No subtask ${index}.`);
  const check = isChecking(subtask) ? compiled.refine?.check : undefined;
  if (check) return { template: check.input, field: "refine.check.input" };
  return { template: compiled.input, field: "input" };
}

/** What is produced waits for its check. The part of `evolve` that belongs here. */
export function evolveProduced(
  state: RunState,
  index: number,
  { output, largeOutput }: EventOf<"iteration.produced">,
): void {
  const subtask = state.subtasks[index] as SubtaskState;
  const candidate = { output, ...(largeOutput && { largeOutput }) };
  subtask.refine = { ...(subtask.refine ?? FIRST_ITERATION), phase: "check", candidate };
  beginPhase(subtask);
  if (refineOf(state, index)?.check !== null) queueAgain(state, index);
}

/** It was good enough, or is done again. The part of `evolve` that belongs here. */
export function evolveChecked(
  state: RunState,
  index: number,
  { isAccepted, score, feedback, iteration }: EventOf<"iteration.checked">,
): void {
  const subtask = state.subtasks[index] as SubtaskState;
  const { candidate, best } = subtask.refine as RefineState;
  const kept = candidate ?? { output: null };
  const isBetter = isAccepted || best === null || score >= best.score;
  const newest = isBetter ? { iteration, score, kept } : best;
  const isLast = isAccepted || iteration === refineOf(state, index)?.iterations;
  subtask.refine = {
    iteration: isLast ? iteration : iteration + 1,
    phase: isLast ? "ended" : "produce",
    candidate: null,
    feedback,
    best: newest,
    isAccepted,
    error: null,
  };
  subtask.usesFallback = false;
  beginPhase(subtask);
  if (!isLast) queueAgain(state, index);
}

function beginPhase(subtask: SubtaskState): void {
  subtask.failures = 0;
  subtask.error = null;
  subtask.approval = null;
  subtask.admission = null;
}

/** The best one stands. The part of `evolve` that belongs here. */
export function evolveEnded(subtask: SubtaskState, event: EventOf<"iterations.ended">): void {
  const { output, largeOutput } = bestOf(subtask).kept;
  subtask.refine = {
    ...(subtask.refine ?? FIRST_ITERATION),
    phase: "ended",
    error: event.error ?? null,
  };
  Object.assign(subtask, { output, largeOutput: largeOutput ?? null, error: null });
}

/** The iteration that would stand if there were no further one. */
export function bestSoFar(state: RunState, index: number): Iteration | null {
  return state.subtasks[index]?.refine?.best ?? null;
}

export function bestOf({ refine }: SubtaskState): Iteration {
  const best = refine?.best ?? null;
  if (best === null) throw new Error("There is no iteration that could stand.");
  return best;
}
