/** Parameters from what other tools make of the request's words. */

import { BREADTH, bind, type Call, type Gap, type World } from "./call.ts";
import type { Draft, Read, Step } from "./draft.ts";
import { fromPlaces } from "./from-places.ts";
import { innerRequest, isDone, isMeant, isNamed, MAX_DEPTH } from "./inner.ts";
import type { Request } from "./interpret.ts";
import { bringsOnly } from "./places.ts";
import { isHollow, provide, type Source } from "./provide.ts";
import { isSink, mainField, suit, takesContent, takesSeveral } from "./suit.ts";
import { isMark, says, type Token, type WordToken } from "./tokens.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";

/** What another tool makes of the words, if they say its name. */
const NAMED = 0.3;
/** An output that is said by its name, or that is what the tool is for. */
const FITTING = 0.2;
/** A path for a parameter that takes one. */
const DIRECT = 0.8;
const MAX_PARTS = 5;

/** What another tool makes of the words: "write *the total by region* to out.md". */
export function fromWords(call: Call, gap: Gap, world: World): Call[] {
  const { parameter, card, outer } = gap;
  const chain = [...outer, card];
  if (chain.length > MAX_DEPTH || !takesContent(parameter)) return [];
  const inner = innerRequest(gap, world);
  if (inner === undefined) return [];
  // "x and y" are two things; only what writes them down needs both.
  if (gap.request.clauses.length > 1 && !isSink(card) && !takesSeveral(card)) return [];
  return inner.candidates
    .map((candidate) => candidate.card)
    .filter((other) => isMeant(other, chain, inner, world.index))
    .filter((other) => !isDone(other, call.draft, inner))
    .slice(0, outer.length === 0 ? BREADTH : BREADTH - 2)
    .flatMap((maker) => {
      const best = fieldFor(maker, parameter, card, inner);
      if (best === undefined) return [];
      const bonus = isNamed(maker, inner) ? NAMED : 0;
      return made(call, gap, { ...best, maker, inner }, world).map((option) => ({
        ...option,
        score: option.score + bonus,
      }));
    });
}

/**
 * What only another tool can give: the latitude that a parameter is called, of the place that
 * the request names.
 */
export function fromNeed(call: Call, gap: Gap, world: World): Call[] {
  const { parameter, card, outer } = gap;
  const chain = [...outer, card];
  if (chain.length > MAX_DEPTH || takesContent(parameter) || parameter.roots.length === 0)
    return [];
  const inner = innerRequest(gap, world);
  if (inner === undefined) return [];
  return world.index.cards
    .filter((maker) => maker.tool.effects !== "write" && !chain.includes(maker))
    .flatMap((maker) => {
      const field = maker.fields.find(({ roots }) => roots.join() === parameter.roots.join());
      const score = field === undefined ? undefined : suit(field, parameter, card);
      if (field === undefined || score === undefined) return [];
      return made(call, gap, { field, score, maker, inner }, world);
    });
}

/** "summarize *the longest file in x*": what lies at the one path that a step will give. */
export function fromOneFile(call: Call, gap: Gap, world: World): Call[] {
  const { parameter, card, outer } = gap;
  const chain = [...outer, card];
  const takesPath = parameter.kinds.has("path") && parameter.shape.takesText;
  if (chain.length > MAX_DEPTH || isSink(card) || !(takesPath || takesContent(parameter)))
    return [];
  const inner = innerRequest(gap, world);
  const makers = inner?.candidates.map((candidate) => candidate.card) ?? [];
  return makers.slice(0, BREADTH).flatMap((maker) => {
    const paths = maker.fields.find(
      ({ kinds, shape }) => kinds.has("path") && shape.element?.takesText,
    );
    if (inner === undefined || paths === undefined || maker.tool.effects === "write") return [];
    return world.serve(inner, maker, call.draft, world, chain).flatMap((served): Call[] => {
      const [step, ...more] = served.steps;
      if (step === undefined || more.length > 0 || !givesOne(step)) return [];
      const read = { step, field: paths };
      const cards = [...call.cards, ...served.cards];
      if (!takesPath) {
        return provided(call, gap, read, served.draft, world).map((way) => ({
          ...way,
          cards,
          score: way.score + served.score / 2,
        }));
      }
      const args = new Map([...call.args, [parameter, { kind: "first", ...read } as const]]);
      const score = call.score + (DIRECT + served.score) / 2;
      return [{ ...call, draft: served.draft, args, cards, reads: [...call.reads, read], score }];
    });
  });
}

function provided(call: Call, gap: Gap, path: Read, draft: Draft, { index }: World): Call[] {
  const { parameter, card } = gap;
  const argument = { kind: "first", ...path } as const;
  const source: Source = { argument, kind: "path", medium: undefined };
  return provide(source, parameter, card, draft, index).map((way) => ({
    ...bind(call, parameter, card, [way.read], way.draft),
    providers: [...call.providers, way.read.step.card],
    score: call.score + way.score / 2,
  }));
}

/** Whether a step was told to give one only. */
function givesOne({ args }: Step): boolean {
  return [...args].some(
    ([{ kinds }, argument]) =>
      kinds.has("count") && argument.kind === "value" && argument.value === 1,
  );
}

type Making = {
  readonly maker: ToolCard;
  readonly field: Field;
  /** How well the field goes with the parameter. */
  readonly score: number;
  /** What asks for the maker. */
  readonly inner: Request;
};

function made(call: Call, gap: Gap, { maker, field, score, inner }: Making, world: World): Call[] {
  const { parameter, card, outer } = gap;
  return world
    .serve(inner, maker, call.draft, world, [...outer, card])
    .flatMap((served): Call[] => {
      const reads = served.steps.map((step) => ({ step, field }));
      const isIdle = served.steps.every(({ args }) => args.size === 0);
      if (reads.some(isHollow) || (isIdle && !isNamed(maker, inner))) return [];
      // What only brings something explains no more than if nobody had asked for it.
      const isProvider = served.cards.length === 1 && bringsOnly(maker);
      const [cards, providers] = isProvider ? [[], served.cards] : [served.cards, []];
      return [
        {
          ...bind(call, parameter, card, reads, served.draft),
          cards: [...call.cards, ...cards],
          providers: [...call.providers, ...served.providers, ...providers],
          reads: [...call.reads, ...served.reads, ...reads],
          score: call.score + (score + served.score) / 2,
        },
      ];
    });
}

function isSaid({ roots }: Field, words: readonly WordToken[]): boolean {
  return roots.length > 0 && roots.every((root) => words.some((word) => word.root === root));
}

function fieldFor(
  from: ToolCard,
  parameter: Parameter,
  card: ToolCard,
  { words }: Request,
): { field: Field; score: number } | undefined {
  const fitting = from.fields.flatMap((field) => {
    const fit = suit(field, parameter, card);
    if (fit === undefined) return [];
    return [
      {
        field,
        score:
          fit + (isSaid(field, words) ? FITTING : 0) + (field === mainField(from) ? FITTING : 0),
      },
    ];
  });
  const [best] = fitting.toSorted((a, b) => b.score - a.score);
  // What is named but cannot be handed over is not replaced by something else.
  const isOther = best !== undefined && !isSaid(best.field, words);
  return isOther && from.fields.some((field) => isSaid(field, words)) ? undefined : best;
}

/** "the summary of x and the keywords of y": each from a tool of its own, together as one text. */
export function fromParts(call: Call, gap: Gap, world: World): Call[] {
  const { parameter, card, words } = gap;
  if (!isSink(card)) return [];
  const parts = partsOf(words);
  // What verbs set apart are no parts of one thing.
  const isApart = gap.request.clauses.slice(1).some(({ cut }) => cut === "hard");
  if (isApart || parts.length < 2 || parts.length > MAX_PARTS) return [];
  let current: Call = { ...call, reads: [], score: 0 };
  for (const part of parts) {
    const own = { ...gap, words: part };
    const options = [...fromWords(current, own, world), ...fromPlaces(current, own, world)];
    const [best] = options.sort((a, b) => b.score - a.score);
    const argument = best?.args.get(parameter);
    if (best === undefined || argument?.kind !== "read") return [];
    current = { ...best, args: call.args, reads: [...current.reads, argument] };
  }
  const { draft, reads, score } = current;
  const whole = bind({ ...current, reads: call.reads }, parameter, card, reads, draft);
  return [{ ...whole, score: call.score + score / parts.length }];
}

function partsOf(words: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of words) {
    if (isMark(token, ",&") || says(token, "and")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
