/** Listed choices and switches, by the words that name them. */

import { kindsOfFiles } from "./fit-files.ts";
import type { Request } from "./interpret.ts";
import { LIGHT_VERBS, SUPERLATIVES } from "./lexicon.ts";
import type { Proposal } from "./proposal.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, says, type Token, type WordToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import { rootOf, wordsOfName } from "./words.ts";

const SAID = 0.9;
const SAID_OTHERWISE = 0.7;
/** For each further word: "business days" are not "days". */
const MORE = 0.01;

export function fitChoices(request: Request, card: ToolCard): Proposal[] {
  // "Markdown files" are a kind of file, and no way to write something.
  const files = new Set(kindsOfFiles(request));
  const words = request.tokens.filter(isWord).filter((word) => !files.has(word));
  return card.parameters.flatMap((parameter) => {
    const { shape } = parameter;
    const choices = shape.choices.length > 0 ? shape.choices : (shape.element?.choices ?? []);
    if (choices.length > 0) {
      const said = [
        ...choicesSaid(parameter, choices, words, placeNames(request)),
        ...orderSaid(parameter, choices, words),
      ];
      return said.filter(({ tokens }) => !isOfTarget(tokens, request, card));
    }
    return shape.takesBoolean && !shape.takesText ? switchSaid(parameter, words) : [];
  });
}

/** "the rows of x as CSV": how they are written, and not how x is read. */
function isOfTarget(tokens: readonly Token[], { phrases, verb }: Request, card: ToolCard): boolean {
  if (card.tool.effects !== "read" || (verb && card.roots.includes(verb.root))) return false;
  return phrases.some(
    ({ head, tokens: own }) =>
      (head === "as" || head === "to" || head === "into") &&
      tokens.some((token) => own.includes(token)),
  );
}

/** "in reports": a folder's name means only itself. */
function placeNames({ phrases }: Request): ReadonlySet<Token> {
  const named = phrases.filter(
    ({ head, words, values }) =>
      (head === "in" || head === "below") && words.length === 1 && values.length === 0,
  );
  return new Set(named.flatMap(({ words }) => words));
}

function choicesSaid(
  parameter: Parameter,
  choices: readonly string[],
  words: readonly WordToken[],
  places: ReadonlySet<Token>,
): Proposal[] {
  const isAnySaid = choices.some((choice) => isSaid(choice, words));
  // "the highest total": what is calculated is the total, of which the highest is shown.
  const others = words.filter(
    (word) => !places.has(word) && !(isAnySaid && SUPERLATIVES.has(word.word)),
  );
  return choices.flatMap((choice) => {
    const roots = wordsOfName(choice).map(rootOf);
    const exact = findAll(roots, words, (word, root) => word.root === root);
    if (exact !== undefined)
      return [{ parameter, value: choice, tokens: exact, score: SAID + MORE * (roots.length - 1) }];
    const similar = findAll(roots, others, (word, root) => isSynonym(word, root));
    if (similar === undefined) return [];
    return [{ parameter, value: choice, tokens: similar, score: SAID_OTHERWISE }];
  });
}

function isSaid(choice: string, words: readonly WordToken[]): boolean {
  return wordsOfName(choice).every((name) => words.some(({ root }) => root === rootOf(name)));
}

function isSynonym(word: WordToken, root: string): boolean {
  return !LIGHT_VERBS.has(word.word) && (word.root === root || synonymsOf(root).has(word.root));
}

/** A word for each root, or undefined. */
function findAll(
  roots: readonly string[],
  words: readonly WordToken[],
  matches: (word: WordToken, root: string) => boolean,
): WordToken[] | undefined {
  const found: WordToken[] = [];
  for (const root of roots) {
    const word = words.find((one) => matches(one, root));
    if (word === undefined) return undefined;
    found.push(word);
  }
  return found.length > 0 ? found : undefined;
}

/** "longest" and "largest first" mean a descending order. */
function orderSaid(
  parameter: Parameter,
  choices: readonly string[],
  words: readonly WordToken[],
): Proposal[] {
  const superlative = words.map(({ word }) => SUPERLATIVES.get(word)).find((found) => found);
  if (superlative === undefined) return [];
  const prefix = superlative.descending ? "desc" : "asc";
  const choice = choices.find((one) => one.toLowerCase().startsWith(prefix));
  // The word itself stays free: it also says by what to order.
  if (choice !== undefined) return [{ parameter, value: choice, tokens: [], score: 0.6 }];
  const [by] = superlative.of.flatMap((of) =>
    choices.filter((one) => wordsOfName(one).map(rootOf).includes(rootOf(of))),
  );
  const tokens = words.filter(({ word }) => SUPERLATIVES.has(word));
  return by === undefined ? [] : [{ parameter, value: by, tokens, score: 0.95 }];
}

/** Words of a switch's name that say only that it is one. */
const SWITCH_WORDS = new Set(
  ["is", "has", "use", "includ", "with", "allow", "enabl", "should", "only", "show"].map(rootOf),
);

function switchSaid(parameter: Parameter, words: readonly WordToken[]): Proposal[] {
  const roots = parameter.roots.filter((root) => !SWITCH_WORDS.has(root));
  const found = findAll(roots, words, (word, root) => word.root === root);
  if (found === undefined) return [];
  return [{ parameter, value: !isNegated(found[0], words), tokens: found, score: SAID }];
}

function isNegated(word: WordToken | undefined, words: readonly WordToken[]): boolean {
  const at = word === undefined ? -1 : words.indexOf(word);
  return words
    .slice(Math.max(0, at - 2), at)
    .some((one) => says(one, "no", "not", "without", "don't", "non", "never"));
}
