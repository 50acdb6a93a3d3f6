import type { Question } from "../plan/question.ts";
import { type Io, printLine } from "./io.ts";

/** What the planner asks, each question with the name that its answer goes by. */
export function printQuestions(questions: readonly Question[], io: Io): void {
  for (const { id, question, options = [] } of questions) {
    const choice = options.length === 0 ? "" : ` (${options.join(" | ")})`;
    printLine(io.stderr, `${id}: ${question}${choice}`);
  }
}
