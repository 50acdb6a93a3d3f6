/**
 * Whether choices fall out as they used to: a window of new ones against all before it.
 *
 * Pearson's chi-squared test of homogeneity. Choices of which fewer than {@link MIN_EXPECTED}
 * would be expected in the window are taken together: a single rare one says nothing.
 */

/** How often each was chosen. */
export type Counts = Readonly<Record<string, number>>;

/** New choices that are looked at together. */
export const WINDOW = 50;
/** So many must have been before there is anything to compare with. */
const MIN_PAST = 100;
const MIN_EXPECTED = 2;
/** One false alarm in a thousand windows. */
const NORMAL_QUANTILE_999 = 3.0902;

/** Whether the recent choices are so different that chance hardly explains it. */
export function hasShifted(past: Counts, recent: Counts): boolean {
  const [pastTotal, recentTotal] = [totalOf(past), totalOf(recent)];
  if (pastTotal < MIN_PAST || recentTotal < WINDOW) return false;
  const share = recentTotal / (pastTotal + recentTotal);
  const cells: { before: number; now: number }[] = [];
  const rest = { before: 0, now: 0 };
  for (const name of new Set([...Object.keys(past), ...Object.keys(recent)])) {
    const [before, now] = [past[name] ?? 0, recent[name] ?? 0];
    if ((before + now) * share >= MIN_EXPECTED) cells.push({ before, now });
    else {
      rest.before += before;
      rest.now += now;
    }
  }
  if (rest.before + rest.now > 0) cells.push(rest);
  let statistic = 0;
  for (const { before, now } of cells) {
    const all = before + now;
    statistic += (now - all * share) ** 2 / (all * share);
    statistic += (before - all * (1 - share)) ** 2 / (all * (1 - share));
  }
  return cells.length > 1 && statistic > criticalValue(cells.length - 1);
}

export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Of chi-squared, at 99.9 % (Wilson and Hilferty 1931). */
function criticalValue(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + NORMAL_QUANTILE_999 * Math.sqrt(spread)) ** 3;
}
