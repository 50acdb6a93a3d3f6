/** What comes of running a suite of the kind `planner`. Types only. */

import type { Interval } from "./eval.ts";
import type {
  CallGraph,
  Executed,
  PlannerSuite,
  Prediction,
  Scorer,
  Share,
  Usage,
} from "./sample.ts";
import type { Difference } from "./statistics.ts";

/** One try at one sample, as it is stored. */
export type SampleResult = {
  readonly id: string;
  readonly category: string;
  /** From 1: which repetition. */
  readonly n: number;
  readonly status: Prediction["status"];
  readonly graph: CallGraph | null;
  readonly problem: string | null;
  readonly executed: Executed | null;
  readonly usage: Usage;
  readonly seconds: number;
  /** Without those that are not defined for the sample. */
  readonly scores: Readonly<Record<string, Share>>;
};

/** What a list of results is of: results of something else cannot be compared with it. */
export type ResultsHead = {
  readonly planwright: "eval";
  readonly version: 1;
  readonly evalId: string;
  readonly suite: string;
  readonly model: string;
  readonly run: PlannerSuite["run"];
  readonly repeat: number;
  readonly samples: number;
  /** Of the samples: their goals and all that is expected of them. */
  readonly digest: string;
  readonly startedAt: number;
};

export type ScoreLine = Pick<Scorer, "name" | "better"> & {
  readonly unit: NonNullable<Scorer["unit"]>;
  readonly value: number | null;
  readonly interval: Interval | null;
  /** Of which it is defined. */
  readonly samples: number;
};

export type CategoryScores = {
  /** Null for all samples together. */
  readonly category: string | null;
  readonly samples: number;
  readonly scores: readonly ScoreLine[];
};

export type Comparison = Pick<Scorer, "name" | "better"> & {
  readonly unit: NonNullable<Scorer["unit"]>;
  readonly difference: Difference | null;
  /** Significant at 5 %; `same` where it is not, or nothing can be said. */
  readonly verdict: "better" | "worse" | "same";
};

export type MissedScore = {
  readonly scorer: string;
  readonly category: string | null;
  readonly value: number | null;
  readonly atLeast: number | null;
  readonly atMost: number | null;
};

/** A try that was not the best that could be had. */
export type WorstCase = {
  readonly result: SampleResult;
  readonly score: number;
};

export type Passes = { readonly k: number; readonly atK: number; readonly hatK: number };

export type PlannerReport = {
  readonly kind: "planner";
  readonly head: ResultsHead;
  /** Whether all samples were tried. */
  readonly complete: boolean;
  /** Of tries. */
  readonly statuses: Readonly<Record<Prediction["status"], number>>;
  /** All together first, then each category. */
  readonly categories: readonly CategoryScores[];
  /** By `success`, from as many tries as there were; null for one try, or where it is not scored. */
  readonly passes: readonly Passes[] | null;
  readonly usage: Usage;
  /** Of each try, added up. */
  readonly seconds: number;
  /** Of a try. */
  readonly latency: { readonly p50: number; readonly p95: number } | null;
  readonly missed: readonly MissedScore[];
  readonly baseline: {
    readonly model: string;
    readonly startedAt: number;
    readonly comparisons: readonly Comparison[];
  } | null;
  readonly worst: readonly WorstCase[];
  /** Complete, no threshold missed, and nothing worse than the baseline. */
  readonly passed: boolean;
};
