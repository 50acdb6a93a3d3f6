/** Which fields of a step's output a request asks for. */

import type { Read, Step } from "./draft.ts";
import type { Request } from "./interpret.ts";
import { synonymsOf } from "./thesaurus.ts";
import { mainField } from "./suit.ts";
import type { Field } from "./tool-card.ts";
import type { WordToken } from "./tokens.ts";

/**
 * The fields that the request names; the tool's main field if it names none.
 *
 * A field counts when all words of its name are said: "unique words" is not "words".
 */
export function fieldsSaid(step: Step, request: Request): Read[] {
  const { fields } = step.card;
  const words = request.words.filter((word) => !isUnit(word, request));
  const exact = fields.filter((field) => isSaid(field, words, (word, root) => word.root === root));
  const named = exact.length > 0 ? exact : fields.filter((field) => isSaid(field, words, isSynonym));
  const narrow = named.filter((field) => !named.some((other) => isWider(field, other)));
  const noted = fields.filter(
    (field) => !narrow.includes(field) && field.shape.element !== undefined && isNoted(field, words, narrow),
  );
  const found = [...narrow, ...noted];
  const chosen = found.length > 0 ? found : [mainField(step.card)];
  return chosen.map((field) => ({ step, field }));
}

/** "in three sentences" is how long, and not what. */
function isUnit(word: WordToken, { tokens }: Request): boolean {
  const before = tokens[tokens.indexOf(word) - 1];
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
  return other.roots.length > field.roots.length && field.roots.every((root) => other.roots.includes(root));
}

/** "with the lines": a list whose description says what its name does not. */
function isNoted(field: Field, words: readonly WordToken[], named: readonly Field[]): boolean {
  const told = words.filter(({ root }) => field.about.has(root) && !named.some(({ about, roots }) => about.has(root) || roots.includes(root)));
  return named.length > 0 && told.length > 0;
}
