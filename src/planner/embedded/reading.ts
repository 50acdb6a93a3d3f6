/** One way to understand a goal: a draft of its plan, and what the draft leaves unexplained. */

import { type Draft, EMPTY_DRAFT, type Result } from "./draft.ts";
import type { Request } from "./interpret.ts";
import type { ToolIndex } from "./retrieve.ts";
import type { ValueToken, WordToken } from "./tokens.ts";

export type Reading = {
  readonly draft: Draft;
  readonly score: number;
  /** Words that no step explains, and the sum of their weights. */
  readonly missed: readonly WordToken[];
  readonly missedWeight: number;
  /** Paths, numbers and the like that no step uses. */
  readonly unused: readonly ValueToken[];
  /** Requests that nothing answers, or of which not even the verb is explained. */
  readonly unanswered: readonly Request[];
  /** Sum of the weights of all words that ask for something. */
  readonly weight: number;
};

/** Before the first request. */
export const NO_READING: Reading = {
  draft: EMPTY_DRAFT,
  score: 0,
  missed: [],
  missedWeight: 0,
  unused: [],
  unanswered: [],
  weight: 0,
};

export function withResult(draft: Draft, result: Result): Draft {
  return { ...draft, results: [...draft.results, result] };
}

export function withMissed(reading: Reading, words: readonly WordToken[], index: ToolIndex) {
  return {
    missed: [...reading.missed, ...words],
    missedWeight: reading.missedWeight + weigh(words, index),
  };
}

/** How much a request says. */
export function weightOf({ words, values }: Request, index: ToolIndex): number {
  return weigh(words, index) + values.length;
}

export function weigh(words: readonly WordToken[], index: ToolIndex): number {
  return words.reduce((sum, { word, root }) => sum + index.weight(word, root), 0);
}
