import type { RunEvent } from "../../src/executor/core/event.ts";

/** What an attempt was for, and how it ended. */
export type StartRecord = {
  /** How often its subtask had been reset before. */
  readonly timesReset: number;
  /** How often it had succeeded before and was wanted again. */
  readonly timesRedone: number;
  /** Of a subtask that is refined: which iteration, and whether it is produced or checked. */
  readonly turn: string;
  readonly tool: string;
  /** All that its subtask's result depends on. */
  readonly fingerprint: string;
  /** `lost`: it may have done its work, and nobody knows. */
  outcome: "running" | "ok" | "failed" | "lost";
};

const FAILED: ReadonlySet<string> = new Set(["tool.failed", "effect.open", "effect.differs"]);

export function attemptName(subtask: string, attempt: number): string {
  return `${subtask}#${attempt}`;
}

/** How an attempt ended, by its own word. @param starts by `attemptName` */
export function followOutcome(starts: ReadonlyMap<string, StartRecord>, event: RunEvent): void {
  if (!("attempt" in event) || event.attempt === undefined) return;
  const start = starts.get(attemptName(event.subtask, event.attempt));
  if (start === undefined) return;
  switch (event.type) {
    case "subtask.succeeded":
    case "output.produced":
    case "iteration.produced":
    case "iteration.checked":
      start.outcome = "ok";
      break;
    case "attempt.failed":
      // Where the effect is another one's nothing was called.
      start.outcome = FAILED.has(event.error.code) ? "failed" : "lost";
      break;
    case "attempt.uncertain":
    case "attempt.cancelled":
      start.outcome = "lost";
      break;
    default:
  }
}
