/**
 * A tool's parameters from the words of one request.
 *
 * Every way of reading a parameter proposes values with a score; the best proposals are
 * taken first, each token is used once, and what stays below the threshold is left out.
 */

import type { Json } from "../../base/json.ts";
import { fitChoices } from "./fit-choices.ts";
import { fitColumns } from "./fit-columns.ts";
import { fitFiles } from "./fit-files.ts";
import { fitMembers } from "./fit-members.ts";
import { fitNumbers } from "./fit-numbers.ts";
import { fitValues } from "./fit-values.ts";
import { fitWords } from "./fit-words.ts";
import type { Request } from "./interpret.ts";
import type { Proposal } from "./proposal.ts";
import type { ToolIndex } from "./retrieve.ts";
import type { Token, ValueToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";

export type Filling = {
  /** By parameter, each a value that its schema has a place for. */
  readonly values: ReadonlyMap<Parameter, Json>;
  /** The tokens that the values are made of, and how surely. */
  readonly used: ReadonlyMap<Token, number>;
  /** Values that would fit the same parameter as well: the tool is to be called for each. */
  readonly spread: Spread | undefined;
};

export type Spread = { readonly parameter: Parameter; readonly values: readonly Json[] };

/** What a proposal must reach: a required parameter must have something. */
const REQUIRED = 0.35;
const OPTIONAL = 0.5;

const known = new WeakMap<Request, Map<ToolCard, Filling>>();

/** The parameters that the request's own words give, each request and tool looked at once. */
export function fill(request: Request, card: ToolCard, index: ToolIndex): Filling {
  const own = known.get(request) ?? new Map<ToolCard, Filling>();
  known.set(request, own);
  const filling = own.get(card) ?? findFilling(request, card, index);
  own.set(card, filling);
  return filling;
}

function findFilling(request: Request, card: ToolCard, index: ToolIndex): Filling {
  const proposals = [
    ...fitValues(request, card),
    ...fitFiles(request, card),
    ...fitNumbers(request, card, index),
    ...fitChoices(request, card),
    ...fitColumns(request, card),
    ...fitMembers(request, card),
    ...fitWords(request, card, index),
  ];
  const order = new Map(card.parameters.map((parameter, at) => [parameter, at]));
  const ranked = proposals
    .filter(({ parameter, score }) => score >= (parameter.isRequired ? REQUIRED : OPTIONAL))
    .map((proposal, at) => ({ proposal, at }))
    .sort(
      (a, b) =>
        b.proposal.score - a.proposal.score ||
        (order.get(a.proposal.parameter) ?? 0) - (order.get(b.proposal.parameter) ?? 0) ||
        a.at - b.at,
    );
  const taken = new Map<Parameter, Proposal[]>();
  const used = new Map<Token, number>();
  for (const { proposal } of ranked) {
    const { parameter, tokens } = proposal;
    const own = taken.get(parameter);
    if (own !== undefined && !takesAnother(parameter, own, proposal)) continue;
    if (tokens.some((token) => used.has(token))) continue;
    for (const token of tokens) used.set(token, Math.min(proposal.score, 1));
    taken.set(parameter, [...(own ?? []), proposal]);
  }
  const spread = spreadOf(
    request,
    taken,
    ranked.map(({ proposal }) => proposal),
    used,
  );
  for (const token of spread?.tokens ?? []) used.set(token, 1);
  const values = new Map(
    [...taken].map(([parameter, own]) => [parameter, valueFrom(parameter, own)]),
  );
  return { values, used, spread };
}

/** How far below the best element a further element of a list may be. */
const LIST_SLACK = 0.35;

function takesAnother({ shape }: Parameter, own: readonly Proposal[], next: Proposal): boolean {
  const [best] = own;
  if (shape.element === undefined || best === undefined) return false;
  const isNew = own.every(({ value }) => JSON.stringify(value) !== JSON.stringify(next.value));
  return isNew && next.score >= best.score - LIST_SLACK && next.tokens.length > 0;
}

/** One element alone stays alone where the parameter takes it so. */
function valueFrom({ shape }: Parameter, own: readonly Proposal[]): Json {
  const inOrder = own.toSorted((a, b) => (a.tokens[0]?.start ?? 0) - (b.tokens[0]?.start ?? 0));
  const [only] = inOrder;
  const takesOne = shape.takesText || shape.takesNumber || shape.takesBoolean;
  if (shape.element === undefined || (takesOne && own.length === 1)) return only?.value ?? null;
  return inOrder.map(({ value }) => value);
}

/** "the words in a.md and b.md", where the tool takes one file. */
function spreadOf(
  { tokens }: Request,
  taken: ReadonlyMap<Parameter, readonly Proposal[]>,
  proposals: readonly Proposal[],
  used: ReadonlyMap<Token, number>,
): (Spread & { readonly tokens: readonly Token[] }) | undefined {
  for (const [parameter, [first]] of taken) {
    const [token] = first?.tokens ?? [];
    if (first === undefined || parameter.shape.element || token?.kind !== "value") continue;
    const alike = proposals.filter(
      (other) =>
        other.parameter === parameter &&
        other.score >= first.score - LIST_SLACK &&
        other.tokens.length === 1 &&
        (other === first || !used.has(other.tokens[0] as Token)) &&
        isListed(tokens, token, other.tokens[0] as Token),
    );
    if (alike.length < 2) continue;
    const inOrder = alike.toSorted((a, b) => (a.tokens[0]?.start ?? 0) - (b.tokens[0]?.start ?? 0));
    return {
      parameter,
      values: inOrder.map(({ value }) => value),
      tokens: inOrder.flatMap((proposal) => proposal.tokens),
    };
  }
  return undefined;
}

/** Whether two values are of one kind, with nothing but values and joints between them. */
function isListed(tokens: readonly Token[], a: ValueToken, b: Token): boolean {
  if (b.kind !== "value" || a.value.kind !== b.value.kind || a.value.kind === "number")
    return false;
  const [from, to] = [tokens.indexOf(a), tokens.indexOf(b)];
  return tokens
    .slice(Math.min(from, to), Math.max(from, to))
    .every((token) => token.kind !== "word" || token.word === "and" || token.word === "or");
}
