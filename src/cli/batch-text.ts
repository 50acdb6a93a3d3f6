/** A batch as a page of text: what its items came to, step by step, and why some failed. */

import { renderDuration } from "../base/duration.ts";
import { fitWidth, oneLine } from "../plan/text-width.ts";
import type { BatchReport, BatchResult } from "../planwright.ts";
import type { Percentiles } from "../projections/batch-report.ts";
import type { RefinedItem, RefinedReport } from "../projections/refined-items.ts";
import { type Cell, renderColumns } from "./columns.ts";
import type { Colors } from "./io.ts";
import { paintStatus, statusText } from "./run-text.ts";
import { count, localTime } from "./text.ts";

type Counts = BatchResult["counts"];
type Page = { readonly width: number; readonly colors: Colors };

const NAMES = ["succeeded", "degraded", "failed", "cancelled", "waiting", "invalid"] as const;

/** `14,550 succeeded, 450 failed` */
export function countsText(counts: Partial<Counts>): string {
  const parts = NAMES.flatMap((name) => {
    const amount = counts[name] ?? 0;
    return amount > 0 ? [`${amount.toLocaleString("en-US")} ${name}`] : [];
  });
  return parts.length === 0 ? "no item has ended" : parts.join(", ");
}

/** Items of which it is known what they came to. */
export function endedOf({ succeeded, degraded, failed, cancelled, invalid }: Counts): number {
  return succeeded + degraded + failed + cancelled + invalid;
}

export function renderReport(report: BatchReport, page: Page): string[] {
  const { colors } = page;
  return [
    colors.bold(oneLine(report.goal)),
    ...headLines(report, page),
    "",
    ...renderColumns([STEP_HEAD, ...stepRows(report)]),
    ...refinedLines(report, page),
    ...failureLines(report, page),
  ];
}

function headLines(report: BatchReport, { colors }: Page): string[] {
  const { items, status, reason, source, startedAt } = report;
  const state = paintStatus(status, colors)(statusText(status, reason));
  const took = tookOf(report);
  const { open } = items;
  const facts = [
    ["Batch", report.batchId],
    ["Status", took === undefined ? state : `${state} after ${renderDuration(took)}`],
    ["Started", localTime(startedAt)],
    ["Items", `${countsText(items)}${open > 0 ? `, ${open} begun` : ""}${totalText(report)}`],
    ["From", source === null ? "" : oneLine(source)],
    ["Rate", rateText(report)],
    ["Cost", costText(report)],
    ["Retries", `${(100 * report.retryRate).toFixed(1)} % of the attempts`],
  ] as const;
  return facts.flatMap(([name, value]) => (value === "" ? [] : [`${name.padEnd(8)} ${value}`]));
}

function totalText({ total }: BatchReport): string {
  return total === null ? "" : `; ${total.toLocaleString("en-US")} in all`;
}

function tookOf({ startedAt, finishedAt }: BatchReport): number | undefined {
  return finishedAt === null ? undefined : finishedAt - startedAt;
}

function rateText({ items, firstAt, lastAt }: BatchReport): string {
  const { succeeded, degraded, failed, cancelled } = items;
  const ended = succeeded + degraded + failed + cancelled;
  if (firstAt === null || lastAt === null || lastAt === firstAt) return "";
  const rate = (ended * 1000) / (lastAt - firstAt);
  return `${rate.toFixed(rate < 10 ? 1 : 0)} items a second`;
}

export function costText({ usage, usdPerItem }: Pick<BatchReport, "usage" | "usdPerItem">): string {
  const calls = `${count(usage.toolCalls, "tool call")}, ${count(usage.modelCalls, "model call")}`;
  if (usage.usd === null || usdPerItem === null) return `${calls}, price unknown`;
  if (usage.usd === 0) return calls;
  return `$${usage.usd.toFixed(2)}, $${usdPerItem.toPrecision(2)} an item; ${calls}`;
}

const right = (text: string): Cell => ({ text, align: "right" });

const STEP_HEAD: readonly Cell[] = [
  "step",
  ...["reached", "passed", "failed", "skipped", "retries", "p50", "p95", "p99"].map(right),
];

function stepRows({ steps, endToEnd }: BatchReport): Cell[][] {
  const rows = steps.map((step): Cell[] => {
    const counts = [step.reached, step.passed, step.failed, step.skipped, step.retries];
    return [
      step.id,
      ...counts.map((amount) => right(amount.toLocaleString("en-US"))),
      ...timesOf(step).map(right),
    ];
  });
  const none = ["", "", "", "", ""];
  return [...rows, ["end to end", ...none, ...timesOf(endToEnd).map(right)]];
}

export function timesOf({ p50Ms, p95Ms, p99Ms }: Percentiles): string[] {
  return [p50Ms, p95Ms, p99Ms].map((ms) => (ms === null ? "" : renderDuration(ms)));
}

function refinedLines({ refined }: BatchReport, { colors }: Page): string[] {
  if (refined === null) return [];
  return [
    "",
    `${colors.bold("Refined")}  ${refinedText(refined)}`,
    ...refined.hardest.map(({ item, ...one }) => `  item ${item}, ${hardText(one)}`),
  ];
}

/** `1.4 iterations on average, 12 of 1,500 needed more than two` */
export function refinedText({ count: all, mean, many }: RefinedReport): string {
  const amount = `${many.toLocaleString("en-US")} of ${all.toLocaleString("en-US")}`;
  return `${mean.toFixed(1)} iterations on average; ${amount} needed more than two, or were not accepted`;
}

/** `draft: 5 iterations, not accepted, score 0.4` */
export function hardText(refined: Omit<RefinedItem, "item">): string {
  const { subtask, iterations, score, isAccepted } = refined;
  const points = Math.round(score * 1000) / 1000;
  const verdict = isAccepted ? "accepted" : "not accepted";
  return `${subtask}: ${count(iterations, "iteration")}, ${verdict}, score ${points}`;
}

function failureLines({ failures }: BatchReport, { width, colors }: Page): string[] {
  if (failures.length === 0) return [];
  const lines = failures.map(({ count: amount, code, step, example }) => {
    const where = step === null ? "" : ` in ${step}`;
    const first = `item ${example.item}: ${oneLine(example.message)}`;
    return fitWidth(`${String(amount).padStart(7)}  ${code}${where}  ${first}`, width);
  });
  return ["", colors.bold("Failures"), ...lines];
}
