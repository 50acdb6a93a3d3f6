/** Has a planner try the samples of a suite, and scores what it makes of them. */

import { createHash } from "node:crypto";
import { inputError, PlanwrightError } from "../base/errors.ts";
import { canonicalJson, isPlainObject, type JsonObject } from "../base/json.ts";
import { addUsage, NO_USAGE } from "../models/model.ts";
import type { SampleResult } from "./outcome.ts";
import { randomFrom, shuffled } from "./random.ts";
import type {
  PlannerSuite,
  PlanSample,
  Prediction,
  Scorer,
  ScorerTools,
  Share,
  Subject,
  Usage,
} from "./sample.ts";

export type Selection = {
  /** Only so many samples. @default all */
  readonly limit?: number | undefined;
  /** Draws them at random, the same ones for the same seed. @default the first ones */
  readonly sample?: number | undefined;
};

/** The suite with some of its samples. */
export function selectSamples(suite: PlannerSuite, { limit, sample }: Selection): PlannerSuite {
  const { samples } = suite;
  if (sample === undefined) return { ...suite, samples: samples.slice(0, limit) };
  // Drawn as they are numbered, and left in the order of the file.
  const drawn = shuffled([...samples.keys()], randomFrom(sample)).slice(0, limit);
  const kept = new Set(drawn);
  return { ...suite, samples: samples.filter((_, at) => kept.has(at)) };
}

/** What tells results of these samples from those of others: SHA-256, in hex. */
export function digestOf({ samples }: PlannerSuite): string {
  const hash = createHash("sha256");
  for (const { id, category, goal, row } of samples) {
    hash.update(canonicalJson([id, category, goal, row["expect"] ?? row["gold"] ?? null]));
  }
  return hash.digest("hex");
}

export type RunProgress = {
  readonly done: number;
  readonly total: number;
  readonly usage: Usage;
};

export type RunSuiteOptions = {
  /** Samples at once, from 1. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** What is known already, and is not tried again. */
  readonly known?: readonly SampleResult[] | undefined;
  /** Stores a result: durable when it resolves. */
  readonly store: (result: SampleResult) => Promise<void>;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
};

export type Ended = {
  /** In the suite's order, those that were known before included. */
  readonly results: readonly SampleResult[];
  /** Why it ended before all were tried; undefined where it did not. */
  readonly stopped?: { readonly by: "signal" | "budget"; readonly message: string } | undefined;
};

/** @throws what makes all tries fail: a key that is refused, a recording of something else */
export async function runPlannerSuite(
  suite: PlannerSuite,
  subject: Subject,
  { concurrency, signal, known = [], store, onProgress }: RunSuiteOptions,
): Promise<Ended> {
  const wanted = suite.samples.flatMap((sample) =>
    Array.from({ length: suite.repeat }, (_, at) => ({ sample, n: at + 1 })),
  );
  const results = new Map(known.map((result) => [keyOf(result), result]));
  let usage = known.reduce<Usage>((sum, one) => add(sum, one.usage), NONE);
  const tell = () => onProgress?.({ done: results.size, total: wanted.length, usage });
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const left = wanted.filter(({ sample, n }) => !results.has(keyOf({ ...sample, n }))).values();
  tell();
  const work = async () => {
    for (const { sample, n } of left) {
      ended.throwIfAborted();
      const result = await trySample(sample, n, { suite, subject, signal: ended });
      await store(result);
      results.set(keyOf(result), result);
      usage = add(usage, result.usage);
      tell();
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, wanted.length) }, work);
  const failed = (await settled(workers, stop)).find(({ status }) => status === "rejected");
  const all = wanted.flatMap(({ sample, n }) => results.get(keyOf({ ...sample, n })) ?? []);
  if (failed?.status !== "rejected") return { results: all };
  return { results: all, stopped: whyStopped(failed.reason, signal) };
}

const NONE: Usage = { ...NO_USAGE, modelCalls: 0 };

/** The first failure ends the others, and stands first. */
async function settled(workers: readonly Promise<void>[], stop: AbortController) {
  const reasons: PromiseSettledResult<void>[] = [];
  const watched = workers.map((worker) =>
    worker.catch((reason: unknown) => {
      reasons.push({ status: "rejected", reason });
      stop.abort(reason);
    }),
  );
  await Promise.all(watched);
  return reasons;
}

function whyStopped(reason: unknown, signal: AbortSignal): NonNullable<Ended["stopped"]> {
  if (signal.aborted) {
    const isTime = (signal.reason as Error | undefined)?.name === "TimeoutError";
    return isTime
      ? { by: "budget", message: "the time is up" }
      : { by: "signal", message: "stopped" };
  }
  const code = reason instanceof PlanwrightError ? reason.code : "";
  if (!code.startsWith("budget.")) throw reason;
  return { by: "budget", message: (reason as Error).message };
}

type Trial = {
  readonly suite: PlannerSuite;
  readonly subject: Subject;
  readonly signal: AbortSignal;
};

async function trySample(
  sample: PlanSample,
  n: number,
  { suite, subject, signal }: Trial,
): Promise<SampleResult> {
  const prediction = suite.run === "nothing" ? UNTRIED : await subject.predict(sample, signal);
  const scores: Record<string, Share> = {};
  let { usage } = prediction;
  const { judge } = subject;
  const tools: ScorerTools = judge
    ? {
        async judge(request) {
          const judged = await judge(request);
          usage = add(usage, judged.usage);
          return judged.holds;
        },
      }
    : {};
  for (const scorer of suite.scorers) {
    const share = await shareOf(scorer, sample, prediction, tools);
    if (share !== null) scores[scorer.name] = share;
  }
  const { status, graph, problem, executed, seconds } = prediction;
  const { id, category } = sample;
  return { id, category, n, status, graph, problem, executed, usage, seconds, scores };
}

/** A suite may have scorers of its own. @throws {InputError} `suite.invalid` for one that fails */
async function shareOf(
  { name, score }: Scorer,
  sample: PlanSample,
  prediction: Prediction,
  tools: ScorerTools,
): Promise<Share | null> {
  const failed = (what: string) => {
    const message = `The scorer ${name} ${what} for the sample ${JSON.stringify(sample.id)}.`;
    return inputError("suite.invalid", message, "It must give [part, whole], or null.", "scorers");
  };
  let share: unknown;
  try {
    share = await score(sample, prediction, tools);
  } catch (error) {
    if (error instanceof PlanwrightError) throw error;
    throw failed(`threw ${error instanceof Error ? error.message : String(error)}`);
  }
  if (share === null || isShare(share)) return share;
  throw failed(`gave ${JSON.stringify(share)}`);
}

function isShare(value: unknown): value is Share {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

const UNTRIED: Prediction = {
  status: "planned",
  graph: null,
  plan: null,
  problem: null,
  executed: null,
  usage: NONE,
  seconds: 0,
};

/** The same for results of the same sample and repetition. */
function keyOf({ category, id, n }: Pick<SampleResult, "category" | "id" | "n">): string {
  return JSON.stringify([category, id, n]);
}

function add(a: Usage, b: Usage): Usage {
  return { ...addUsage(a, b), modelCalls: a.modelCalls + b.modelCalls };
}

/** A stored result, or what keeps it from being one. */
export function readResult(value: JsonObject): SampleResult | undefined {
  const { id, category, n, scores, usage } = value;
  const isOne =
    typeof id === "string" &&
    typeof category === "string" &&
    typeof n === "number" &&
    isPlainObject(scores) &&
    Object.values(scores).every(isShare) &&
    isPlainObject(usage);
  return isOne ? (value as unknown as SampleResult) : undefined;
}
