/** Tools that nobody named, for what only a tool can know: the id of something. */

import { flow } from "./outline-flow.ts";
import type { Matcher } from "./outline-match.ts";
import type { Node } from "./outline-node.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";
import { rootOf, wordsOf } from "./words.ts";

type Provider = { readonly card: ToolCard; readonly field: Field };

/** Whether people do not say such a thing themselves. */
export function isHidden({ kinds, shape }: Parameter): boolean {
  return kinds.has("id") && shape.choices.length === 0;
}

/** The tool that best gives it, and that does not need it itself. */
export function findProvider(
  parameter: Parameter,
  { card, segment }: Node,
  /** Tools that wait already for what is to be given. */
  outer: readonly ToolCard[],
  matcher: Matcher,
): Provider | undefined {
  if (!isHidden(parameter)) return undefined;
  const told = new Set(wordsOf(parameter.description).map(rootOf));
  const said = new Set(segment.words.map(({ token }) => token.root));
  const offers = matcher.cards.flatMap((other) => {
    if (other === card || outer.includes(other) || isGivenBack(parameter, other)) return [];
    const trust =
      subject(parameter, other, matcher) +
      FAMILY * matcher.kinship(card, other) +
      share(other, told) +
      SAID * share(other, said) +
      (asks(other) ? ASKS : 0) -
      (other.parameters.some((one) => one.isRequired && isHidden(one)) ? HIDDEN : 0);
    return other.fields.flatMap((field) => {
      const fit = flow(field, parameter);
      return fit < LEAST_FIT ? [] : [{ card: other, field, score: FIT * fit + trust }];
    });
  });
  const [best] = offers.sort((a, b) => b.score - a.score);
  return best !== undefined && best.score >= LEAST ? best : undefined;
}

const FIT = 1.5;
const LEAST_FIT = 0.5;
/** Tools with words of their names in common are of one maker, or of one matter. */
const FAMILY = 1;
const SAID = 0.3;
/** It must be told what to look for. */
const ASKS = 0.3;
/** It needs something of the kind itself. */
const HIDDEN = 0.3;
const LEAST = 1.6;

/** Whether a tool takes what it then gives: that tells nothing new. */
export function isGivenBack(
  { roots }: Pick<Parameter, "roots">,
  { parameters }: ToolCard,
): boolean {
  return parameters.some((one) => isHidden(one) && one.roots.join() === roots.join());
}

/** How well the tool is described by what the id is of. */
function subject({ roots }: Parameter, card: ToolCard, matcher: Matcher): number {
  const rest = roots.slice(0, -1);
  const sum = rest.reduce((all, root) => all + matcher.strength({ word: root, root }, card), 0);
  return rest.length === 0 ? 0 : sum / rest.length;
}

/** The share of the tool's name among the words. */
function share({ roots }: ToolCard, words: ReadonlySet<string>): number {
  return roots.filter((root) => words.has(root)).length / roots.length;
}

function asks({ parameters }: ToolCard): boolean {
  return parameters.some(({ isRequired, shape }) => isRequired && shape.takesText);
}
