/** Where in a text the words of a claim stand together. */

import type { Term, Terms } from "./terms.ts";

/** One output: its terms, and where each stands. */
export type Passage = {
  readonly terms: readonly Term[];
  readonly places: ReadonlyMap<string, readonly number[]>;
};

/** What a claim needs, as keys of terms. */
export type Needed = {
  /** Most of these must be there. */
  readonly all: ReadonlySet<string>;
  /** Of these, which are among them, none may be missing. */
  readonly exact: ReadonlySet<string>;
  /** Of the claim in words. */
  readonly length: number;
};

/** Of more, the beginning is read. */
const MAX_CHARACTERS = 500_000;

export function passageOf(text: string, read: Terms): Passage {
  const terms = read(text.slice(0, MAX_CHARACTERS));
  const places = new Map<string, number[]>();
  terms.forEach(({ key }, at) => {
    const found = places.get(key);
    if (found === undefined) places.set(key, [at]);
    else found.push(at);
  });
  return { terms, places };
}

/** The share of a claim's words that must stand together. */
const MOST = 0.6;
/** How close that is, in words and in lengths of the claim. */
const FEWEST_WORDS = 40;
const LENGTHS = 3;

/** Whether what a claim needs stands together anywhere. */
export function supports({ places }: Passage, { all, exact, length }: Needed): boolean {
  for (const key of exact) if (!places.has(key)) return false;
  const hits = [...all]
    .flatMap((key) => (places.get(key) ?? []).map((at) => ({ key, at })))
    .sort((a, b) => a.at - b.at);
  const width = Math.max(FEWEST_WORDS, LENGTHS * length);
  const inside = new KeyCounts(exact);
  let first = 0;
  for (const { key, at } of hits) {
    inside.add(key);
    for (let oldest = hits[first]; oldest !== undefined && at - oldest.at >= width; ) {
      inside.remove(oldest.key);
      oldest = hits[++first];
    }
    if (inside.exact === exact.size && inside.size >= all.size * MOST) return true;
  }
  return false;
}

/** How many different keys are in a window that slides. */
class KeyCounts {
  readonly #counts = new Map<string, number>();
  readonly #wanted: ReadonlySet<string>;
  /** Of those that must not be missing. */
  exact = 0;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  get size(): number {
    return this.#counts.size;
  }

  add(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    if (count === 0 && this.#wanted.has(key)) this.exact++;
  }

  remove(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else if (this.#counts.delete(key) && this.#wanted.has(key)) this.exact--;
  }
}
