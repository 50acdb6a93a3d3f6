/**
 * The kinds of things that the tools at hand give and take, and the nouns that stand for them:
 * that "speech" is audio follows from a tool that turns text to speech and gives audio.
 */

import { type Roles, rolesInText, turnInName } from "./outline-roles.ts";
import { synonymsOf } from "./thesaurus.ts";
import type { ToolCard } from "./tool-card.ts";
import { wordsOfName } from "./words.ts";

type Flow = { readonly gives: ReadonlySet<string>; readonly takes: ReadonlySet<string> };

export class Things {
  readonly #kinds: ReadonlySet<string>;
  readonly #aliases = new Map<string, string>();
  readonly #flows: ReadonlyMap<ToolCard, Flow>;

  constructor(cards: readonly ToolCard[]) {
    this.#flows = new Map(cards.map((card) => [card, flowOf(card)]));
    this.#kinds = new Set([...this.#flows.values()].flatMap(({ gives }) => [...gives]));
    for (const [card, { gives, takes }] of this.#flows) {
      const turn = turnInName(wordsOfName(card.name).join(" "));
      if (turn === undefined) continue;
      this.#learn(turn.wanted, gives);
      this.#learn(turn.source, takes);
    }
  }

  #learn(nouns: ReadonlySet<string>, own: ReadonlySet<string>): void {
    const [kind, ...others] = [...own].filter((root) => this.#kinds.has(root));
    if (kind === undefined || others.length > 0) return;
    for (const noun of nouns) this.#aliases.set(noun, kind);
  }

  flow(card: ToolCard): Flow {
    return this.#flows.get(card) as Flow;
  }

  /** The kinds of things that nouns stand for. */
  kinds(nouns: Iterable<string>): ReadonlySet<string> {
    return new Set([...nouns].flatMap((noun) => this.#kindsOf(noun)));
  }

  #kindsOf(noun: string): string[] {
    if (this.#kinds.has(noun)) return [noun];
    const alias = this.#aliases.get(noun);
    if (alias !== undefined) return [alias];
    return [...synonymsOf(noun)].filter((other) => this.#kinds.has(other));
  }
}

/** Of "image 2" the image; a name of several words is no kind. */
function kindOf(roots: readonly string[]): string[] {
  const words = roots.filter((root) => !/^\d+$/.test(root));
  return words.length === 1 ? words : [];
}

/** By the schemas or, where they say nothing, by the description. */
function flowOf({ name, tool, fields, parameters }: ToolCard): Flow {
  const gives = fields.flatMap(({ roots }) => kindOf(roots));
  const takes = parameters.flatMap(({ roots }) => kindOf(roots));
  const isKnown = fields.some(({ path }) => path !== "");
  const told: Roles = rolesInText(wordsOfName(name).join(" "), tool.description);
  return {
    gives: new Set(isKnown ? gives : told.wanted),
    takes: new Set(parameters.length > 0 ? takes : told.source),
  };
}
