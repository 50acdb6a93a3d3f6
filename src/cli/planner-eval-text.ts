/** What measuring a planner came to, for people. */

import { renderDuration } from "../base/duration.ts";
import type { Interval } from "../evals/eval.ts";
import type {
  CategoryScores,
  Comparison,
  MissedScore,
  PlannerReport,
  ScoreLine,
  WorstCase,
} from "../evals/outcome.ts";
import { chiefScorer } from "../evals/planner-report.ts";
import type { CallGraph, PlannerSuite, Scorer } from "../evals/sample.ts";
import { oneLine } from "../plan/text-width.ts";
import { type Cell, renderColumns } from "./columns.ts";
import type { Colors } from "./io.ts";
import { count } from "./text.ts";

/** So many are shown; `--html` has more, `--json` all. */
const MAX_WORST = 5;
/** Scores that a table by category has room for. */
const MAX_COLUMNS = 6;

export type Page = { readonly width: number | undefined; readonly colors: Colors };
type Unit = NonNullable<Scorer["unit"]>;

export function renderPlannerReport(
  report: PlannerReport,
  suite: PlannerSuite,
  { width, colors }: Page,
): string[] {
  const { bold } = colors;
  const [all, ...categories] = report.categories;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", bold(title), ...lines];
  return [
    headText(report, bold),
    ...(suite.run === "nothing" ? [] : [statusText(report)]),
    "",
    ...(all === undefined ? [] : renderColumns(scoreRows(all.scores), width)),
    ...section("by category", renderColumns(categoryRows(categories), width)),
    ...section("tries", renderColumns(passRows(report), width)),
    ...section("difference to the baseline", renderColumns(baselineRows(report), width)),
    ...section(worstTitle(report, suite), worstLines(report, suite, width)),
    "",
    usageText(report),
  ];
}

/** Several models beside each other. @returns nothing for one */
export function renderModels(reports: readonly PlannerReport[], { width, colors }: Page): string[] {
  const [first] = reports;
  if (first === undefined || reports.length < 2) return [];
  const head: Cell[] = ["score", ...reports.map(({ head: { model } }) => right(model))];
  const names = first.categories[0]?.scores.map(({ name }) => name) ?? [];
  const rows = names.map((name): Cell[] => [
    name,
    ...reports.map(({ categories }) => {
      const line = categories[0]?.scores.find((one) => one.name === name);
      return right(line === undefined ? "–" : valueText(line.value, line.unit));
    }),
  ]);
  const cost: Cell[] = ["cost", ...reports.map(({ usage }) => right(costText(usage.usd)))];
  const time: Cell[] = [
    "median time",
    ...reports.map(({ latency }) => right(renderDuration((latency?.p50 ?? 0) * 1000))),
  ];
  return [
    colors.bold(`${oneLine(first.head.suite)}, models beside each other`),
    ...renderColumns([head, ...rows, cost, time], width),
    "",
  ];
}

/** Several suites below each other, each with its chief scores. @returns nothing for one */
export function renderOverview(
  reports: readonly PlannerReport[],
  { width, colors }: Page,
): string[] {
  if (new Set(reports.map(({ head }) => head.suite)).size < 2) return [];
  const head: Cell[] = ["suite", "model", right("samples"), "scores", "", "", right("took"), ""];
  const rows = reports.map((report): Cell[] => {
    const scores = chiefFirst(report).slice(0, 3);
    const texts = scores.map(
      ({ name, value, unit }) => `${name.split(".").at(-1)} ${valueText(value, unit)}`,
    );
    const { suite, model, samples } = report.head;
    return [
      oneLine(suite),
      oneLine(model),
      right(String(samples)),
      ...[0, 1, 2].map((at) => texts[at] ?? ""),
      right(renderDuration(report.seconds * 1000)),
      verdictText(report),
    ];
  });
  return [colors.bold("all suites"), ...renderColumns([head, ...rows], width)];
}

/** The scores of all samples, what came out before how. */
export function chiefFirst({ categories }: PlannerReport): readonly ScoreLine[] {
  const scores = categories[0]?.scores ?? [];
  return scores.toSorted((a, b) => Number(b.name === "success") - Number(a.name === "success"));
}

export function verdictText({ complete, passed }: PlannerReport): string {
  if (!complete) return "not all tried";
  return passed ? "passed" : "missed";
}

/** A threshold that was missed, in a sentence. */
export function missedScoreText({ scorer, category, value, ...bounds }: MissedScore): string {
  const of = category === null ? "" : ` of ${category}`;
  const wanted =
    bounds.atLeast === null ? `at most ${bounds.atMost}` : `at least ${bounds.atLeast}`;
  const given = value === null ? "not defined" : value.toFixed(4);
  return `${scorer}${of} is ${given}; the suite wants ${wanted}.`;
}

function headText({ head, complete }: PlannerReport, bold: (text: string) => string): string {
  const tries = head.repeat > 1 ? `, ${head.repeat} tries each` : "";
  const how = { nothing: "nothing planned", plan: "planned", execute: "planned and run" }[head.run];
  const part = complete ? "" : ", not all tried";
  return `${bold(oneLine(head.suite))}: ${count(head.samples, "sample")}${tries}, ${oneLine(head.model)}, ${how}${part}`;
}

export function statusText({ statuses }: PlannerReport): string {
  const named = Object.entries(statuses).filter(([, amount]) => amount > 0);
  return named.map(([status, amount]) => `${amount} ${status}`).join(", ");
}

function scoreRows(scores: readonly ScoreLine[]): Cell[][] {
  const head = ["score", right("value"), "95 % interval", right("samples")];
  const rows = scores.map(({ name, value, unit, interval, samples }): Cell[] => [
    name,
    right(valueText(value, unit)),
    intervalText(interval, unit),
    right(String(samples)),
  ]);
  return [head, ...rows];
}

function categoryRows(categories: readonly CategoryScores[]): Cell[][] {
  const [first] = categories;
  if (first === undefined) return [];
  const shown = first.scores.slice(0, MAX_COLUMNS);
  const head = [
    "category",
    right("samples"),
    ...shown.map(({ name }) => right(name.split(".").at(-1) ?? name)),
  ];
  const rows = categories.map(({ category, samples, scores }): Cell[] => [
    category ?? "all",
    right(String(samples)),
    ...scores.slice(0, MAX_COLUMNS).map(({ value, unit }) => right(valueText(value, unit))),
  ]);
  return [head, ...rows];
}

function passRows({ passes }: PlannerReport): Cell[][] {
  if (passes === null) return [];
  const rows = passes.map(({ k, atK, hatK }): Cell[] => [
    right(String(k)),
    right(valueText(atK, "share")),
    right(valueText(hatK, "share")),
  ]);
  return [[right("k"), right("pass@k"), right("pass^k")], ...rows];
}

function baselineRows({ baseline }: PlannerReport): Cell[][] {
  if (baseline === null) return [];
  const head = ["score", right("by"), right("p"), right("samples"), ""];
  return [head, ...baseline.comparisons.map(comparisonRow)];
}

function comparisonRow({ name, unit, difference, verdict }: Comparison): Cell[] {
  if (difference === null) return [name, right("–"), right("–"), right("0"), "nothing to compare"];
  const { by, p, samples } = difference;
  const signed = `${by > 0 ? "+" : ""}${valueText(by, unit)}`;
  const said = verdict === "same" ? "not significant" : verdict;
  return [name, right(signed), right(p.toFixed(3)), right(String(samples)), said];
}

function worstTitle({ worst }: PlannerReport, suite: PlannerSuite): string {
  const more = worst.length > MAX_WORST ? ` (${worst.length - MAX_WORST} more with --html)` : "";
  return `worst by ${chiefScorer(suite)?.name ?? "score"}${more}`;
}

function worstLines(
  { worst }: PlannerReport,
  suite: PlannerSuite,
  width: number | undefined,
): string[] {
  const samples = new Map(suite.samples.map((one) => [`${one.category} ${one.id}`, one]));
  const rows = worst.slice(0, MAX_WORST).flatMap((one: WorstCase): Cell[][] => {
    const { result } = one;
    const sample = samples.get(`${result.category} ${result.id}`);
    const got = result.graph === null ? oneLine(result.problem ?? "") : pathText(result.graph);
    return [
      [oneLine(result.id), right(one.score.toFixed(2)), result.status, `gold ${goldText(sample)}`],
      ["", "", "", `plan ${got}`],
    ];
  });
  return renderColumns(rows, width);
}

type Sample = PlannerSuite["samples"][number];

export function goldText(sample: Sample | undefined): string {
  const { graph, refused, asks, answer } = sample?.gold ?? {};
  if (refused === true) return "a refusal";
  if (asks === true) return "a question";
  if (graph !== undefined) return pathText(graph);
  return oneLine(JSON.stringify(answer ?? null));
}

/** The calls in a line: numbered where they are referred to. */
function pathText({ nodes, edges }: CallGraph): string {
  if (nodes.length === 0) return "no call";
  return nodes
    .map(({ tool }, at) => {
      const after = edges.flatMap(([from, to]) => (to === at ? [String(from + 1)] : []));
      const behind = after.length > 0 ? ` (after ${after.join(", ")})` : "";
      return `${at + 1} ${oneLine(tool)}${behind}`;
    })
    .join(" · ");
}

export function usageText({ usage, latency, seconds }: PlannerReport): string {
  const { modelCalls, inputTokens, outputTokens, usd } = usage;
  const asked =
    modelCalls > 0
      ? [
          count(modelCalls, "model call"),
          `${count(inputTokens, "token")} in`,
          `${count(outputTokens, "token")} out`,
          costText(usd),
        ]
      : ["no model asked"];
  const each =
    latency === null
      ? []
      : [
          `a try took ${renderDuration(latency.p50 * 1000)} (median), ${renderDuration(latency.p95 * 1000)} (p95)`,
        ];
  return [...asked, ...each, `${renderDuration(seconds * 1000)} in all`].join(", ");
}

export function costText(usd: number | null): string {
  return usd === null ? "price unknown" : `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

/** Shares in percent, as papers have them. */
export function valueText(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  if (unit === "usd") return `$${value.toFixed(4)}`;
  if (unit === "seconds") return renderDuration(value * 1000);
  return unit === "ratio" ? value.toFixed(2) : (100 * value).toFixed(1);
}

export function intervalText(interval: Interval | null, unit: Unit): string {
  return interval === null ? "" : interval.map((end) => valueText(end, unit)).join(" to ");
}

function right(text: string): Cell {
  return { text, align: "right" };
}
