/**
 * How much an output resembles a reference: ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic
 * Evaluation of Summaries", section 3, https://aclanthology.org/W04-1013).
 *
 * With the longest common subsequence of the words of both, recall is its share of the
 * reference and precision its share of the output; the score is their harmonic mean (F1).
 * The order of words counts, what stands between them does not. Letters' case and
 * punctuation are left out.
 */

import { cutText } from "../base/excerpt.ts";
import { wordsOf } from "../base/text-units.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import { textOf } from "./output-text.ts";
import type { PlannedCheck, StageOutcome } from "./planned-check.ts";

/** Of longer texts the beginning is compared: the time grows with the product of both lengths. */
const MAX_WORDS = 5_000;
/** In which so many words stand; what is behind them is not even read. */
const MAX_CHARACTERS = 100_000;

export function checkSimilarity(
  checks: readonly PlannedCheck[],
  { output }: EvaluationRequest,
): StageOutcome {
  const text = textOf(output);
  const findings = checks.map((planned) => {
    const score = rougeL(text, planned.criterion.rule.similarTo ?? "");
    const holds = score >= planned.atLeast;
    const reason = `The output resembles the reference by ${score.toFixed(2)}, and ${planned.atLeast} is wanted.`;
    return { planned, score, holds, reason, by: "rule" };
  });
  return { findings };
}

/** @returns 0, no word in common, to 1, the same words in the same order */
function rougeL(text: string, reference: string): number {
  const [a, b] = [tokensOf(text), tokensOf(reference)];
  if (a.length + b.length === 0) return 1;
  return (2 * longestCommonSubsequence(a, b)) / (a.length + b.length);
}

function tokensOf(text: string): string[] {
  const beginning = cutText(text, MAX_CHARACTERS).normalize("NFKC").toLowerCase();
  return wordsOf(beginning).slice(0, MAX_WORDS);
}

/** Its length, by the usual table, of which two rows are kept. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  const ids = new Map<string, number>();
  const idOf = (token: string) => {
    const id = ids.get(token) ?? ids.size;
    ids.set(token, id);
    return id;
  };
  const columns = Uint32Array.from(b, idOf);
  let previous = new Uint16Array(b.length + 1);
  let current = new Uint16Array(b.length + 1);
  for (const token of a) {
    const id = idOf(token);
    for (let at = 0; at < columns.length; at++) {
      current[at + 1] =
        columns[at] === id
          ? (previous[at] ?? 0) + 1
          : Math.max(previous[at + 1] ?? 0, current[at] ?? 0);
    }
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}
