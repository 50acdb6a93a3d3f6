/** Which tools a model is shown, when there are more than it can look through. */

import type { ToolDescription } from "../tools/tool.ts";
import { ToolIndex } from "./embedded/retrieve.ts";
import { cardFor } from "./embedded/tool-card.ts";
import { rootOf, wordsOf } from "./embedded/words.ts";

/**
 * The tools that go best with the words of a text, by their names, descriptions and
 * parameters; in the order in which they are registered.
 */
export function chooseTools(
  text: string,
  tools: readonly ToolDescription[],
  limit: number,
): readonly ToolDescription[] {
  if (tools.length <= limit) return tools;
  const index = new ToolIndex(tools.map(cardFor));
  const scores = new Map<string, number>();
  for (const word of new Set(wordsOf(text))) {
    const root = rootOf(word);
    const weight = index.weight(word, root);
    if (weight === 0) continue;
    for (const [card, strength] of index.strengths(root)) {
      scores.set(card.name, (scores.get(card.name) ?? 0) + weight * strength);
    }
  }
  const scoreOf = ({ name }: ToolDescription) => scores.get(name) ?? 0;
  // Sorting is stable: among equals those that were registered first.
  const chosen = new Set(tools.toSorted((a, b) => scoreOf(b) - scoreOf(a)).slice(0, limit));
  return tools.filter((tool) => chosen.has(tool));
}
