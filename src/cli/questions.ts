import type { Question } from "../plan/question.ts";
import { oneLine } from "../plan/text-width.ts";
import { colorsFor, type Io, printLine } from "./io.ts";

/** What the planner asks, each question with the name that its answer goes by. */
export function printQuestions(questions: readonly Question[], io: Io): void {
  const { bold } = colorsFor(io.stderr);
  for (const question of questions) {
    printLine(io.stderr, `${bold(question.id)}: ${questionText(question)}`);
  }
}

/**
 * Ask the questions one after the other.
 * @returns the answers by the questions' ids; undefined when nobody is there, or does not answer
 */
export async function askPerson(
  questions: readonly Question[],
  { stdin, stderr }: Io,
): Promise<Record<string, string> | undefined> {
  if (stdin?.isTTY !== true || stderr.isTTY !== true) return undefined;
  const { createInterface } = await import("node:readline/promises");
  const readline = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D: the run waits on, and can be answered later.
  const left = new AbortController();
  readline.once("close", () => left.abort());
  readline.once("SIGINT", () => readline.close());
  const { bold } = colorsFor(stderr);
  const answers: Record<string, string> = {};
  try {
    for (const question of questions) {
      const prompt = `${bold(questionText(question))} `;
      let answer = "";
      while (answer === "") {
        answer = (await readline.question(prompt, { signal: left.signal })).trim();
      }
      answers[question.id] = answer;
    }
    return answers;
  } catch (error) {
    if (left.signal.aborted) return undefined;
    throw error;
  } finally {
    readline.close();
  }
}

function questionText({ question, options = [] }: Question): string {
  const choice = options.length === 0 ? "" : ` (${options.join(" | ")})`;
  return oneLine(question + choice);
}
