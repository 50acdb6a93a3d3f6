/** Tools under other words: how much a planner owes to goals that echo the names of tools. */

import type { SuiteTool } from "./sample.ts";
import { namedTools } from "./suite-tool.ts";

/** By word, in lower case, what stands in its place. */
export type Rewording = ReadonlyMap<string, string>;

/** The tools with other words in names and descriptions; what they take and give is as it was. */
export function rewordTools(tools: readonly SuiteTool[], words: Rewording): SuiteTool[] {
  const others = tools.map((tool) => ({
    ...tool,
    name: rewordText(spaced(tool.name), words),
    description: rewordText(tool.description, words),
  }));
  // Gold plans call them by the names of their source.
  return namedTools(others).map((tool, at) => ({ ...tool, name: tools[at]?.name ?? tool.name }));
}

/** Each word that is known replaced, with a capital where there was one, and a plural for a plural. */
function rewordText(text: string, words: Rewording): string {
  return text.replaceAll(/\p{L}+/gu, (word) => {
    const found = replacementOf(word.toLowerCase(), words);
    if (found === undefined) return word;
    return /^\p{Lu}/u.test(word) ? found.charAt(0).toUpperCase() + found.slice(1) : found;
  });
}

function replacementOf(word: string, words: Rewording): string | undefined {
  const known = words.get(word);
  if (known !== undefined || !word.endsWith("s")) return known;
  const single = words.get(word.slice(0, -1));
  return single === undefined ? undefined : `${single}s`;
}

/** `get_weather` and `GetWeather` as words. */
function spaced(name: string): string {
  return name.replaceAll("_", " ").replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2");
}
