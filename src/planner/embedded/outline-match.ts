/** How well tools go with a segment, and with each other, by what is known of the pool at hand. */

import { FUNCTION_WORDS, LIGHT_VERBS, VAGUE_NOUNS } from "./lexicon.ts";
import type { Segment, SegmentWord } from "./outline-segments.ts";
import { Things } from "./outline-things.ts";
import { WEIGHTS as W } from "./outline-weights.ts";
import type { SynonymBook } from "./synonym-book.ts";
import { synonymsOf } from "./thesaurus.ts";
import type { ToolCard } from "./tool-card.ts";
import { rootOf, wordsOf, wordsOfName } from "./words.ts";

/** A word as goals and descriptions have it, and its root. */
export type Said = { readonly word: string; readonly root: string };

type Entry = {
  /** How much each root says about the tool. */
  readonly own: ReadonlyMap<string, number>;
  /** The same through the dictionary. */
  readonly related: ReadonlyMap<string, number>;
};

const MAX_REMEMBERED = 5_000;
/** Of fewer tools than this nothing follows about which words are rare. */
const SMALL = 20;

export class Matcher {
  readonly cards: readonly ToolCard[];
  readonly #book: SynonymBook;
  readonly #entries: ReadonlyMap<ToolCard, Entry>;
  readonly #strengths = new Map<string, ReadonlyMap<ToolCard, number>>();
  readonly #rarities = new Map<string, number>();
  readonly #things: Things;

  constructor(cards: readonly ToolCard[], book: SynonymBook) {
    this.cards = cards;
    this.#book = book;
    this.#entries = new Map(cards.map((card) => [card, entryFor(card, book)]));
    this.#things = new Things(cards);
  }

  /** How well a word describes a tool, 0 to 1. */
  strength(said: Said, card: ToolCard): number {
    return this.#strengthsOf(said).get(card) ?? 0;
  }

  #strengthsOf({ word, root }: Said): ReadonlyMap<ToolCard, number> {
    const known = this.#strengths.get(word);
    if (known !== undefined) return known;
    const found = new Map<ToolCard, number>();
    const synonyms = [...synonymsOf(root)];
    const others = [...this.#book(word)];
    const loose = this.#looseness(root);
    for (const [card, { own, related }] of this.#entries) {
      const strength = Math.max(
        own.get(root) ?? 0,
        loose * (related.get(root) ?? 0),
        ...synonyms.map((other) => loose * W.synonym * (own.get(other) ?? 0)),
        ...others.map((other) => loose * W.related * (own.get(other) ?? 0)),
      );
      if (strength > 0) found.set(card, strength);
    }
    // The words of many goals are many.
    if (this.#strengths.size >= MAX_REMEMBERED) this.#strengths.clear();
    this.#strengths.set(word, found);
    return found;
  }

  /** The more a tool says of a word itself, the less it needs synonyms: 0 for a word of a name. */
  #looseness(root: string): number {
    let said = 0;
    for (const { own } of this.#entries.values()) said = Math.max(said, own.get(root) ?? 0);
    return 1 - said;
  }

  /** Inverse document frequency, 0 to 1, where a tool counts by how well the word describes it. */
  rarity(said: Said): number {
    const known = this.#rarities.get(said.word);
    if (known !== undefined) return known;
    const total = Math.max(this.cards.length, SMALL);
    let spread = 0;
    for (const strength of this.#strengthsOf(said).values()) spread += strength;
    const rarity = Math.max(
      0,
      Math.log((total + 1) / (spread + 0.5)) / Math.log((total + 1) / 0.5),
    );
    if (this.#rarities.size >= MAX_REMEMBERED) this.#rarities.clear();
    this.#rarities.set(said.word, rarity);
    return rarity;
  }

  weight({ token, isKnown, isVerb, isAside }: SegmentWord): number {
    const { word } = token;
    const isSlight = LIGHT_VERBS.has(word) || VAGUE_NOUNS.has(word);
    const slight = isSlight ? W.slight : isVerb ? 1 + W.verb : 1;
    return slight * (isKnown ? W.known : 1) * (isAside ? W.aside : 1) * this.rarity(token);
  }

  /** The weight of the segment's words that the tools are described by. */
  explained({ words }: Segment, cards: readonly ToolCard[]): number {
    let sum = 0;
    for (const word of words) {
      const best = Math.max(0, ...cards.map((card) => this.strength(word.token, card)));
      sum += this.weight(word) * best;
    }
    return sum;
  }

  /** How much of a tool's name is said, 0 to 1, by the weight of its words. */
  named({ words }: Segment, card: ToolCard, beside?: ToolCard): number {
    const said = words.map(({ token, isKnown }) => {
      const isShared =
        beside !== undefined && this.strength(token, beside) >= this.strength(token, card);
      return { token, weight: (isKnown ? W.known : 1) * (isShared ? W.shared : 1) };
    });
    let [total, covered] = [0, 0];
    for (const name of namesOf(card)) {
      const weight = this.rarity(name) + 0.05;
      total += weight;
      covered +=
        weight * Math.max(0, ...said.map((one) => one.weight * this.#alike(one.token, name)));
    }
    return Math.min(1, covered / Math.min(total, W.longName));
  }

  /** How much of a tool's name another tool's description has. */
  kinship(card: ToolCard, other: ToolCard): number {
    let [total, shared] = [0, 0];
    for (const name of namesOf(card)) {
      const weight = this.rarity(name);
      total += weight;
      shared += weight * (this.#entries.get(other)?.own.get(name.root) ?? 0);
    }
    return total === 0 ? 0 : shared / total;
  }

  /** How surely a word stands for another. */
  #alike(said: Said, name: Said): number {
    if (said.root === name.root) return 1;
    if (synonymsOf(name.root).has(said.root)) return W.synonym;
    const isRelated = this.#book(said.word).has(name.root) || this.#book(name.word).has(said.root);
    return isRelated ? W.related * this.#looseness(said.root) : 0;
  }

  /** Whether the kind of thing wanted is what comes out, and the kind at hand is what goes in. */
  kind({ roles }: Segment, card: ToolCard): number {
    const wanted = this.#things.kinds(roles.wanted);
    const source = this.#things.kinds(roles.source);
    const { gives, takes } = this.#things.flow(card);
    const isGiven = [...wanted].some((kind) => gives.has(kind));
    const isTaken = [...source].some((kind) => takes.has(kind));
    let sum = 0;
    if (wanted.size > 0 && gives.size > 0) sum += isGiven ? W.gives : -W.givesNot;
    if (source.size > 0 && takes.size > 0) sum += isTaken ? W.takes : -W.takesNot;
    return sum;
  }
}

const names = new WeakMap<ToolCard, readonly Said[]>();

function namesOf(card: ToolCard): readonly Said[] {
  const known = names.get(card);
  if (known !== undefined) return known;
  const found = [...new Set(wordsOfName(card.name))].map((word) => ({ word, root: rootOf(word) }));
  names.set(card, found);
  return found;
}

function entryFor(card: ToolCard, book: SynonymBook): Entry {
  const own = new Map<string, number>();
  const related = new Map<string, number>();
  const raise = (map: Map<string, number>, root: string, weight: number) =>
    map.set(root, Math.max(map.get(root) ?? 0, weight));
  for (const [word, weight] of wordsOfCard(card)) {
    raise(own, rootOf(word), weight);
    for (const root of book(word)) raise(related, root, weight * W.related);
  }
  return { own, related };
}

/** Every word of a tool's description, and how much it says there. */
function* wordsOfCard(card: ToolCard): Generator<[word: string, weight: number]> {
  const { description } = card.tool;
  const [purpose = "", ...rest] = description.split(/(?<=[.!?])\s+/);
  yield* weighed(wordsOfName(card.name), W.name);
  yield* weighed(contentOf(purpose), W.purpose);
  yield* weighed(contentOf(rest.join(" ")), W.description);
  for (const parameter of card.parameters) {
    const [hint = "", examples = ""] = parameter.description.split(EXAMPLES);
    yield* weighed(wordsOfName(parameter.name), W.parameter);
    yield* weighed(contentOf(hint), W.hint);
    yield* weighed(contentOf(examples), W.example);
    yield* weighed(parameter.shape.choices.flatMap(contentOf), W.parameter);
  }
  for (const { path, about } of card.fields) {
    yield* weighed(wordsOfName(path), W.field);
    yield* weighed([...about], W.note);
  }
}

function weighed(words: readonly string[], weight: number): [string, number][] {
  return words.map((word) => [word, weight]);
}

/** What stands behind it are values. */
const EXAMPLES = /\b(?:e\.?g\.?|such as|for example|for instance)[\s,:]+/i;

function contentOf(text: string): string[] {
  return wordsOf(text).filter((word) => !FUNCTION_WORDS.has(word));
}
