import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { inputError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import type { PlannerReport } from "../../evals/outcome.ts";
import { isWorseThanBefore } from "../../evals/planner-report.ts";
import { type Ended, selectSamples } from "../../evals/run-planner-suite.ts";
import type { PlannerSuite } from "../../evals/sample.ts";
import { writing } from "../../evals/write-results.ts";
import type { Planwright } from "../../planwright.ts";
import type { EvalFlags } from "../eval-flags.ts";
import { renderEvalHtml } from "../eval-html.ts";
import { evalTeller } from "../eval-progress.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import {
  missedScoreText,
  type Page,
  renderModels,
  renderOverview,
  renderPlannerReport,
} from "../planner-eval-text.ts";
import { openPlanwright } from "../settings.ts";
import { stopOnSignals } from "../stop-signals.ts";

const BUDGET_USED = 4;
/** Timers that are longer fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What one suite came to with one model. */
type Outcome = {
  readonly suite: PlannerSuite;
  readonly report: PlannerReport;
  readonly stopped: Ended["stopped"];
};

export async function evalPlanners(
  suites: readonly PlannerSuite[],
  { model, ...flags }: EvalFlags,
  io: Io,
): Promise<number> {
  const [first, ...others] = [model ?? []].flat();
  const models = first === undefined ? [undefined] : [first, ...others];
  requireWritable(flags);
  const { maxUsd: _, maxTokens: __, maxSeconds, ...setup } = flags;
  await using planwright = await openPlanwright(setup);
  const stopped = new AbortController();
  using signals = stopOnSignals(
    {
      pause() {
        printLine(io.stderr, "stopping; press Ctrl-C again to end at once");
        stopped.abort();
      },
      cancel: () => process.exit(signals.exitCode),
    },
    () => {},
  );
  const timeUp = maxSeconds === undefined ? [] : [timeoutOf(maxSeconds)];
  const signal = AbortSignal.any([stopped.signal, ...timeUp]);
  await requireSubjects(planwright, suites, { models, budget: budgetLeft(flags, []) });
  const outcomes: Outcome[] = [];
  for (const suite of suites) {
    const own = withFlags(suite, flags);
    const ofSuite: Outcome[] = [];
    for (const name of models) {
      if (signal.aborted || isOver([...outcomes, ...ofSuite])) break;
      const budget = budgetLeft(flags, [...outcomes, ...ofSuite]);
      ofSuite.push(await evalOne(own, { planwright, flags, budget, model: name, signal, io }));
    }
    outcomes.push(...ofSuite);
    if (!flags.json) printReports(ofSuite, io);
  }
  if (flags.json) printJson(io.stdout, jsonOf(outcomes));
  else printOverview(outcomes, io);
  if (flags.html !== undefined) writePage(flags.html, outcomes);
  for (const outcome of outcomes) printWhy(outcome, io);
  return signals.exitCode ?? exitCodeOf(outcomes);
}

function timeoutOf(seconds: number): AbortSignal {
  return AbortSignal.timeout(Math.min(seconds * 1000, MAX_TIMER_MS));
}

/** Before the first one is paid for: the last model may be unknown, or a suite's tools missing. */
async function requireSubjects(
  planwright: Planwright,
  suites: readonly PlannerSuite[],
  all: { readonly models: readonly (string | undefined)[]; readonly budget: Setting["budget"] },
): Promise<void> {
  if (suites.length * all.models.length < 2) return;
  for (const suite of suites) {
    for (const model of all.models) {
      const subject = await planwright.evaluations.suites.subject(suite, { ...all, model });
      await subject.close();
    }
  }
}

/** Before anything is paid for. @throws {InputError} `file.unwritable`, `input.invalid` */
function requireWritable({ html, out, baseline }: EvalFlags): void {
  if (out !== undefined && baseline !== undefined && resolve(out) === resolve(baseline)) {
    const message = "--out would write over the results of --baseline.";
    throw inputError("input.invalid", message, "Name another file.", "out");
  }
  for (const file of [html, out]) {
    if (file === undefined) continue;
    const isNew = !existsSync(file);
    writing(file, () => {
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, "");
      if (isNew) rmSync(file);
    });
  }
}

function withFlags(suite: PlannerSuite, flags: EvalFlags): PlannerSuite {
  const { limit, sample, repeat } = flags;
  return selectSamples({ ...suite, repeat: repeat ?? suite.repeat }, { limit, sample });
}

/** A budget that one has used up is used up for those after it. */
function isOver(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ stopped }) => stopped !== undefined);
}

/** What is left of the limits for all suites and models together. */
function budgetLeft({ maxUsd, maxTokens }: EvalFlags, outcomes: readonly Outcome[]) {
  const used = outcomes.map(({ report }) => report.usage);
  const usd = used.reduce((sum, one) => sum + (one.usd ?? 0), 0);
  const tokens = used.reduce((sum, one) => sum + one.inputTokens + one.outputTokens, 0);
  return {
    usd: maxUsd === undefined ? undefined : Math.max(0, maxUsd - usd),
    tokens: maxTokens === undefined ? undefined : Math.max(0, maxTokens - tokens),
  };
}

type Setting = {
  readonly planwright: Planwright;
  readonly budget: ReturnType<typeof budgetLeft>;
  readonly flags: Omit<EvalFlags, "model">;
  readonly model: string | undefined;
  readonly signal: AbortSignal;
  readonly io: Io;
};

async function evalOne(suite: PlannerSuite, setting: Setting): Promise<Outcome> {
  const { planwright, flags, budget, model, signal, io } = setting;
  const { resume, baseline, out, concurrency, quiet = false } = flags;
  const say = (line: string) => {
    if (!quiet) printLine(io.stderr, line);
  };
  const teller = evalTeller(io.stderr, quiet);
  const run = planwright.evaluations.suites.run(suite, {
    model,
    budget,
    resume,
    baseline,
    out,
    concurrency,
    signal,
    onBegin: ({ evalId, model: name }) => say(`${suite.name}: eval ${evalId}, ${name}`),
    onProgress: teller.tell,
  });
  const { report, stopped, file } = await run.finally(teller.end);
  say(`results: ${file}`);
  return { suite, report, stopped };
}

function pageOf(io: Io): Page {
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
  return { width, colors: colorsFor(io.stdout) };
}

function printOverview(outcomes: readonly Outcome[], io: Io): void {
  const reports = outcomes.map(({ report }) => report);
  for (const line of renderOverview(reports, pageOf(io))) printLine(io.stdout, line);
}

function printReports(outcomes: readonly Outcome[], io: Io): void {
  const page = pageOf(io);
  const reports = outcomes.map(({ report }) => report);
  const lines = outcomes.flatMap(({ suite, report }) => [
    ...renderPlannerReport(report, suite, page),
    "",
  ]);
  for (const line of [...lines, ...renderModels(reports, page)]) printLine(io.stdout, line);
}

function printWhy({ report, stopped }: Outcome, io: Io): void {
  const { red } = colorsFor(io.stderr);
  const { head, missed, baseline, complete } = report;
  const say = (text: string) => printLine(io.stderr, `${red("missed:")} ${head.suite}: ${text}`);
  if (complete) {
    for (const one of missed) say(missedScoreText(one));
    for (const { name, difference } of baseline?.comparisons.filter(isWorseThanBefore) ?? []) {
      say(`${name} is worse than the baseline, p = ${difference?.p.toFixed(3)}.`);
    }
    return;
  }
  // What is missed is not known before all are tried.
  const why = (stopped?.message ?? "stopped").replace(/\.$/, "");
  const go = `planwright eval … --resume ${head.evalId}`;
  printLine(io.stderr, `${head.suite}: ${why}; go on with: ${go}`);
}

function exitCodeOf(outcomes: readonly Outcome[]): number {
  if (isOver(outcomes)) return BUDGET_USED;
  return outcomes.every(({ report }) => report.passed) ? 0 : 1;
}

function jsonOf(outcomes: readonly Outcome[]): Json | PlannerReport | PlannerReport[] {
  const reports = outcomes.map(({ report }) => report);
  const [only] = reports;
  return reports.length === 1 && only !== undefined ? only : reports;
}

function writePage(file: string, outcomes: readonly Outcome[]): void {
  writing(file, () => writeFileSync(file, renderEvalHtml(outcomes)));
}
