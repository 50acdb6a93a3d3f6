/** How far what is predicted and what is expected have in common: as sets, or counted. */

import type { Share } from "../sample.ts";

export type Overlap = {
  /** In both. */
  readonly hits: number;
  /** Only predicted. */
  readonly extra: number;
  /** Only expected. */
  readonly missing: number;
};

/** Each counts once, however often it is there. */
export function setOverlap(gold: Iterable<string>, predicted: Iterable<string>): Overlap {
  const [wanted, got] = [new Set(gold), new Set(predicted)];
  const hits = wanted.intersection(got).size;
  return { hits, extra: got.size - hits, missing: wanted.size - hits };
}

/** Each counts as often as it is there: what is wanted twice has to be given twice. */
export function bagOverlap(gold: Iterable<string>, predicted: Iterable<string>): Overlap {
  const left = new Map<string, number>();
  let missing = 0;
  for (const one of gold) {
    left.set(one, (left.get(one) ?? 0) + 1);
    missing++;
  }
  let [hits, extra] = [0, 0];
  for (const one of predicted) {
    const there = left.get(one) ?? 0;
    if (there > 0) {
      left.set(one, there - 1);
      hits++;
    } else extra++;
  }
  return { hits, extra, missing: missing - hits };
}

/** For F1 over all samples together: 2TP / (2TP + FP + FN). */
export function pooledF1({ hits, extra, missing }: Overlap): Share {
  return [2 * hits, 2 * hits + extra + missing];
}

/** For the mean of each sample's F1; null where there is nothing on either side. */
export function meanF1(overlap: Overlap): Share | null {
  const [part, whole] = pooledF1(overlap);
  return whole === 0 ? null : [part / whole, 1];
}

/** The share of what was predicted that was expected, as a mean; 0 for an empty prediction. */
export function meanPrecision({ hits, extra, missing }: Overlap): Share | null {
  if (hits + extra + missing === 0) return null;
  return [hits + extra === 0 ? 0 : hits / (hits + extra), 1];
}

/** The share of what was expected that was predicted, as a mean; null where nothing was. */
export function meanRecall({ hits, missing }: Overlap): Share | null {
  return hits + missing === 0 ? null : [hits / (hits + missing), 1];
}

export function yesOrNo(holds: boolean): Share {
  return [holds ? 1 : 0, 1];
}
