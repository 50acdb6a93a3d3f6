/** From results of samples to what a suite says. Pure. */

import { addUsage, NO_USAGE } from "../models/model.ts";
import type {
  CategoryScores,
  Comparison,
  MissedScore,
  Passes,
  PlannerReport,
  ResultsHead,
  SampleResult,
  ScoreLine,
  WorstCase,
} from "./outcome.ts";
import type { PlannerSuite, Scorer, Share, Usage } from "./sample.ts";
import { bootstrapInterval, pairedDifference, passAtK, passHatK, scoreOf } from "./statistics.ts";

/** From which on a difference counts. */
const SIGNIFICANT = 0.05;

export type Results = { readonly head: ResultsHead; readonly results: readonly SampleResult[] };

/** @param baseline of the same samples */
export function reportOf(
  suite: PlannerSuite,
  { head, results }: Results,
  baseline: Results | undefined,
): PlannerReport {
  const categories = [...new Set(results.map(({ category }) => category))];
  const groups: (string | null)[] = categories.length > 1 ? [null, ...categories] : [null];
  const scored = groups.map((category) => scoresIn(suite, results, category));
  const compared = baseline && {
    model: baseline.head.model,
    startedAt: baseline.head.startedAt,
    comparisons: suite.scorers.map((scorer) => compare(scorer, results, baseline.results)),
  };
  const missed = missedBy(suite, results);
  const complete = results.length === suite.samples.length * suite.repeat;
  const isWorse = compared?.comparisons.some(isWorseThanBefore) === true;
  return {
    kind: "planner",
    head,
    complete,
    statuses: statusesOf(results),
    categories: scored,
    passes: passesOf(results, suite.repeat),
    usage: usageOf(results),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    latency: latencyOf(results),
    missed,
    baseline: compared ?? null,
    worst: worstOf(suite, results),
    passed: complete && missed.length === 0 && !isWorse,
  };
}

/** Time is told and is no reason to fail: it says as much of the machine as of the planner. */
export function isWorseThanBefore({ verdict, unit }: Comparison): boolean {
  return verdict === "worse" && unit !== "seconds";
}

/** Tries of one sample count together: they are not independent of each other. */
function sharesOf(results: readonly SampleResult[], scorer: string): Map<string, Share> {
  const shares = new Map<string, Share>();
  for (const { id, category, scores } of results) {
    const share = scores[scorer];
    if (share === undefined) continue;
    const key = JSON.stringify([category, id]);
    const [part, whole] = shares.get(key) ?? [0, 0];
    shares.set(key, [part + share[0], whole + share[1]]);
  }
  return shares;
}

function scoresIn(
  { scorers }: PlannerSuite,
  results: readonly SampleResult[],
  category: string | null,
): CategoryScores {
  const own = within(results, category);
  return {
    category,
    samples: new Set(own.map(({ id, category: of }) => JSON.stringify([of, id]))).size,
    scores: scorers.map((scorer) => lineOf(scorer, [...sharesOf(own, scorer.name).values()])),
  };
}

function within(results: readonly SampleResult[], category: string | null) {
  return category === null ? results : results.filter((one) => one.category === category);
}

function lineOf({ name, better, unit = "share" }: Scorer, shares: readonly Share[]): ScoreLine {
  return {
    name,
    better,
    unit,
    value: scoreOf(shares),
    interval: bootstrapInterval(shares),
    samples: shares.length,
  };
}

function compare(
  { name, better, unit = "share" }: Scorer,
  results: readonly SampleResult[],
  before: readonly SampleResult[],
): Comparison {
  const [now, then] = [sharesOf(results, name), sharesOf(before, name)];
  const pairs = [...now].flatMap(([key, share]): [Share, Share][] => {
    const other = then.get(key);
    return other === undefined ? [] : [[share, other]];
  });
  const difference = pairedDifference(pairs);
  return { name, better, unit, difference, verdict: verdictOf(difference, better) };
}

function verdictOf(
  difference: Comparison["difference"],
  better: Scorer["better"],
): Comparison["verdict"] {
  if (difference === null || difference.by === 0 || difference.p >= SIGNIFICANT) return "same";
  return difference.by > 0 === (better === "higher") ? "better" : "worse";
}

function missedBy({ thresholds }: PlannerSuite, results: readonly SampleResult[]): MissedScore[] {
  return thresholds.flatMap(({ scorer, category, atLeast, atMost }) => {
    const own = within(results, category);
    // Of a part of the samples that has none of the category nothing is wanted.
    if (category !== null && own.length === 0) return [];
    const value = scoreOf([...sharesOf(own, scorer).values()]);
    const holds =
      value !== null &&
      (atLeast === null || value >= atLeast) &&
      (atMost === null || value <= atMost);
    return holds ? [] : [{ scorer, category, value, atLeast, atMost }];
  });
}

function statusesOf(results: readonly SampleResult[]): PlannerReport["statuses"] {
  const counts = { planned: 0, asks: 0, refused: 0, invalid: 0, failed: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** For every k up to the number of tries, over samples that were tried so often. */
function passesOf(results: readonly SampleResult[], repeat: number): Passes[] | null {
  const shares = [...sharesOf(results, "success").values()].filter(([, n]) => n === repeat);
  if (repeat < 2 || shares.length === 0) return null;
  const mean = (of: (n: number, c: number) => number) =>
    shares.reduce((sum, [c, n]) => sum + of(n, c), 0) / shares.length;
  return Array.from({ length: repeat }, (_, at) => at + 1).map((k) => ({
    k,
    atK: mean((n, c) => passAtK(n, c, k)),
    hatK: mean((n, c) => passHatK(n, c, k)),
  }));
}

function usageOf(results: readonly SampleResult[]): Usage {
  return results.reduce<Usage>(
    (sum, { usage }) => ({
      ...addUsage(sum, usage),
      modelCalls: sum.modelCalls + usage.modelCalls,
    }),
    { ...NO_USAGE, modelCalls: 0 },
  );
}

function latencyOf(results: readonly SampleResult[]): PlannerReport["latency"] {
  const sorted = results.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
  // By nearest rank: so many of them took at most so long.
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  const [p50, p95] = [at(0.5), at(0.95)];
  return p50 === undefined || p95 === undefined ? null : { p50, p95 };
}

/** By which cases are the worst: what comes out, where that is scored, else the first score. */
export function chiefScorer({ scorers }: Pick<PlannerSuite, "scorers">): Scorer | undefined {
  return scorers.find(({ name }) => name === "success") ?? scorers[0];
}

/** Below what could be had by the chief scorer; the worst first. */
function worstOf(suite: PlannerSuite, results: readonly SampleResult[]): WorstCase[] {
  const first = chiefScorer(suite);
  if (first === undefined) return [];
  const sign = first.better === "higher" ? 1 : -1;
  const cases = results.flatMap((result): WorstCase[] => {
    const [part, whole] = result.scores[first.name] ?? [0, 0];
    const score = whole === 0 ? null : part / whole;
    const isBest = first.better === "higher" ? score === 1 : score === 0;
    return score === null || isBest ? [] : [{ result, score }];
  });
  return cases.toSorted((a, b) => sign * (a.score - b.score));
}
