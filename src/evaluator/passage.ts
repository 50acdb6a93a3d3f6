/** Where in a text the words of a claim stand together. */

import { cutText } from "../base/excerpt.ts";
import type { Term, TermNumber, Terms } from "./terms.ts";

/** One output: its terms, and where each stands. */
export type Passage = {
  readonly terms: readonly Term[];
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly numbers: readonly KnownNumber[];
};

/** A number of a text; of a percentage also the share that it is. */
type KnownNumber = { readonly value: number; readonly key: string; readonly kind: NumberKind };
type NumberKind = "plain" | "percent" | "share";

/** What a claim needs, as keys of terms. */
export type Needed = {
  /** Most of these must be there. */
  readonly all: ReadonlySet<string>;
  /** Of these, which are among them, none may be missing. */
  readonly exact: ReadonlySet<string>;
  /** What those keys that are numbers stand for. */
  readonly numbers: ReadonlyMap<string, TermNumber>;
  /** Of the claim in words. */
  readonly length: number;
};

/** Of more, the beginning is read. */
const MAX_CHARACTERS = 500_000;

export function passageOf(text: string, read: Terms): Passage {
  const terms = read(cutText(text, MAX_CHARACTERS));
  const places = new Map<string, number[]>();
  const numbers: KnownNumber[] = [];
  terms.forEach(({ key, number }, at) => {
    const found = places.get(key);
    if (found === undefined) {
      places.set(key, [at]);
      if (number !== undefined) numbers.push(...knownNumbers(key, number));
    } else found.push(at);
  });
  return { terms, places, numbers: numbers.sort((a, b) => a.value - b.value) };
}

function knownNumbers(key: string, { value, isPercent }: TermNumber): KnownNumber[] {
  if (!isPercent) return [{ value, key, kind: "plain" }];
  return [
    { value, key, kind: "percent" },
    { value: value / 100, key, kind: "share" },
  ];
}

/** The share of a claim's words that must stand together. */
const MOST = 0.6;
/** How close that is, in words and in lengths of the claim. */
const FEWEST_WORDS = 40;
const LENGTHS = 3;

/** Whether what a claim needs stands together anywhere. */
export function supports(passage: Passage, { all, exact, numbers, length }: Needed): boolean {
  const placesOf = new Map([...all].map((key) => [key, placesIn(passage, key, numbers.get(key))]));
  for (const key of exact) if (placesOf.get(key)?.length === 0) return false;
  const hits = [...placesOf]
    .flatMap(([key, places]) => places.map((at) => ({ key, at })))
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

/** Of a number also where it stands with more digits, or as a share of 1 in the place of percent. */
function placesIn(
  { places, numbers }: Passage,
  key: string,
  wanted: TermNumber | undefined,
): readonly number[] {
  if (wanted === undefined) return places.get(key) ?? [];
  const { value, unit, isPercent } = wanted;
  const keys = new Set([
    key,
    ...within(
      numbers,
      value,
      unit,
      isPercent ? ["plain", "percent"] : ["plain", "percent", "share"],
    ),
    ...(isPercent ? within(numbers, value / 100, unit / 100, ["plain"]) : []),
  ]);
  return [...keys].flatMap((one) => places.get(one) ?? []);
}

/** The keys of the numbers that are this one once they are rounded to its last digit. */
function within(
  numbers: readonly KnownNumber[],
  value: number,
  unit: number,
  kinds: readonly NumberKind[],
): string[] {
  // Halves, and what binary numbers are off.
  const reach = unit * 0.5 + Math.abs(value) * 1e-12;
  const keys: string[] = [];
  for (let at = firstFrom(numbers, value - reach); at < numbers.length; at++) {
    const known = numbers[at] as KnownNumber;
    if (known.value > value + reach) break;
    // A sign is never rounded away.
    if (kinds.includes(known.kind) && known.value < 0 === value < 0) keys.push(known.key);
  }
  return keys;
}

/** The index of the first number that is not less than this one. */
function firstFrom(numbers: readonly KnownNumber[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as KnownNumber).value < least) low = middle + 1;
    else high = middle;
  }
  return low;
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
