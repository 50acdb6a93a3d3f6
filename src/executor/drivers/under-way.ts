import type { Passage } from "./admissions.ts";
import type { Attempt } from "./attempt.ts";

/** An attempt under way. */
export type UnderWay = {
  readonly attempt: Attempt;
  readonly passage: Passage | undefined;
  readonly tool: string;
  readonly startedAt: number;
  /** Whether its time was up before it ended; how long it took is counted by then. */
  timedOut: boolean;
};

/** Tell it to end; it says itself when it has. */
export function abort(underWay: UnderWay, reason: "timeout" | "cancelled"): void {
  underWay.attempt.abort();
  underWay.passage?.abort(reason);
}
