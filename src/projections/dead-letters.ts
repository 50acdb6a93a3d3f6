/** Work that failed for good, with all that is needed to understand and retry it. */

import type { ErrorData } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { RunEvent } from "../executor/core/event.ts";
import { fold } from "../executor/core/evolve.ts";
import { programOf, scopeFor } from "../executor/core/program.ts";
import type { RunState } from "../executor/core/state.ts";
import type { SubtaskReason } from "../executor/core/status.ts";

export type DeadLetter = {
  readonly runId: string;
  readonly goal: string;
  readonly subtask: string;
  readonly tool: string;
  readonly reason: SubtaskReason;
  readonly error: ErrorData;
  /** When it was given up; milliseconds since the epoch. */
  readonly at: number;
  readonly attempts: readonly DeadAttempt[];
  /** What its tool was given, expressions resolved; null where they cannot be. */
  readonly input: JsonObject | null;
  /** The subtasks that the input reads from. */
  readonly upstream: readonly string[];
  /** The subtasks that were skipped because of it. */
  readonly skipped: readonly string[];
};

export type DeadAttempt = {
  readonly attempt: number;
  readonly tool: string;
  readonly startedAt: number;
  /** Null where nobody knows. */
  readonly endedAt: number | null;
  readonly error: ErrorData | null;
};

/** The dead letters of a run about which nobody has decided, in the order in which they came. */
export function deadLettersOf(runId: string, events: readonly RunEvent[]): DeadLetter[] {
  const state = fold(runId, events);
  const open = new Map<string, Extract<RunEvent, { type: "dead_letter.added" }>>();
  for (const event of events) {
    if (event.type === "dead_letter.added") open.set(event.subtask, event);
    else if (event.type === "dead_letter.resolved") open.delete(event.subtask);
  }
  return [...open.values()].map(({ subtask, reason, error, at }) => ({
    runId,
    goal: state.goal,
    subtask,
    reason,
    error,
    at,
    ...describe(state, subtask),
    attempts: attemptsOf(subtask, events),
  }));
}

function describe(state: RunState, id: string) {
  const program = programOf(state);
  const { graph, plan, subtasks } = program.compiled;
  const index = graph.indexOf.get(id) ?? -1;
  const template = subtasks[index]?.input;
  let input: JsonObject | null = null;
  try {
    input = (template?.evaluate(scopeFor(state, program, template)) ?? null) as JsonObject | null;
  } catch {
    // The expressions themselves are what failed; the error says how.
  }
  return {
    tool: plan.subtasks[index]?.tool ?? "",
    input,
    upstream: (graph.dependencies[index] ?? []).map((need) => graph.ids[need.index] ?? ""),
    skipped: graph.ids.filter((_, at) => isBelow(state, at, id)),
  };
}

/** Whether the subtask was skipped because of the other one, directly or further down. */
function isBelow(state: RunState, index: number, id: string): boolean {
  const { graph } = programOf(state).compiled;
  for (let at = index, steps = 0; steps <= graph.ids.length; steps++) {
    const cause = state.subtasks[at]?.cause ?? null;
    if (cause === null) return false;
    if (cause === id) return true;
    at = graph.indexOf.get(cause) ?? -1;
  }
  return false;
}

function attemptsOf(id: string, events: readonly RunEvent[]): DeadAttempt[] {
  const attempts: DeadAttempt[] = [];
  for (const event of events) {
    if (!("subtask" in event) || event.subtask !== id) continue;
    const last = attempts.at(-1);
    if (event.type === "attempt.started") {
      const { attempt, tool, at } = event;
      attempts.push({ attempt, tool, startedAt: at, endedAt: null, error: null });
    } else if (last !== undefined && last.endedAt === null && event.type.startsWith("attempt.")) {
      const error = event.type === "attempt.failed" ? event.error : null;
      const endedAt = event.type === "attempt.uncertain" ? null : event.at;
      attempts[attempts.length - 1] = { ...last, endedAt, error };
    }
  }
  return attempts;
}
