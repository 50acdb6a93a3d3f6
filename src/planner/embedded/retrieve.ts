/**
 * Which tools a word speaks for: BM25F over the fields of the tools' cards.
 *
 * A word counts through itself or, weaker, through a synonym. Its strength for a tool is in
 * [0, 1); its weight says how much it tells tools apart, as in inverse document frequency.
 *
 * @see Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields, 2004
 */

import { FUNCTION_WORDS, LIGHT_VERBS, VAGUE_NOUNS } from "./lexicon.ts";
import { synonymsOf } from "./thesaurus.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import { rootOf, wordsOf } from "./words.ts";

type Source =
  | "name"
  | "purpose"
  | "description"
  | "parameter"
  | "choice"
  | "hint"
  | "field"
  | "note";

/** How much a word says about the tool, by where it stands. */
const FIELD_WEIGHTS: Readonly<Record<Source, number>> = {
  name: 6,
  /** The first sentence of the description. */
  purpose: 3,
  description: 1.6,
  parameter: 1.4,
  choice: 1.8,
  /** A parameter's description. */
  hint: 0.6,
  field: 1.6,
  /** An output field's description. */
  note: 0.6,
};
const SOURCES = Object.keys(FIELD_WEIGHTS) as Source[];
/** Saturation: one mention in the name is nearly as good as three. */
const K1 = 1.2;
/** How far long texts are discounted. */
const B = 0.4;
const SYNONYM = 0.7;

/** What says what a tool does, rather than what it takes and gives. */
const ACTS: readonly Source[] = ["name", "purpose", "description"];

type Entry = {
  readonly card: ToolCard;
  readonly frequencies: ReadonlyMap<string, number>;
  /** Only of what says what the tool does. */
  readonly acts: ReadonlyMap<string, number>;
};

export class ToolIndex {
  readonly cards: readonly ToolCard[];
  readonly #entries: ReadonlyMap<ToolCard, Entry>;
  /** Number of tools that have a root. */
  readonly #spread = new Map<string, number>();
  readonly #strengths = new Map<string, ReadonlyMap<ToolCard, number>>();

  constructor(cards: readonly ToolCard[]) {
    this.cards = cards;
    const texts = cards.map(textsOf);
    const lengths = averageLengths(texts);
    const entries = texts.map((text, index): Entry => {
      const frequencies = frequenciesOf(text, lengths, SOURCES);
      const acts = frequenciesOf(text, lengths, ACTS);
      return { card: cards[index] as ToolCard, frequencies, acts };
    });
    this.#entries = new Map(entries.map((entry) => [entry.card, entry]));
    for (const { frequencies } of entries) {
      for (const root of frequencies.keys()) {
        this.#spread.set(root, (this.#spread.get(root) ?? 0) + 1);
      }
    }
  }

  /** How well a tool is described by a word, 0 to 1. */
  strength(root: string, card: ToolCard): number {
    return this.strengths(root).get(card) ?? 0;
  }

  /** How well a word, as a verb, says what a tool does. */
  act(root: string, card: ToolCard): number {
    const entry = this.#entries.get(card);
    return entry === undefined ? 0 : strengthIn(entry.acts, root);
  }

  /** The tools that a word, or a synonym of it, stands for. */
  strengths(root: string): ReadonlyMap<ToolCard, number> {
    const known = this.#strengths.get(root);
    if (known !== undefined) return known;
    const found = new Map<ToolCard, number>();
    for (const [card, { frequencies }] of this.#entries) {
      const strength = strengthIn(frequencies, root);
      if (strength > 0) found.set(card, strength);
    }
    this.#strengths.set(root, found);
    return found;
  }

  /** How much a word tells tools apart, 0 to 1; 1 for a word that no tool has. */
  weight(word: string, root: string): number {
    if (FUNCTION_WORDS.has(word)) return 0;
    const share = (this.#spread.get(root) ?? 0) / Math.max(this.cards.length, 1);
    const rarity = 1 - 0.6 * Math.sqrt(share);
    if (LIGHT_VERBS.has(word)) return 0.3 * rarity;
    if (VAGUE_NOUNS.has(word)) return 0.3 * rarity;
    return rarity;
  }
}

/** By the word itself or, weaker, by a synonym. */
function strengthIn(frequencies: ReadonlyMap<string, number>, root: string): number {
  let others = 0;
  for (const synonym of synonymsOf(root)) {
    others = Math.max(others, saturate(frequencies.get(synonym)));
  }
  return Math.max(saturate(frequencies.get(root)), others * SYNONYM);
}

function saturate(frequency: number | undefined): number {
  return frequency === undefined ? 0 : frequency / (K1 + frequency);
}

type Texts = Readonly<Record<Source, readonly string[]>>;

function textsOf(card: ToolCard): Texts {
  const { description } = card.tool;
  const [purpose = "", ...rest] = description.split(/(?<=[.!?])\s+/);
  return {
    name: card.roots,
    purpose: contentRoots(purpose),
    description: contentRoots(rest.join(" ")),
    parameter: card.parameters.flatMap(({ roots }) => roots),
    choice: card.parameters.flatMap(({ shape }) => choicesOf(shape)).flatMap(contentRoots),
    hint: card.parameters.flatMap((parameter) => [...hintsOf(parameter)]),
    field: card.fields.flatMap(({ roots }) => roots),
    note: card.fields.flatMap(({ about }) => [...about]),
  };
}

function choicesOf(shape: Parameter["shape"]): readonly string[] {
  const members = [...(shape.properties ?? shape.element?.properties ?? [])];
  return [
    ...shape.choices,
    ...(shape.element?.choices ?? []),
    ...members.flatMap(([, member]) => member.shape.choices),
  ];
}

function hintsOf({ description }: Parameter): Set<string> {
  // What stands after "e.g." is an example, not what the tool is about.
  return new Set(contentRoots(description.replace(/\be\.g\..*$/s, "")));
}

function contentRoots(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !FUNCTION_WORDS.has(word))
    .map(rootOf);
}

function averageLengths(texts: readonly Texts[]): Record<Source, number> {
  const average = (source: Source) =>
    texts.reduce((sum, text) => sum + text[source].length, 0) / Math.max(texts.length, 1);
  return Object.fromEntries(SOURCES.map((source) => [source, average(source)])) as Record<
    Source,
    number
  >;
}

function frequenciesOf(
  text: Texts,
  lengths: Record<Source, number>,
  sources: readonly Source[],
): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const source of sources) {
    const norm = 1 - B + (B * text[source].length) / Math.max(lengths[source], 1);
    for (const root of text[source]) {
      const more = FIELD_WEIGHTS[source] / norm;
      frequencies.set(root, (frequencies.get(root) ?? 0) + more);
    }
  }
  return frequencies;
}
