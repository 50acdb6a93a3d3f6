/** Steps that turn what stands in the goal, a path or an address, into what a tool works on. */

import { type Argument, addStep, type Draft, type Read, type Step } from "./draft.ts";
import { type Medium, mediumOf } from "./file-types.ts";
import type { Kind } from "./kinds.ts";
import { PLACE_OF, placeOf } from "./places.ts";
import type { ToolIndex } from "./retrieve.ts";
import { suit } from "./suit.ts";
import type { ValueToken } from "./tokens.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";
import { rootOf } from "./words.ts";

/** Words of tools that only look, by how much they say so. */
const LOOKS = ["read", "fetch", "load", "open", "download", "get"].map(rootOf);

export type Provided = { readonly draft: Draft; readonly read: Read; readonly score: number };

/** A path or an address, as it stands in the goal or as a step will give it. */
export type Source = {
  readonly argument: Argument;
  readonly kind: Kind;
  /** What its ending tells; undefined for one that is not known yet and has none. */
  readonly medium: Medium | undefined;
};

export function sourceIn({ value }: ValueToken): Source | undefined {
  const kind = PLACE_OF[value.kind];
  const medium = mediumOf(value.text);
  return kind && { argument: { kind: "value", value: value.text }, kind, medium };
}

/** Ways to what lies at a place, for a parameter; best first. */
export function provide(
  source: Source,
  parameter: Parameter,
  card: ToolCard,
  draft: Draft,
  index: ToolIndex,
): Provided[] {
  return index.cards
    .flatMap((provider) => {
      const place = placeOf(provider, source.kind);
      if (place === undefined) return [];
      const found = fieldFor(provider, place, source, parameter, card);
      if (found === undefined) return [];
      const score = found.score + looks(provider, index) + isMentioned(provider, parameter);
      return [{ provider, place, field: found.field, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, 2)
    .map(({ provider, place, field, score }) => {
      const args = new Map([[place, source.argument]]);
      const step: Step = { card: provider, args, tokens: [] };
      const added = addStep(draft, step);
      return { draft: added.draft, read: { step: added.step, field }, score };
    });
}

function fieldFor(
  provider: ToolCard,
  place: Parameter,
  { medium }: Source,
  parameter: Parameter,
  card: ToolCard,
): { field: Field; score: number } | undefined {
  const fitting = provider.fields.flatMap((field) => {
    // A tool that only repeats where it looked gives nothing.
    if (field.roots.join() === place.roots.join()) return [];
    const fit = suit(field, parameter, card);
    const held = mediumFit(field, medium);
    return fit === undefined || held === undefined ? [] : [{ field, score: fit + held }];
  });
  return fitting.toSorted((a, b) => b.score - a.score)[0];
}

/** Of a table the rows are wanted, of a text the text; a plain text has no rows. */
function mediumFit(
  { roots, kinds, shape, isRequired }: Field,
  medium: Medium | undefined,
): number | undefined {
  const isRows = shape.element?.properties !== undefined;
  const isText = shape.takesText && kinds.has("content");
  if ((isRows || shape.isAny) && medium === "text") return undefined;
  let fit = kinds.has("content") ? 0.1 : 0;
  if (medium === "table") fit += isRows ? 0.15 : 0;
  else if (medium === "data") fit += roots.includes(rootOf("data")) ? 0.15 : 0;
  else fit += isText ? 0.15 : 0;
  return fit + (isRequired ? 0.02 : 0);
}

/** How well a field goes with what the step was told to read: the data of a JSON file. */
export function holding({ step, field }: Read): number {
  const [place] = [...step.args].flatMap(([{ kinds }, argument]) =>
    kinds.has("path") && argument.kind === "value" ? [argument.value] : [],
  );
  const medium = typeof place === "string" ? mediumOf(place) : undefined;
  const isRows = field.shape.element?.properties !== undefined;
  if (medium === "table") return isRows ? HELD : 0;
  return medium === "data" && field.shape.isAny ? HELD : 0;
}

const HELD = 0.2;

/** Whether a field only repeats what the step was told. */
function isEcho({ step, field }: Read): boolean {
  return [...step.args.keys()].some(
    ({ roots, kinds }) =>
      kinds.size > 0 && !kinds.has("content") && roots.join() === field.roots.join(),
  );
}

/** Whether a field of an output is empty for what it was made of: the rows of a plain text. */
export function isHollow(read: Read): boolean {
  const { step, field } = read;
  if (isEcho(read)) return true;
  if (field.shape.element?.properties === undefined && !field.shape.isAny) return false;
  return [...step.args].some(([{ kinds }, argument]) => {
    if (argument.kind !== "value" || typeof argument.value !== "string") return false;
    return kinds.has("path") && mediumOf(argument.value) === "text" && !kinds.has("folder");
  });
}

function looks(provider: ToolCard, index: ToolIndex): number {
  return 0.3 * Math.max(...LOOKS.map((root) => index.strength(root, provider)));
}

/** "e.g. the text of read_file". */
function isMentioned({ name }: ToolCard, { description }: Parameter): number {
  return description.includes(name) ? 0.1 : 0;
}
