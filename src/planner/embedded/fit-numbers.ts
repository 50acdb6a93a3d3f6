/** Numbers: "in three sentences", "top five", "the 10 largest", "a 20% tip". */

import type { Request } from "./interpret.ts";
import { PREPOSITIONS, SUPERLATIVES } from "./lexicon.ts";
import type { Phrase } from "./phrases.ts";
import { headFit, neighbours, type Proposal, takesNumber } from "./proposal.ts";
import type { ToolIndex } from "./retrieve.ts";
import { takesContent } from "./suit.ts";
import { isWord, says, type ValueToken, type WordToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import { rootOf } from "./words.ts";

const LIMIT_ROOTS = rootSet("limit top n k count maximum number first results");
const LIMIT_WORDS = new Set(["top", "first", "best", "most", "last", "maximum", "limit", "bottom"]);
/** What a percentage, or a sum of money, is a value of. */
const OF_PERCENT = rootSet("percent percentage rate tip interest discount tax share");
const OF_MONEY = rootSet(
  "amount price total bill cost principal salary budget sum loan value income fee",
);
/** How many words after a number may belong to it. */
const REACH = 4;

export function fitNumbers(request: Request, card: ToolCard, index: ToolIndex): Proposal[] {
  const numbers = request.values.filter(({ value }) => value.number !== undefined);
  const parameters = card.parameters.filter(takesNumber);
  const own = numbers.filter((token) => !isOfAnother(token, request, card, index));
  const fits = own.flatMap((token) =>
    parameters.flatMap((parameter) => {
      const { number = 0 } = token.value;
      if (!isAllowed(number, parameter)) return [];
      const isOnly = numbers.length === 1 && parameters.length === 1 && parameter.isRequired;
      const score = scoreOf(token, parameter, request, card) + (isOnly ? 0.3 : 0.05);
      const [before] = neighbours(request.tokens, token).before;
      const isTop = isLimit(parameter) && before !== undefined && LIMIT_WORDS.has(before.word);
      const tokens = isTop ? [before, token] : [token];
      return [{ parameter, value: number, tokens, score: Math.min(score, 1) }];
    }),
  );
  return [...fits, ...theOne(request, card)];
}

const OTHERS_WORD = 0.6;
const OWN_WORD = 0.3;

/** "the five longest files", for a tool on rows that another tool must list first. */
function isOfAnother(
  token: ValueToken,
  { tokens }: Request,
  card: ToolCard,
  index: ToolIndex,
): boolean {
  if (!card.parameters.some((parameter) => parameter.isRequired && takesContent(parameter)))
    return false;
  const { after } = neighbours(tokens, token);
  const end = after.findIndex(({ word }) => PREPOSITIONS.has(word));
  const nouns = (end < 0 ? after : after.slice(0, end)).filter(
    ({ word }) => !SUPERLATIVES.has(word),
  );
  if (nouns.some(({ root }) => index.strength(root, card) >= OWN_WORD)) return false;
  return nouns.some(({ root }) =>
    [...index.strengths(root).values()].some((one) => one >= OTHERS_WORD),
  );
}

/** "which region has the highest total", "the longest file": one. */
function theOne(request: Request, card: ToolCard): Proposal[] {
  const givesFiles = card.fields.some(({ kinds, shape }) => kinds.has("path") && shape.element);
  if (!(givesFiles && asksForOneFile(request)) && !asksForOne(request)) return [];
  return card.parameters
    .filter((parameter) => takesNumber(parameter) && isLimit(parameter))
    .map((parameter) => ({ parameter, value: 1, tokens: [], score: 0.8 }));
}

function asksForOneFile({ tokens }: Request): boolean {
  const best = tokens.findIndex((token) => isWord(token) && SUPERLATIVES.has(token.word));
  const noun = tokens
    .slice(best + 1, best + 4)
    .find((token) => says(token, "file", "document", "page"));
  const before = tokens[best - 1];
  return best >= 0 && noun !== undefined && says(before, "the");
}

function asksForOne({ phrases }: Request): boolean {
  const at = phrases.findIndex(isRankedBy);
  const subject = phrases[at - 1];
  const isOne = subject?.tokens.some((token) => says(token, "which", "what", "who"));
  const last = subject?.words.at(-1);
  return isOne === true && last !== undefined && !/[^s]s$/.test(last.word);
}

/** "with the highest total". */
function isRankedBy({ head, words }: Phrase): boolean {
  return (
    head === "with" &&
    words.some(({ word }) => SUPERLATIVES.has(word) || word === "most" || word === "least")
  );
}

function isAllowed(number: number, { shape }: Parameter): boolean {
  const { isInteger, minimum, maximum } = shape.takesNumber ? shape : (shape.element ?? shape);
  if (isInteger && !Number.isInteger(number)) return false;
  return (
    (minimum === undefined || number >= minimum) && (maximum === undefined || number <= maximum)
  );
}

function scoreOf(
  token: ValueToken,
  parameter: Parameter,
  request: Request,
  card: ToolCard,
): number {
  const { before, after } = neighbours(request.tokens, token);
  const near = after.slice(0, REACH);
  const names = (words: readonly WordToken[]) =>
    words.some(({ root }) => parameter.roots.includes(root));
  if (names(near.slice(0, 2)) || names(before.slice(0, 2))) return 1;
  if (isLimit(parameter) && isCountOfBest(before, near)) return 0.9;
  const measured = measuredBy(token.value.unit);
  if (parameter.roots.some((root) => measured.has(root))) return 0.8;
  const at = request.phrases.findIndex(({ tokens }) => tokens.includes(token));
  const following = request.phrases[at + 1];
  if (isLimit(parameter) && following !== undefined && isRankedBy(following)) return 0.85;
  const [next] = near;
  if (next !== undefined && parameter.about.has(next.root)) return 0.7;
  // "five files" from a tool that gives files.
  const gives = new Set([...card.roots, ...card.fields.flatMap(({ roots }) => roots)]);
  if (isLimit(parameter) && near.some(({ root }) => gives.has(root))) return 0.6;
  const phrase = request.phrases.find(({ tokens }) => tokens.includes(token));
  return headFit(phrase?.head, parameter) > 0 ? 0.5 : 0.1;
}

function rootSet(words: string): ReadonlySet<string> {
  return new Set(words.split(" ").map(rootOf));
}

const NOTHING: ReadonlySet<string> = new Set();

function measuredBy(unit: string | undefined): ReadonlySet<string> {
  if (unit === "%") return OF_PERCENT;
  return unit !== undefined && /^[$€£¥]$/.test(unit) ? OF_MONEY : NOTHING;
}

function isLimit({ roots, kinds }: Parameter): boolean {
  return kinds.has("count") && roots.some((root) => LIMIT_ROOTS.has(root));
}

/** "top five", "the five longest", "the 3 most common". */
function isCountOfBest(before: readonly WordToken[], after: readonly WordToken[]): boolean {
  if (before[0] !== undefined && LIMIT_WORDS.has(before[0].word)) return true;
  const [next] = after;
  return next !== undefined && (SUPERLATIVES.has(next.word) || LIMIT_WORDS.has(next.word));
}
