/** Parameters from what lies at the paths and addresses of the goal. */

import { bind, type Call, type Gap, MEANT, type World } from "./call.ts";
import { type Read, useTokens } from "./draft.ts";
import { namesProduct } from "./inner.ts";
import { bringsOnly, isPlace } from "./places.ts";
import { provide, sourceIn } from "./provide.ts";
import type { ToolIndex } from "./retrieve.ts";
import { takesContent, takesSeveral } from "./suit.ts";
import { isWord, says, type Token, type ValueToken } from "./tokens.ts";

/** What lies at a path, where the words say what is to be made of it first. */
const RAW = 0.6;
/** What only a later request names. */
const ELSEWHERE = 0.2;

/** What lies at the paths and addresses that the request names, or else the goal. */
export function fromPlaces(call: Call, gap: Gap, world: World): Call[] {
  const { parameter, card, words } = gap;
  if (!takesContent(parameter)) return [];
  const named = words.filter(
    (token): token is ValueToken => token.kind === "value" && isPlace(token),
  );
  const unused = named.filter((token) => !call.draft.used.has(token) && !isTarget(token, gap));
  if (unused.length > 0) {
    const isRaw = namesProduct(gap, world);
    const start = isRaw ? { ...call, score: call.score - RAW } : call;
    const single = unused.slice(0, 1).flatMap((token) => bring(start, gap, [token], world));
    const isList =
      unused.length > 1 &&
      !takesSeveral(card) &&
      areListed(unused, gap, call.draft.used, world.index);
    return isList ? [...bring(start, gap, unused, world), ...single] : single;
  }
  // Nothing was said yet, so what comes is meant: "count the words and lines of x".
  if (words.some((token) => token.kind === "value") || call.draft.steps.length > 0) return [];
  const [next] = world.places;
  if (next === undefined) return [];
  const elsewhere = bring(call, gap, [next], world);
  return elsewhere.map((option) => ({ ...option, score: option.score - ELSEWHERE }));
}

/** "into x", and "to x" where nothing is compared with it: x is no source. */
function isTarget(token: ValueToken, { request, card }: Gap): boolean {
  const head = request.phrases.find(({ tokens }) => tokens.includes(token))?.head;
  return head === "into" || (head === "to" && !takesSeveral(card));
}

/** "x and y", "the words in x and the lines in y", if the tool is about words and lines. */
function areListed(
  values: readonly ValueToken[],
  { card, request }: Gap,
  used: ReadonlyMap<Token, number>,
  index: ToolIndex,
): boolean {
  const { tokens } = request;
  const [from, to] = [values[0], values.at(-1)].map((value) => tokens.indexOf(value as Token));
  const between = tokens.slice(from, to);
  return between.every((token) => {
    if (!isWord(token)) return true;
    if (says(token, "into", "as", "onto")) return false;
    // "the mean by city of x and the total by region of y" are two calls.
    if ((used.get(token) ?? 0) > 0) return false;
    const isContent = request.words.some(({ root }) => root === token.root);
    const tools = [card, ...index.cards.filter(bringsOnly)];
    return !isContent || tools.some((tool) => index.strength(token.root, tool) >= MEANT);
  });
}

function bring(
  call: Call,
  { parameter, card }: Gap,
  tokens: readonly ValueToken[],
  { index }: World,
): Call[] {
  let { draft } = call;
  const reads: Read[] = [];
  let score = 0;
  const isSingle = tokens.length === 1;
  for (const token of tokens) {
    const source = sourceIn(token);
    const ways = source ? provide(source, parameter, card, draft, index) : [];
    const [best, ...others] = ways;
    if (best === undefined) return [];
    if (isSingle && others[0] !== undefined) {
      return ways.map((way) => ({
        ...bind(call, parameter, card, [way.read], useTokens(way.draft, [token])),
        providers: [...call.providers, way.read.step.card],
        score: call.score + way.score,
      }));
    }
    draft = useTokens(best.draft, [token]);
    reads.push(best.read);
    score += best.score / tokens.length;
  }
  const providers = [...call.providers, ...reads.map(({ step }) => step.card)];
  return [{ ...bind(call, parameter, card, reads, draft), providers, score: call.score + score }];
}
