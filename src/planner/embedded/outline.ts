/**
 * A plan that comes closest to a goal, also where much of it is not understood.
 *
 * The goal is cut into segments, one search chooses tools for all of them, and their inputs are
 * linked by what the tools say that they take and give. What nobody has said becomes an input
 * of the plan: no value is invented, but much may be missing.
 */

import type { Json } from "../../base/json.ts";
import type { KnownVerbs } from "./clauses.ts";
import { choose } from "./outline-choose.ts";
import { link } from "./outline-links.ts";
import { Matcher } from "./outline-match.ts";
import { planFrom } from "./outline-plan.ts";
import { segmentsOf } from "./outline-segments.ts";
import type { ToolIndex } from "./retrieve.ts";
import { openSynonymBook, type SynonymBook } from "./synonym-book.ts";
import type { Token } from "./tokens.ts";

let book: Promise<SynonymBook> | undefined;
const matchers = new WeakMap<ToolIndex, Matcher>();

/** Plans as JSON, to be checked, best first; none when no tool has anything to do with the goal. */
export async function outline(
  goal: string,
  tokens: readonly Token[],
  verbs: KnownVerbs,
  index: ToolIndex,
): Promise<Iterable<Json>> {
  book ??= openSynonymBook();
  const matcher = matchers.get(index) ?? new Matcher(index.cards, await book);
  matchers.set(index, matcher);
  const segments = segmentsOf(tokens, verbs);
  return choose(segments, matcher)
    .values()
    .map((choices) => planFrom(goal, link(choices, segments, matcher, index)));
}
