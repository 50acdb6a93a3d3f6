/**
 * A plan under construction: steps that read each other's fields.
 *
 * Drafts are never changed. A search keeps several side by side, and they share their steps.
 */

import type { Json } from "../../base/json.ts";
import type { Request } from "./interpret.ts";
import type { Token } from "./tokens.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";

/** A field of an earlier step's output. */
export type Read = { readonly step: Step; readonly field: Field };

export type Argument =
  | { readonly kind: "value"; readonly value: Json }
  | ({ readonly kind: "read" } & Read)
  /** The first element of a list. */
  | ({ readonly kind: "first" } & Read)
  /** Several outputs, as one text or as a list, by what the parameter takes. */
  | { readonly kind: "join"; readonly reads: readonly Read[] }
  /** Arithmetic over several outputs, as text for a calculator. */
  | { readonly kind: "formula"; readonly reads: readonly Read[]; readonly operator: Operator };

export type Operator = "+" | "-" | "*" | "/" | "mean";

export type Step = {
  readonly card: ToolCard;
  readonly args: ReadonlyMap<Parameter, Argument>;
  /** The words of the goal that ask for it; none for a step that another one needs. */
  readonly tokens: readonly Token[];
};

/** What answers a request: a step, one step for each of several values, or fields of earlier ones. */
export type Result = {
  readonly request: Request;
  readonly reads: readonly Read[];
  /** Whether the request names what it wants of the outputs. */
  readonly isNamed: boolean;
};

export type Draft = {
  /** In an order in which they can run. */
  readonly steps: readonly Step[];
  readonly results: readonly Result[];
  /** Tokens that became part of a step's input, or that led to one, and how surely: 0 to 1. */
  readonly used: ReadonlyMap<Token, number>;
};

export const EMPTY_DRAFT: Draft = { steps: [], results: [], used: new Map() };

/** The draft with the step, or with the one that does the same already. */
export function addStep(draft: Draft, step: Step): { draft: Draft; step: Step } {
  const same = draft.steps.find((other) => isSameCall(other, step));
  if (same === undefined) return { draft: { ...draft, steps: [...draft.steps, step] }, step };
  if (same.tokens.length > 0 || step.tokens.length === 0) return { draft, step: same };
  // Steps are told apart by identity, so a needed one that is then asked for keeps its own.
  return { draft, step: same };
}

export function useTokens(draft: Draft, tokens: readonly Token[]): Draft {
  return {
    ...draft,
    used: new Map([...draft.used, ...tokens.map((token) => [token, 1] as const)]),
  };
}

function isSameCall(a: Step, b: Step): boolean {
  if (a.card !== b.card || a.args.size !== b.args.size) return false;
  // What writes twice was asked to.
  if (a.card.tool.effects === "write") return false;
  return [...a.args].every(([parameter, argument]) => {
    const other = b.args.get(parameter);
    return other !== undefined && isSameArgument(argument, other);
  });
}

function isSameArgument(a: Argument, b: Argument): boolean {
  if (a.kind === "value") {
    return b.kind === "value" && JSON.stringify(a.value) === JSON.stringify(b.value);
  }
  const [own, others] = [readsOf(a), readsOf(b)];
  return (
    a.kind === b.kind &&
    own.length === others.length &&
    own.every((read, at) => isSameRead(read, others[at] as Read))
  );
}

export function isSameRead(a: Read, b: Read): boolean {
  return a.step === b.step && a.field === b.field;
}

/** What an argument reads of other steps. */
function readsOf(argument: Argument): readonly Read[] {
  if (argument.kind === "value") return [];
  return argument.kind === "read" || argument.kind === "first" ? [argument] : argument.reads;
}

/** The steps whose outputs a step reads. */
export function inputsOf(step: Step): Step[] {
  return [...new Set([...step.args.values()].flatMap(readsOf).map((read) => read.step))];
}

/** Whether a later step reads what this one gives. */
export function isConsumed(draft: Draft, step: Step): boolean {
  return draft.steps.some((other) => inputsOf(other).includes(step));
}

/** The one file or page that a step goes back to. */
export function sourceOf(step: Step): string | undefined {
  const inputs = inputsOf(step);
  if (inputs.length === 1 && inputs[0] !== undefined) return sourceOf(inputs[0]);
  if (inputs.length > 1) return undefined;
  for (const [{ kinds }, argument] of step.args) {
    if (argument.kind !== "value" || typeof argument.value !== "string") continue;
    if (kinds.has("path") || kinds.has("url")) return argument.value;
  }
  return undefined;
}
