/** How far two who say pass or fail agree: published measures, each with its source. */

import type { Interval, Strength } from "./eval.ts";
import { randomFrom } from "./random.ts";

/** How often which two said what of the same thing: the label first, then the verdict. */
export type PairCounts = {
  readonly passPass: number;
  readonly passFail: number;
  readonly failPass: number;
  readonly failFail: number;
};

/** The quantile of the normal distribution that leaves 2.5 % above it. */
const Z_95 = 1.959963984540054;

/** Enough for the second digit of an interval's ends. */
const RESAMPLES = 2_000;

/** Any other does as well; this one is fixed, so that a suite gives the same interval each time. */
const SEED = 1960;

/**
 * An interval for a share, at 95 %: Wilson's score interval, which holds for few examples and for
 * shares near 0 and 1, too (E. B. Wilson, Probable inference, the law of succession, and
 * statistical inference, JASA 22, 1927).
 * @returns null for none of none
 */
export function wilsonInterval(hits: number, total: number): Interval | null {
  if (total === 0) return null;
  const share = hits / total;
  const z2 = Z_95 ** 2;
  const middle = share + z2 / (2 * total);
  const spread = Z_95 * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total ** 2));
  const scale = 1 + z2 / total;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

/**
 * Agreement beyond chance, -1 to 1; 0 is what chance gives (J. Cohen, A coefficient of agreement
 * for nominal scales, Educational and Psychological Measurement 20, 1960).
 * @returns null where both always say the same one thing, or there is nothing: chance agrees then
 *   as well, and what is beyond it is not defined
 */
export function cohenKappa({ passPass, passFail, failPass, failFail }: PairCounts): number | null {
  const total = passPass + passFail + failPass + failFail;
  // In whole numbers as far as they go: 1 - expected would be a rounding error off 0.
  const byChance =
    (passPass + passFail) * (passPass + failPass) + (failPass + failFail) * (passFail + failFail);
  const most = total ** 2 - byChance;
  return most === 0 ? null : ((passPass + failFail) * total - byChance) / most;
}

/**
 * An interval for kappa, at 95 %: the percentiles of what it is for examples drawn again from
 * these (B. Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 7,
 * 1979). It follows from the counts alone. Draws whose kappa is not defined are left out. Where
 * all agree all draws do, so the interval is [1, 1] however few they are.
 * @returns null where kappa is not defined
 */
export function kappaInterval(counts: PairCounts): Interval | null {
  if (cohenKappa(counts) === null) return null;
  const random = randomFrom(SEED);
  const found: number[] = [];
  for (let draw = 0; draw < RESAMPLES; draw++) {
    const kappa = cohenKappa(drawAgain(counts, random));
    if (kappa !== null) found.push(kappa);
  }
  found.sort((a, b) => a - b);
  const at = (share: number) => found[Math.round(share * (found.length - 1))];
  const [low, high] = [at(0.025), at(0.975)];
  return low === undefined || high === undefined ? null : [low, high];
}

/** As many again, each like one of those that are there. */
function drawAgain(counts: PairCounts, random: () => number): PairCounts {
  const { passPass, passFail, failPass, failFail } = counts;
  const drawn = { passPass: 0, passFail: 0, failPass: 0, failFail: 0 };
  const total = passPass + passFail + failPass + failFail;
  for (let n = 0; n < total; n++) {
    const which = random() * total;
    if (which < passPass) drawn.passPass++;
    else if (which < passPass + passFail) drawn.passFail++;
    else if (which < passPass + passFail + failPass) drawn.failPass++;
    else drawn.failFail++;
  }
  return drawn;
}

/**
 * A word for a kappa, rounded to the two digits that are printed (J. R. Landis & G. G. Koch, The
 * measurement of observer agreement for categorical data, Biometrics 33, 1977).
 */
export function strengthOf(kappa: number): Strength {
  const rounded = Math.round(kappa * 100) / 100;
  if (rounded < 0) return "poor";
  return STRENGTHS.find(([upTo]) => rounded <= upTo)?.[1] ?? "almost perfect";
}

const STRENGTHS: readonly (readonly [upTo: number, word: Strength])[] = [
  [0.2, "slight"],
  [0.4, "fair"],
  [0.6, "moderate"],
  [0.8, "substantial"],
];
