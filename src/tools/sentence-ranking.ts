import { wordsOf } from "../base/text-units.ts";
import type { Vocabulary } from "./language.ts";

type Candidate = {
  readonly sentence: string;
  readonly position: number;
  /** Weight per root, of length 1. */
  readonly vector: ReadonlyMap<string, number>;
  readonly score: number;
};

/** More sentences are not compared: beyond, the beginning of a text tells what it is about. */
const MAX_SENTENCES = 5_000;
/** How much closeness to the whole counts against what was said already. */
const RELEVANCE = 0.7;
/** So close to another, a sentence says the same once more. */
const SAME = 0.5;
/** A sentence that says much has so many words of its own. */
const FULL_WORDS = 5;
/** A sentence of fewer words is seldom one. */
const FEWEST_WORDS = 4;

/**
 * The sentences that say most of what a text says, in their order.
 *
 * By closeness to the centroid of all sentences' words, weighted by how rare they are (Radev
 * et al. 2004, "Centroid-based summarization of multiple documents"), with a bonus for the
 * beginnings of text and paragraphs (Edmundson 1969); picked one by one so that each adds
 * something new (Carbonell and Goldstein 1998, maximal marginal relevance). Time and memory are
 * linear in the text; of a text of more than 5,000 sentences the first 5,000 are compared.
 *
 * @param paragraphs each a list of sentences
 * @param count how many sentences to pick
 */
export function centralSentences(
  paragraphs: readonly (readonly string[])[],
  count: number,
  vocabulary: Vocabulary,
): string[] {
  const candidates = score(paragraphs, vocabulary);
  const picked: Candidate[] = [];
  const nearest = new Map<Candidate, number>(candidates.map((one) => [one, 0]));
  while (picked.length < count && nearest.size > 0) {
    let best: Candidate | undefined;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (const [candidate, similarity] of nearest) {
      const again = similarity < SAME ? (1 - RELEVANCE) * similarity : 1;
      const value = RELEVANCE * candidate.score - again;
      if (value > bestValue) [best, bestValue] = [candidate, value];
    }
    if (best === undefined) break;
    picked.push(best);
    nearest.delete(best);
    for (const [candidate, similarity] of nearest) {
      nearest.set(candidate, Math.max(similarity, dot(candidate.vector, best.vector)));
    }
  }
  return picked.sort((a, b) => a.position - b.position).map(({ sentence }) => sentence);
}

function score(
  paragraphs: readonly (readonly string[])[],
  { rootOf, isStopWord }: Vocabulary,
): Candidate[] {
  const first = new Map<string, { sentence: string; isFirst: boolean }>();
  for (const list of paragraphs) {
    for (const [at, sentence] of list.entries()) {
      if (!first.has(sentence)) first.set(sentence, { sentence, isFirst: at === 0 });
    }
  }
  const sentences = [...first.values()].slice(0, MAX_SENTENCES).map((one, position) => {
    const words = wordsOf(one.sentence);
    const roots = words.filter((word) => !isStopWord(word) && /\p{L}/u.test(word)).map(rootOf);
    return { ...one, position, roots, length: words.length };
  });
  // What ends otherwise is a title, or announces something that will not follow.
  const whole = sentences.filter(
    ({ sentence, length }) => length >= FEWEST_WORDS && /[.!?…。！？]["'”’»)\]]*$/.test(sentence),
  );
  const considered = whole.length > 0 ? whole : sentences;
  const rarity = rarityOf(considered.map(({ roots }) => roots));
  const vectors = considered.map(({ roots }) => unit(weigh(roots, rarity)));
  const centroid = unit(vectors.reduce(add, new Map()));
  return considered.map(({ sentence, position, isFirst, roots }, at) => {
    const vector = vectors[at] ?? new Map<string, number>();
    const opening = position === 0 ? 0.2 : isFirst ? 0.05 : 0;
    const fullness = Math.min(1, roots.length / FULL_WORDS);
    return { sentence, position, vector, score: fullness * (dot(vector, centroid) + opening) };
  });
}

/** Logarithm of how few sentences have a root. */
function rarityOf(lists: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const list of lists) {
    for (const root of new Set(list)) counts.set(root, (counts.get(root) ?? 0) + 1);
  }
  return new Map([...counts].map(([root, count]) => [root, Math.log(1 + lists.length / count)]));
}

function weigh(roots: readonly string[], rarity: ReadonlyMap<string, number>): Map<string, number> {
  const weights = new Map<string, number>();
  for (const root of roots) weights.set(root, (weights.get(root) ?? 0) + (rarity.get(root) ?? 0));
  return weights;
}

function add(sum: Map<string, number>, vector: ReadonlyMap<string, number>): Map<string, number> {
  for (const [root, weight] of vector) sum.set(root, (sum.get(root) ?? 0) + weight);
  return sum;
}

function unit(vector: ReadonlyMap<string, number>): Map<string, number> {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return new Map([...vector].map(([root, weight]) => [root, weight / length]));
}

function dot(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [root, weight] of a) sum += weight * (b.get(root) ?? 0);
  return sum;
}
