/** One suite with one planner, from its first try to its report; every try is kept as it comes. */

import { join } from "node:path";
import { inputError } from "./base/errors.ts";
import type { JsonObject } from "./base/json.ts";
import type { EvalRecords } from "./eval-records.ts";
import type { SubjectOptions } from "./eval-subject.ts";
import type { PlannerReport, ResultsHead, SampleResult } from "./evals/outcome.ts";
import { type Results, reportOf } from "./evals/planner-report.ts";
import { readResults, requireSameData } from "./evals/results-file.ts";
import {
  digestOf,
  type Ended,
  type RunProgress,
  runPlannerSuite,
} from "./evals/run-planner-suite.ts";
import type { PlannerSuite, Subject, Usage } from "./evals/sample.ts";
import { appendLine, writeLines } from "./evals/write-results.ts";

export type RunSuiteOptions = SubjectOptions & {
  /** The id of an eval to go on with. @default a new one */
  readonly resume?: string | undefined;
  /** A file of results to compare with. @default none */
  readonly baseline?: string | undefined;
  /** Where the results are written, as JSON Lines. @default `.planwright/evals/ID.jsonl` */
  readonly out?: string | undefined;
  /** Samples at once. @default 4; 1 where nothing but the embedded planner is asked */
  readonly concurrency?: number | undefined;
  /** Stops it; what was tried is kept. @default never */
  readonly signal?: AbortSignal | undefined;
  readonly onBegin?: ((head: ResultsHead) => void) | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
};

/** What a suite has come to. */
export type SuiteOutcome = {
  readonly report: PlannerReport;
  /** Why not all was tried; undefined where it was. */
  readonly stopped: Ended["stopped"];
  /** The results, as JSON Lines. */
  readonly file: string;
};

const RESULTS = ".planwright/evals";
const CONCURRENCY = 4;
/** Who only computes is not quicker beside itself, and how long it takes would be told wrongly. */
const ALONE = 1;

export async function runSuite(
  suite: PlannerSuite,
  subject: Subject,
  records: EvalRecords,
  options: RunSuiteOptions,
): Promise<SuiteOutcome> {
  const { resume, out, signal = new AbortController().signal, onProgress } = options;
  const { name } = subject;
  const { run, repeat, samples } = suite;
  const about = { suite: suite.name, model: name, run, repeat, digest: digestOf(suite) };
  const now = { ...about, samples: samples.length };
  const baseline = await readBaseline(options.baseline, now);
  const record =
    resume === undefined ? await records.begin(now) : await records.resume(resume, now);
  const { head, known } = record;
  const file = out ?? join(RESULTS, `${head.evalId}.jsonl`);
  writeLines(file, [head, ...known]);
  options.onBegin?.(head);
  await subject.charge(spentOn(known));
  const isAlone = name === "embedded" && run !== "execute";
  let ended: Ended = { results: known };
  let isWhole = false;
  try {
    ended = await runPlannerSuite(suite, subject, {
      concurrency: options.concurrency ?? (isAlone ? ALONE : CONCURRENCY),
      signal,
      known,
      onProgress,
      store: async (result) => {
        await record.add(result);
        appendLine(file, result);
      },
    });
    isWhole = ended.stopped === undefined;
  } finally {
    const status = isWhole ? "succeeded" : "paused";
    const { missed, usage } = reportOf(suite, { head, results: ended.results }, undefined);
    await record.end(status, asJson({ missed, usage, tries: ended.results.length }));
  }
  // As they came they are safe; as the suite has them they can be compared line by line.
  writeLines(file, [head, ...ended.results]);
  const report = reportOf(suite, { head, results: ended.results }, baseline);
  return { report, stopped: ended.stopped, file };
}

async function readBaseline(
  file: string | undefined,
  now: Parameters<typeof requireSameData>[2],
): Promise<Results | undefined> {
  if (file === undefined) return undefined;
  const baseline = await readResults(file);
  requireSameData(file, baseline, now);
  if (baseline.results.length > 0) return baseline;
  const message = `${file} has no results yet: there is nothing to compare with.`;
  const hint = "Go on with that eval first: --resume ID.";
  throw inputError("suite.invalid", message, hint, "baseline");
}

function spentOn(known: readonly SampleResult[]): Usage {
  const sum = (of: (usage: Usage) => number) =>
    known.reduce((all, { usage }) => all + of(usage), 0);
  return {
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    usd: sum(({ usd }) => usd ?? 0),
    modelCalls: sum(({ modelCalls }) => modelCalls),
  };
}

function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
