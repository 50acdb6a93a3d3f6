/** Which fields of a step's output a request asks for. */

import { type Read, type Step, sourceOf } from "./draft.ts";
import type { Request } from "./interpret.ts";
import { VAGUE_NOUNS } from "./lexicon.ts";
import { isForm } from "./phrases.ts";
import { mainField } from "./suit.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, type Token, type WordToken } from "./tokens.ts";
import type { Field, ToolCard } from "./tool-card.ts";
import { wordsOfName } from "./words.ts";

export type Focus = { readonly reads: readonly Read[]; readonly isNamed: boolean };

type Situation = {
  /** Whether the request is answered by several steps, for a file each. */
  readonly isRepeated: boolean;
  /** Words that are spoken for. */
  readonly taken: ReadonlySet<Token>;
};

/**
 * The fields that the request names; the tool's main field if it names none.
 *
 * A field counts when all words of its name are said: "unique words" is not "words".
 */
export function fieldsSaid(step: Step, request: Request, situation: Situation): Focus {
  const inputs = wordsOfInputs(step);
  const { isRepeated, taken } = situation;
  const words = request.words.filter(
    (word) =>
      !isUnit(word, request) &&
      !isEmpty(word) &&
      !inputs.has(word.word) &&
      !taken.has(word) &&
      !isForm(word, request.phrases) &&
      word.word !== "column",
  );
  const choices = [
    isRepeated ? wordsBeside(step, request, words) : [],
    words.filter(({ root }) => root !== request.verb?.root && root !== step.card.roots[0]),
    words,
  ];
  for (const choice of choices) {
    const found = namedFields(step.card, choice).filter(
      // "search" does not ask how many were searched.
      (field) => choice !== words || !isNumber(field),
    );
    if (found.length > 0) return { reads: found.map((field) => ({ step, field })), isNamed: true };
  }
  return { reads: [{ step, field: mainField(step.card) }], isNamed: false };
}

/** What has become an input is no output: "by number of lines", "in docs". */
function wordsOfInputs({ args }: Step): ReadonlySet<string> {
  const texts = [...args].flatMap(([{ shape }, argument]) => {
    const isFree = argument.kind === "value" && shape.choices.length === 0;
    return isFree && typeof argument.value === "string" ? [argument.value] : [];
  });
  return new Set(texts.flatMap((text) => [text.toLowerCase(), ...wordsOfName(text)]));
}

/** Of "the words of x and the lines of y" what belongs to the step's own file. */
function wordsBeside(step: Step, { clauses }: Request, words: readonly WordToken[]): WordToken[] {
  const source = sourceOf(step);
  const clause = clauses.find(({ tokens }) =>
    tokens.some((token) => token.kind === "value" && token.value.text === source),
  );
  const roots = new Set(clause?.tokens.filter(isWord).map(({ root }) => root));
  return words.filter(({ root }) => roots.has(root));
}

function namedFields({ fields }: ToolCard, words: readonly WordToken[]): Field[] {
  const exact = fields.filter((field) => isSaid(field, words, (word, root) => word.root === root));
  const rest = words.filter(
    ({ root }) => !exact.some(({ roots, about }) => roots.includes(root) || about.has(root)),
  );
  const similar = fields.filter(
    (field) => !exact.includes(field) && isSaid(field, rest, isSynonym),
  );
  const named = [...exact, ...similar];
  const narrow = named.filter((field) => !named.some((other) => isWider(field, other)));
  const noted = fields.filter(
    (field) =>
      !narrow.includes(field) && field.shape.element !== undefined && isNoted(field, words, narrow),
  );
  return [...narrow, ...noted];
}

function isEmpty({ word }: WordToken): boolean {
  return VAGUE_NOUNS.has(word) || word === "number" || word === "count";
}

function isNumber({ shape }: Field): boolean {
  return shape.takesNumber && !shape.takesText;
}

/** "in three sentences" is how long, and not what. */
function isUnit(word: WordToken, { tokens }: Request): boolean {
  const before = tokens.slice(0, tokens.indexOf(word)).findLast((token) => token.kind !== "mark");
  return before?.kind === "value" && before.value.kind === "number";
}

function isSaid(
  { roots, path }: Field,
  words: readonly WordToken[],
  matches: (word: WordToken, root: string) => boolean,
): boolean {
  if (roots.length === 0 || path.includes(".")) return false;
  return roots.every((root) => words.some((word) => matches(word, root)));
}

function isSynonym(word: WordToken, root: string): boolean {
  return synonymsOf(root).has(word.root);
}

/** Whether the name of one is part of the name of the other. */
function isWider(field: Field, other: Field): boolean {
  return (
    other.roots.length > field.roots.length &&
    field.roots.every((root) => other.roots.includes(root))
  );
}

/** "with the lines": a list whose description says what its name does not. */
function isNoted(field: Field, words: readonly WordToken[], named: readonly Field[]): boolean {
  const told = words.filter(
    ({ root }) =>
      field.about.has(root) &&
      !named.some(({ about, roots }) => about.has(root) || roots.includes(root)),
  );
  return named.length > 0 && told.length > 0;
}
