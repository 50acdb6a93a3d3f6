/** What the fit-… files answer: a value of the goal for a parameter, and how sure that is. */

import type { Json } from "../../base/json.ts";
import { isMark, isWord, type Token, type WordToken } from "./tokens.ts";
import type { Parameter } from "./tool-card.ts";
import { rootOf } from "./words.ts";

export type Proposal = {
  readonly parameter: Parameter;
  /** One element of it, if the parameter takes a list. */
  readonly value: Json;
  /** The tokens that it is made of: nothing else may use them. */
  readonly tokens: readonly Token[];
  /** 0 to 1. */
  readonly score: number;
};

/** Whether the parameter, or the elements of its list, can be a text of any kind. */
export function takesFreeText({ shape }: Parameter): boolean {
  const element = shape.takesText ? shape : (shape.element ?? shape);
  return element.takesText && element.choices.length === 0;
}

export function takesNumber({ shape }: Parameter): boolean {
  return shape.takesNumber || shape.element?.takesNumber === true;
}

/** Words that begin or end a range, a way or a period. */
const STARTS = new Set(["from", "since", "between", "starting"]);
const ENDS = new Set(["to", "until", "till", "into", "through", "onto"]);
const START_ROOTS = new Set(
  "from start begin origin source depart departure since earlier input old".split(" ").map(rootOf),
);
const END_ROOTS = new Set(
  "to end until destination target arrive arrival return later output finish new"
    .split(" ")
    .map(rootOf),
);

/** How a preposition before a value speaks for a parameter: 1, against it: -1, or neither. */
export function headFit(head: string | undefined, { roots }: Parameter): -1 | 0 | 1 {
  if (head === undefined) return 0;
  const isStart = roots.some((root) => START_ROOTS.has(root));
  const isEnd = roots.some((root) => END_ROOTS.has(root));
  if (isStart === isEnd) return 0;
  if (STARTS.has(head)) return isStart ? 1 : -1;
  if (ENDS.has(head)) return isEnd ? 1 : -1;
  return 0;
}

/** The words right before and after a token, within its clause. */
export function neighbours(
  tokens: readonly Token[],
  token: Token,
): { before: WordToken[]; after: WordToken[] } {
  const at = tokens.indexOf(token);
  const before: WordToken[] = [];
  for (let index = at - 1; index >= 0; index--) {
    const one = tokens[index];
    if (isMark(one, "-")) continue;
    if (!isWord(one)) break;
    before.push(one);
  }
  const after: WordToken[] = [];
  for (let index = at + 1; index < tokens.length; index++) {
    const one = tokens[index];
    if (isMark(one, "-")) continue;
    if (!isWord(one)) break;
    after.push(one);
  }
  return { before, after };
}
