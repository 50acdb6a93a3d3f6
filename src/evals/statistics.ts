/** How sure a score is, and whether two differ. Seeded: the same scores give the same numbers. */

import type { Interval } from "./eval.ts";
import { randomFrom } from "./random.ts";
import type { Share } from "./sample.ts";

/** Enough for the second digit of an interval's ends, and few enough for thousands of samples. */
const RESAMPLES = 1_000;
/** So that a p-value of 0.05 has a standard error of 0.003. */
const PERMUTATIONS = 5_000;
/** Any other does as well. */
const SEED = 1979;

/** Part over whole, of all together; null for none. */
export function scoreOf(shares: readonly Share[]): number | null {
  let [parts, wholes] = [0, 0];
  for (const [part, whole] of shares) {
    parts += part;
    wholes += whole;
  }
  return wholes === 0 ? null : parts / wholes;
}

/**
 * An interval for the score, at 95 %: the percentiles of what it is for samples drawn again from
 * these (B. Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 7, 1979).
 * A sample is drawn with all its repetitions, which are not independent of each other.
 * @param shares one for each sample
 * @returns null for fewer than two
 */
export function bootstrapInterval(shares: readonly Share[]): Interval | null {
  const size = shares.length;
  if (size < 2) return null;
  const random = randomFrom(SEED);
  const found: number[] = [];
  for (let draw = 0; draw < RESAMPLES; draw++) {
    let [parts, wholes] = [0, 0];
    for (let n = 0; n < size; n++) {
      const [part, whole] = shares[Math.floor(random() * size)] as Share;
      parts += part;
      wholes += whole;
    }
    if (wholes !== 0) found.push(parts / wholes);
  }
  found.sort((a, b) => a - b);
  const at = (share: number) => found[Math.round(share * (found.length - 1))];
  const [low, high] = [at(0.025), at(0.975)];
  return low === undefined || high === undefined ? null : [low, high];
}

export type Difference = {
  /** Samples that both have. */
  readonly samples: number;
  /** Of the first minus the second, on these. */
  readonly by: number;
  /** How likely a difference of this size is where both are equally good, 0 to 1. */
  readonly p: number;
};

/**
 * Whether two scores of the same samples differ: a paired permutation test, two-sided. Under the
 * hypothesis that both are equally good their results of a sample may be swapped; p is the share of
 * random swaps that differ at least as much, the observed one counted (E. J. G. Pitman,
 * Significance tests which may be applied to samples from any populations, 1937; for pooled F1 as
 * A. Yeh, More accurate tests for the statistical significance of result differences, COLING 2000).
 * @param pairs of each sample that both have
 * @returns null where one of the scores is not defined
 */
export function pairedDifference(
  pairs: readonly (readonly [now: Share, before: Share])[],
): Difference | null {
  const [now, before] = [scoreOf(pairs.map(([a]) => a)), scoreOf(pairs.map(([, b]) => b))];
  if (now === null || before === null) return null;
  const by = now - before;
  const random = randomFrom(SEED);
  let asFar = 1;
  for (let round = 0; round < PERMUTATIONS; round++) {
    const sums = [0, 0, 0, 0];
    for (const [a, b] of pairs) {
      const [first, second] = random() < 0.5 ? [a, b] : [b, a];
      sums[0] = (sums[0] as number) + first[0];
      sums[1] = (sums[1] as number) + first[1];
      sums[2] = (sums[2] as number) + second[0];
      sums[3] = (sums[3] as number) + second[1];
    }
    const [p1, w1, p2, w2] = sums as [number, number, number, number];
    const swapped = (w1 === 0 ? 0 : p1 / w1) - (w2 === 0 ? 0 : p2 / w2);
    // A hair's breadth for sums that were added in another order.
    if (Math.abs(swapped) >= Math.abs(by) - 1e-12) asFar++;
  }
  return { samples: pairs.length, by, p: asFar / (PERMUTATIONS + 1) };
}

/**
 * How likely one of k tries succeeds, from n tries of which c did: 1 - C(n-c, k) / C(n, k)
 * (M. Chen et al., Evaluating large language models trained on code, 2021, arXiv 2107.03374).
 */
export function passAtK(n: number, c: number, k: number): number {
  return 1 - drawsWithout(n, n - c, k);
}

/**
 * How likely all of k tries succeed, from n tries of which c did: C(c, k) / C(n, k) (S. Yao et al.,
 * τ-bench, 2024, arXiv 2406.12045).
 */
export function passHatK(n: number, c: number, k: number): number {
  return drawsWithout(n, c, k);
}

/** C(some, k) / C(all, k): that k of all are among some. */
function drawsWithout(all: number, some: number, k: number): number {
  let share = 1;
  for (let taken = 0; taken < k; taken++) share *= Math.max(0, some - taken) / (all - taken);
  return share;
}
