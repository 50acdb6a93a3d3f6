/** Shows a judge every example of a suite, and measures what it says. */

import { type Clock, systemClock } from "../base/clock.ts";
import { addUsage, NO_USAGE } from "../models/model.ts";
import { measure, missedBy } from "./calibration.ts";
import type { Calibration, Judge, JudgedExample, JudgeSuite, Judging } from "./eval.ts";

export type CalibrateOptions = {
  /** Examples that are judged at once, from 1. @default 4 */
  readonly concurrency?: number | undefined;
  /** Ends it; nothing is measured then. */
  readonly signal?: AbortSignal | undefined;
  /** Called once at the beginning, and after each example. */
  readonly onProgress?: ((judged: number, total: number) => void) | undefined;
  readonly clock?: Pick<Clock, "now"> | undefined;
};

const CONCURRENCY = 4;

/**
 * Measure a judge.
 * @throws what the judge throws: the first failure ends the others, and nothing is measured
 */
export async function calibrate(
  suite: JudgeSuite,
  judge: Judge,
  { concurrency = CONCURRENCY, signal, onProgress, clock = systemClock }: CalibrateOptions = {},
): Promise<Calibration> {
  const { examples } = suite;
  const judged: JudgedExample[] = [];
  let usage = { ...NO_USAGE, modelCalls: 0 };
  let done = 0;
  const beganAt = clock.now();
  onProgress?.(0, examples.length);
  await eachAtOnce(examples, { concurrency, signal }, async (example, n, stop) => {
    const found = await judge(example, stop);
    // In the suite's order, whoever is first.
    judged[n] = { example, evaluation: found.evaluation };
    const modelCalls = usage.modelCalls + found.modelCalls;
    usage = { ...addUsage(usage, found.usage), modelCalls };
    done += 1;
    onProgress?.(done, examples.length);
  });
  const seconds = Math.max(0, clock.now() - beganAt) / 1000;
  const measures = measure(judged);
  const missed = missedBy(measures, suite);
  return {
    kind: suite.kind,
    name: suite.name,
    threshold: suite.threshold,
    judgedBy: judgesOf(judged),
    passed: measures.judged > 0 && missed.length === 0,
    missed,
    ...measures,
    usage: { ...usage, seconds },
    results: judged.map(({ example: { id, label, score, note }, evaluation }) => ({
      id,
      label,
      labelScore: score,
      note,
      evaluation,
    })),
  };
}

/** A judge that goes by what the suite accepts. */
export function judgeOf({ accept, threshold }: JudgeSuite, judging: Judging): Judge {
  return ({ goal, output, evidence }, signal) =>
    judging.evaluate({ goal, output, accept, threshold, evidence }, { signal });
}

/** The suite with its first examples only. */
export function firstOf(suite: JudgeSuite, limit: number | undefined): JudgeSuite {
  return { ...suite, examples: suite.examples.slice(0, limit) };
}

/** Who has said something; not who was asked in vain. */
function judgesOf(judged: readonly JudgedExample[]): string[] {
  const checks = judged.flatMap(({ evaluation }) => evaluation.checks);
  const names = new Set(checks.filter(({ holds }) => holds !== null).map(({ by }) => by));
  return [...names].toSorted((a, b) => (a < b ? -1 : 1));
}

type Pace = { readonly concurrency: number; readonly signal: AbortSignal | undefined };

/** Do it for each, so many at once; the first failure stops the others before it is thrown. */
async function eachAtOnce<T>(
  list: readonly T[],
  { concurrency, signal }: Pace,
  act: (element: T, index: number, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]);
  const entries = list.entries();
  const work = async () => {
    for (const [index, element] of entries) {
      stop.throwIfAborted();
      await act(element, index, stop);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, list.length) }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
}
