import type { Outcome } from "./ways.ts";

/** Of all tasks of a way. */
export type Measured = {
  /** Share of tasks with a right answer. */
  readonly success: number;
  readonly usd: number;
  readonly usdPerSuccess: number;
  /** Until a task has ended, well or not. */
  readonly ms: number;
  readonly p99Ms: number;
  /** Of those that ended well. */
  readonly msOfSuccesses: number;
  readonly calls: number;
};

export function measureOf(outcomes: readonly Outcome[]): Measured {
  const mean = (list: readonly Outcome[], of: (one: Outcome) => number) =>
    list.reduce((sum, one) => sum + of(one), 0) / list.length;
  const good = outcomes.filter(({ isDelivered, isGood }) => isDelivered && isGood);
  const usd = mean(outcomes, (one) => one.usd);
  const success = good.length / outcomes.length;
  const sorted = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    success,
    usd,
    usdPerSuccess: usd / success,
    ms: mean(outcomes, (one) => one.ms),
    p99Ms: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN,
    msOfSuccesses: mean(good, (one) => one.ms),
    calls: mean(outcomes, (one) => one.calls),
  };
}
