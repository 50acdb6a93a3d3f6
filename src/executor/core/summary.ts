import type { Usage } from "./consumption.ts";
import type { RunState } from "./state.ts";
import type { RunReason, RunStatus } from "./status.ts";

/** What lists show of a run; kept beside its events, so that a list need not read them. */
export type RunSummary = {
  readonly goal: string;
  readonly status: RunStatus;
  readonly reason: RunReason | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly usage: Readonly<Usage>;
  /** Subtasks that failed for good and about which nobody has decided. */
  readonly deadLetters: number;
};

export function summaryOf(state: RunState): RunSummary {
  const { goal, status, reason, startedAt, finishedAt, usage } = state;
  const { openDeadLetters: deadLetters } = state;
  return { goal, status, reason, startedAt, finishedAt, usage: { ...usage }, deadLetters };
}
