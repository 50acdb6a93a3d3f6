/** A call in the making: a tool for a request, and what its parameters are bound to so far. */

import type { Argument, Draft, Read, Step } from "./draft.ts";
import type { Request } from "./interpret.ts";
import type { ToolIndex } from "./retrieve.ts";
import { isSink } from "./suit.ts";
import { says, type Token, type ValueToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";

export type Served = {
  readonly draft: Draft;
  /** The calls that answer the request: one, or one for each of several values. */
  readonly steps: readonly Step[];
  /** The tools that take part, in the order of their calls, the one that answers last. */
  readonly cards: readonly ToolCard[];
  /** Tools that only bring what others need. */
  readonly providers: readonly ToolCard[];
  /** Fields that are read. */
  readonly reads: readonly Read[];
  /** The words that the tool which answers takes for itself. */
  readonly own: ReadonlyMap<Token, number>;
  /** How well values and references go with their parameters. */
  readonly score: number;
};

export type World = {
  readonly index: ToolIndex;
  /** Places that the goal names outside of the requests done so far. */
  readonly places: readonly ValueToken[];
  /** Requests inside requests, by where their words stand. */
  readonly inner: Map<string, Request>;
  /** Ways to call a tool that another one, in a call being made, waits for. */
  readonly serve: (
    request: Request,
    card: ToolCard,
    draft: Draft,
    world: World,
    outer: readonly ToolCard[],
  ) => Served[];
};

/** A call of which some parameters are bound. */
export type Call = Omit<Served, "steps" | "own"> & {
  readonly args: ReadonlyMap<Parameter, Argument>;
  /** The tool is called once for each of these. */
  readonly spread:
    | { readonly parameter: Parameter; readonly arguments: readonly Argument[] }
    | undefined;
};

/** A parameter that has no value yet, and where one is looked for. */
export type Gap = {
  readonly parameter: Parameter;
  readonly card: ToolCard;
  readonly request: Request;
  /** What the request says that is not spoken for. */
  readonly words: readonly Token[];
  /** Tools that wait for what this one gives. */
  readonly outer: readonly ToolCard[];
};

/** How strongly a word must speak for a tool that nobody asked for by a verb. */
export const MEANT = 0.4;
/** Readings that are followed at each turn. */
export const BREADTH = 5;

/** One output as it is; several as a list, as one text, or as one call for each. */
export function bind(
  call: Call,
  parameter: Parameter,
  card: ToolCard,
  reads: readonly Read[],
  draft: Draft,
): Call {
  const [only] = reads;
  const more = { ...call, draft, reads: [...call.reads, ...reads] };
  if (reads.length === 1 && only !== undefined) {
    return { ...more, args: new Map([...call.args, [parameter, { kind: "read", ...only }]]) };
  }
  const isList = parameter.shape.element !== undefined && only?.field.shape.element === undefined;
  if (isList || isSink(card)) {
    return { ...more, args: new Map([...call.args, [parameter, { kind: "join", reads }]]) };
  }
  const all = reads.map((read): Argument => ({ kind: "read", ...read }));
  return { ...more, spread: { parameter, arguments: all } };
}

/** Without the joints at the ends. */
export function trim(tokens: readonly Token[]): Token[] {
  const isEmpty = (token: Token | undefined) =>
    token !== undefined &&
    (token.kind === "mark" ||
      says(token, "and", "to", "into", "in", "as", "from", "with", "of", "then"));
  let [start, end] = [0, tokens.length];
  while (start < end && tokens[start]?.kind === "mark") start++;
  while (end > start && isEmpty(tokens[end - 1])) end--;
  return tokens.slice(start, end);
}
