/** Numbers: "in three sentences", "top five", "the 10 largest", "a 20% tip". */

import type { Request } from "./interpret.ts";
import { SUPERLATIVES } from "./lexicon.ts";
import { headFit, neighbours, type Proposal, takesNumber } from "./proposal.ts";
import type { ValueToken, WordToken } from "./tokens.ts";
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

export function fitNumbers(request: Request, card: ToolCard): Proposal[] {
  const numbers = request.values.filter(({ value }) => value.number !== undefined);
  const parameters = card.parameters.filter(takesNumber);
  return numbers.flatMap((token) =>
    parameters.flatMap((parameter) => {
      const { number = 0 } = token.value;
      if (!isAllowed(number, parameter)) return [];
      const isOnly = numbers.length === 1 && parameters.length === 1 && parameter.isRequired;
      const score = scoreOf(token, parameter, request, card) + (isOnly ? 0.3 : 0.05);
      return [{ parameter, value: number, tokens: [token], score: Math.min(score, 1) }];
    }),
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
