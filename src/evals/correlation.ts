/** How far two lists of scores agree. */

export type ScorePair = readonly [given: number, judged: number];

/** How far the second of each pair is off the first, on average. @returns null for no pairs */
export function meanAbsoluteError(pairs: readonly ScorePair[]): number | null {
  if (pairs.length === 0) return null;
  return pairs.reduce((sum, [given, judged]) => sum + Math.abs(judged - given), 0) / pairs.length;
}

/**
 * Whether what is higher in the one is higher in the other, -1 to 1 (C. Spearman, The proof and
 * measurement of association between two things, American Journal of Psychology 15, 1904): the
 * correlation of the ranks, equal values sharing the mean of theirs.
 * @returns null where one side is always the same, or there are fewer than two
 */
export function spearman(pairs: readonly ScorePair[]): number | null {
  const given = ranksOf(pairs.map(([score]) => score));
  const judged = ranksOf(pairs.map(([, score]) => score));
  // The mean of the ranks 1 to n, also of those that are shared.
  const mean = (pairs.length + 1) / 2;
  let [both, first, second] = [0, 0, 0];
  for (const [index, rank] of given.entries()) {
    const [a, b] = [rank - mean, (judged[index] ?? mean) - mean];
    both += a * b;
    first += a ** 2;
    second += b ** 2;
  }
  return first === 0 || second === 0 ? null : both / Math.sqrt(first * second);
}

/** From 1, the lowest first. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const rankOf = new Map<number, number>();
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number;
    const to = sorted.lastIndexOf(value);
    rankOf.set(value, (from + to) / 2 + 1);
    from = to + 1;
  }
  return values.map((value) => rankOf.get(value) ?? 0);
}
