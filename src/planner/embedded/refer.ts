/**
 * What "it", "both", "the summary" or nothing at all refers to among the steps before.
 */

import { type Draft, inputsOf, isConsumed, type Read, type Step } from "./draft.ts";
import type { Request } from "./interpret.ts";
import { holding, isHollow } from "./provide.ts";
import { isSink, suit } from "./suit.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, says, type Token, type WordToken } from "./tokens.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";

export type Reference = {
  /** More than one where several outputs are meant. */
  readonly reads: readonly Read[];
  /** The words that point there. */
  readonly tokens: readonly Token[];
  /** 0 to about 1. */
  readonly score: number;
};

const SINGULAR = ["it", "this", "that", "result", "output", "answer", "outcome"];
const PLURAL = [
  "them",
  "they",
  "these",
  "those",
  "both",
  "two",
  "all",
  "everything",
  "results",
  "each",
  "outputs",
  "answers",
  "together",
];
const POSSESSIVE = ["its", "their", "whose", "there"];

type Pointer = "latest" | "several" | "source" | undefined;

/**
 * The outputs of the draft that a parameter may mean, best first.
 * @param words what the request says where the parameter's value would stand
 */
export function refer(
  parameter: Parameter,
  card: ToolCard,
  words: readonly Token[],
  request: Request,
  draft: Draft,
): Reference[] {
  const pointing = words.filter((token) => says(token, ...SINGULAR, ...PLURAL, ...POSSESSIVE));
  const pointer = pointerOf(pointing);
  const single = candidates(parameter, card, words, draft, preferenceOf(pointer, request, card));
  const references: Reference[] = single
    .slice(0, 3)
    .map(({ read, score, tokens }) => ({ reads: [read], tokens: [...pointing, ...tokens], score }));
  const group = groupOf(parameter, card, words, pointer, draft);
  if (group !== undefined) {
    const score = Math.max(group.score, (references[0]?.score ?? 0) + 0.1);
    const whole = { ...group, score, tokens: [...pointing, ...group.tokens] };
    return [whole, ...references.map((single) => ({ ...single, score: single.score - PARTIAL }))];
  }
  return references;
}

function pointerOf(pointing: readonly Token[]): Pointer {
  if (pointing.some((token) => says(token, ...PLURAL))) return "several";
  if (pointing.some((token) => says(token, ...SINGULAR))) return "latest";
  return pointing.length > 0 ? "source" : undefined;
}

type Preference = "latest" | "source";

/**
 * "Summarize x and list its key terms": those of x. "Summarize x, then translate it": the
 * summary. What is written down is what came last.
 */
function preferenceOf(pointer: Pointer, request: Request, card: ToolCard): Preference {
  if (isSink(card) || pointer === "latest" || pointer === "several") return "latest";
  if (pointer === "source") return "source";
  return request.isSequel ? "latest" : "source";
}

type Candidate = { readonly read: Read; readonly score: number; readonly tokens: readonly Token[] };

const PREFERRED = 0.3;
/** A field that the request before was about. */
const FOCUS = 0.3;
const NAMED = 0.5;
/** One of several that are meant. */
const PARTIAL = 0.4;
/** A tool on what it gave itself. */
const TWICE = 0.4;
/** For every step that came later. */
const OLDER = 0.06;

function candidates(
  parameter: Parameter,
  card: ToolCard,
  words: readonly Token[],
  draft: Draft,
  preference: Preference,
): Candidate[] {
  const fits = draft.steps.flatMap((step, at) =>
    step.card.fields.flatMap((field): Candidate[] => {
      const read = { step, field };
      const fit = isHollow(read) ? undefined : suit(field, parameter, card);
      if (fit === undefined) return [];
      const tokens = namesOf(read, words);
      const age = draft.steps.length - 1 - at;
      const score =
        fit +
        (parameter.shape.takesText ? 0 : holding(read)) +
        (preference === "latest" ? latest(read, draft) : source(read)) +
        (tokens.length > 0 ? NAMED : 0) -
        (step.card === card ? TWICE : 0) -
        OLDER * age;
      return [{ read, score, tokens }];
    }),
  );
  return fits.sort((a, b) => b.score - a.score);
}

/** Of the last request, and what it was about. */
function latest({ step, field }: Read, { results }: Draft): number {
  const reads = results.at(-1)?.reads.filter((read) => read.step === step) ?? [];
  if (reads.length === 0) return 0;
  return PREFERRED + (reads.some((read) => read.field === field) ? FOCUS / 2 : 0);
}

/** Where everything began: what no other step gave. */
function source({ step }: Read): number {
  return inputsOf(step).length === 0 ? PREFERRED : 0;
}

/** The words that name a field: "the summary", "the differences". */
function namesOf({ field, step }: Read, words: readonly Token[]): Token[] {
  const named = words.filter(isWord).filter((word) => names(word, field.roots));
  const isWhole = field.roots.every((root) => named.some((word) => names(word, [root])));
  if (named.length === 0 || !isWhole) return [];
  // "the text" may be any; it names this one if the step was asked for.
  return step.tokens.length > 0 || field.roots.length > 1 ? named : [];
}

function names({ root }: WordToken, roots: readonly string[]): boolean {
  return roots.some((own) => own === root || synonymsOf(own).has(root));
}

/** Several outputs: of one request that had several, or whatever was not used yet. */
function groupOf(
  parameter: Parameter,
  card: ToolCard,
  words: readonly Token[],
  pointer: Pointer,
  draft: Draft,
): Reference | undefined {
  const isWriting = isSink(card);
  const isMeant = pointer !== undefined || isWriting || saysPlural(words);
  if (pointer === "source" || !isMeant) return undefined;
  const focused = groupedIn(draft, pointer);
  const steps = draft.steps.filter((step) => focused.some((read) => read.step === step));
  if (steps.length < 2) return undefined;
  const reads = steps.flatMap((step) => {
    const field = bestFieldOf(step, focused, parameter, card);
    return field === undefined ? [] : [{ step, field }];
  });
  if (reads.length < steps.length) return undefined;
  const counted = words.filter(
    (token) => token.kind === "value" && token.value.number === reads.length,
  );
  return { reads, tokens: counted, score: pointer === "several" || isWriting ? 1 : 0.7 };
}

/** "the result" is that of the last request alone; so is "both", if it had several. */
function groupedIn(draft: Draft, pointer: Pointer): readonly Read[] {
  const last = draft.results.at(-1)?.reads ?? [];
  if (pointer === "latest" || stepsOf(last).length > 1) return last;
  const open = draft.results.filter(({ reads }) =>
    reads.some(({ step }) => !isConsumed(draft, step)),
  );
  return open.flatMap(({ reads }) => reads);
}

function bestFieldOf(
  step: Step,
  focused: readonly Read[],
  parameter: Parameter,
  card: ToolCard,
): Field | undefined {
  const fits = step.card.fields.flatMap((field) => {
    const fit = isHollow({ step, field }) ? undefined : suit(field, parameter, card);
    if (fit === undefined) return [];
    const isFocus = focused.some((read) => read.step === step && read.field === field);
    return [{ field, score: fit + (isFocus ? FOCUS : 0) }];
  });
  return fits.toSorted((a, b) => b.score - a.score)[0]?.field;
}

function stepsOf(reads: readonly Read[]): Step[] {
  return [...new Set(reads.map(({ step }) => step))];
}

function saysPlural(words: readonly Token[]): boolean {
  return words.some((token) => isWord(token) && /[^s]s$/.test(token.word));
}
