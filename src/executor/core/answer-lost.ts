import type { ErrorData } from "../../base/errors.ts";
import type { ToolPolicy } from "./accepted-plan.ts";

/** Whether a failed attempt may have had its effect, and repeating it would repeat that. */
export function mayHaveHappened({ effects, idempotent }: ToolPolicy, error: ErrorData): boolean {
  if (effects !== "write" || idempotent) return false;
  return isAnswerLost(error);
}

/** Whether nobody knows from the error what the tool has done. */
export function isAnswerLost({ code }: ErrorData): boolean {
  return ANSWER_LOST.has(code);
}

/** The tool did not say in time what it did, or said what makes no sense here. */
const ANSWER_LOST: ReadonlySet<string> = new Set([
  "tool.timeout",
  "subtask.timeout",
  "tool.invalid_output",
  // Of what a tool gave, that is: an input that cannot be computed fails before any attempt.
  "expression.failed",
  "route.unknown_branch",
]);
