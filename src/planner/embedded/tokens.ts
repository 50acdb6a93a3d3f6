/** A goal as tokens: words, values (each one token, however long), and punctuation. */

import { PHRASES } from "./thesaurus.ts";
import type { Value } from "./values.ts";
import { rootOf } from "./words.ts";

type Span = { readonly start: number; readonly end: number };

export type WordToken = Span & {
  readonly kind: "word";
  /** In lower case; a phrase that counts as one word stands for its words. */
  readonly word: string;
  readonly root: string;
  /** As written. */
  readonly text: string;
  /** Written with a capital where the sentence needs none: a name. */
  readonly isProper: boolean;
};
export type ValueToken = Span & { readonly kind: "value"; readonly value: Value };
export type MarkToken = Span & { readonly kind: "mark"; readonly mark: string };
export type Token = WordToken | ValueToken | MarkToken;

const PIECE = /[#@]?\p{L}[\p{L}\p{M}\p{N}_]*(?:['’]\p{L}+)?|[\p{N}_]+|\n\s*\n|\n|[^\s\p{L}\p{N}]/gu;
/** Longest phrase of the lexicon, in words. */
const PHRASE_WORDS = 4;

/** The goal's tokens, in order. */
export function tokenize(goal: string, values: readonly Value[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const value of values) {
    addPieces(tokens, goal, at, value.start);
    tokens.push({ kind: "value", value, start: value.start, end: value.end });
    at = value.end;
  }
  addPieces(tokens, goal, at, goal.length);
  return joinPhrases(tokens);
}

function addPieces(tokens: Token[], goal: string, start: number, end: number): void {
  for (const match of goal.slice(start, end).matchAll(PIECE)) {
    const [text] = match;
    const span = { start: start + match.index, end: start + match.index + text.length };
    const isInitial = tokens.length === 0 || isMark(tokens.at(-1), ".!?:\n");
    if (/[\p{L}\p{N}_]/u.test(text)) tokens.push(wordToken(text, span, isInitial));
    else tokens.push({ kind: "mark", mark: text.startsWith("\n") ? "\n" : text, ...span });
  }
}

/** "what's" is "what", "report's" is "report", "don't" stays. */
function wordToken(text: string, span: Span, isInitial: boolean): WordToken {
  const word = text
    .toLowerCase()
    .replace("’", "'")
    .replace(/'(?:s|re|ve|ll|d|m)$/, "");
  const isProper = isInitial ? /^\p{Lu}{2,}/u.test(text) : /^\p{Lu}/u.test(text) && word !== "i";
  return { kind: "word", word, root: rootOf(word), text, isProper, ...span };
}

function joinPhrases(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const found = phraseAt(tokens, at);
    joined.push(found?.token ?? (tokens[at] as Token));
    at += (found?.length ?? 1) - 1;
  }
  return joined;
}

function phraseAt(tokens: readonly Token[], at: number) {
  const list: WordToken[] = [];
  let best: { token: WordToken; length: number } | undefined;
  for (let next = at; next < tokens.length && list.length < PHRASE_WORDS; next++) {
    const token = tokens[next] as Token;
    if (token.kind === "mark" && token.mark === "-" && list.length > 0) continue;
    if (token.kind !== "word") break;
    list.push(token);
    const word = PHRASES.get(list.map((one) => one.word).join(" "));
    if (word === undefined || list.length < 2 || list[0] === undefined) continue;
    const { start } = list[0];
    const text = list.map((one) => one.text).join(" ");
    const span = { start, end: token.end };
    const merged: WordToken = {
      kind: "word",
      word,
      root: rootOf(word),
      text,
      isProper: false,
      ...span,
    };
    best = { token: merged, length: next - at + 1 };
  }
  return best;
}

export function isWord(token: Token | undefined): token is WordToken {
  return token?.kind === "word";
}

/** Whether the token is one of these words. */
export function says(token: Token | undefined, ...list: readonly string[]): boolean {
  return token?.kind === "word" && list.includes(token.word);
}

export function isMark(token: Token | undefined, marks: string): token is MarkToken {
  return token?.kind === "mark" && marks.includes(token.mark);
}

/** The stretch of the goal that tokens cover, as written. */
export function textOf(goal: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first && last ? goal.slice(first.start, last.end) : "";
}
