/**
 * A batch's report as one HTML file that needs nothing else: no network, no script. What it
 * shows may come from anywhere (messages of tools, names in plans), so every text is escaped.
 */

import { renderDuration } from "../base/duration.ts";
import type { BatchReport } from "../planwright.ts";
import type { StepReport } from "../projections/batch-report.ts";
import { costText, countsText, hardText, refinedText, timesOf } from "./batch-text.ts";
import { escapeHtml } from "./html-text.ts";

const WIDTH = 720;
const LABEL = 150;
const ROW = 28;
/** Room behind the longest bar for its number. */
const TAIL = 90;

export function renderReportHtml(report: BatchReport): string {
  const { goal, batchId, status, source, items, total } = report;
  const took =
    report.finishedAt === null ? "" : renderDuration(report.finishedAt - report.startedAt);
  const facts = [
    ["Batch", batchId],
    ["Status", `${status}${took === "" ? "" : ` after ${took}`}`],
    ["Started", new Date(report.startedAt).toISOString()],
    ["Items", `${countsText(items)}${total === null ? "" : `; ${total} in all`}`],
    ["From", source ?? "a program"],
    ["Cost", costText(report)],
    ["Retries", `${(100 * report.retryRate).toFixed(1)} % of the attempts`],
    ["End to end", timesOf(report.endToEnd).join(" / ") || "unknown"],
  ] as const;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(goal)}: ${escapeHtml(batchId)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(goal)}</h1>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>
<h2>How far items came</h2>
${funnelChart(report.steps)}
<h2>How long a step took: p50, p95, p99</h2>
${durationChart(report.steps)}
<h2>Step by step</h2>
${stepTable(report)}
${refinedList(report)}<h2>Failures</h2>
${failureTable(report)}
</body>
</html>
`;
}

/** Of each step two bars, one over the other: reached, and passed. */
function funnelChart(steps: readonly StepReport[]): string {
  const most = Math.max(1, ...steps.map(({ reached }) => reached));
  const rows = steps.map((step, index) => {
    const y = index * ROW;
    const title = `${step.id}: ${step.reached} reached, ${step.passed} passed, ${step.failed} failed`;
    return `<g><title>${escapeHtml(title)}</title>${label(step.id, y)}
${bar("reached", scale(step.reached, most), y)}${bar("passed", scale(step.passed, most), y)}
${tail(`${step.passed} of ${step.reached}`, scale(step.reached, most), y)}</g>`;
  });
  return svg(rows, "Items that reached and passed each step");
}

/** A bar up to p99, darker up to p95, darkest up to p50; on a logarithmic scale. */
function durationChart(steps: readonly StepReport[]): string {
  const log = (ms: number | null) => Math.log10(1 + (ms ?? 0));
  const most = Math.max(0.1, ...steps.map(({ p99Ms }) => log(p99Ms)));
  const rows = steps.map((step, index) => {
    const y = index * ROW;
    const times = timesOf(step).join(" / ");
    return `<g><title>${escapeHtml(`${step.id}: ${times}`)}</title>${label(step.id, y)}
${(["p99Ms", "p95Ms", "p50Ms"] as const)
  .map((name) => bar(name, scale(log(step[name]), most), y))
  .join("")}${tail(times, scale(log(step.p99Ms), most), y)}</g>`;
  });
  return svg(rows, "How long each step took, on a logarithmic scale");
}

function svg(rows: readonly string[], name: string): string {
  const height = Math.max(ROW, rows.length * ROW);
  return `<svg role="img" aria-label="${escapeHtml(name)}" viewBox="0 0 ${WIDTH + TAIL} ${height}">${rows.join("\n")}</svg>`;
}

function scale(value: number, most: number): number {
  return Math.round((10 * (WIDTH - LABEL - TAIL) * value) / most) / 10;
}

function bar(kind: string, width: number, y: number): string {
  return `<rect class="${kind}" x="${LABEL}" y="${y + 4}" width="${width}" height="${ROW - 8}"/>`;
}

function label(text: string, y: number): string {
  const cut = text.length > 20 ? `${text.slice(0, 19)}…` : text;
  return `<text x="${LABEL - 8}" y="${y + ROW / 2 + 4}" text-anchor="end">${escapeHtml(cut)}</text>`;
}

function tail(text: string, width: number, y: number): string {
  return `<text x="${LABEL + width + 6}" y="${y + ROW / 2 + 4}">${escapeHtml(text)}</text>`;
}

function stepTable({ steps }: BatchReport): string {
  const head = [
    "reached",
    "passed",
    "failed",
    "skipped",
    "attempts",
    "retries",
    "p50",
    "p95",
    "p99",
  ];
  const rows = steps.map((step) => {
    const { reached, passed, failed, skipped, attempts, retries } = step;
    const counts = [reached, passed, failed, skipped, attempts, retries].map(String);
    const cells = [...counts, ...timesOf(step)]
      .map((cell) => `<td>${escapeHtml(cell)}</td>`)
      .join("");
    return `<tr><th>${escapeHtml(step.id)}</th><th>${escapeHtml(step.tool)}</th>${cells}</tr>`;
  });
  const names = head.map((name) => `<td>${name}</td>`).join("");
  return `<table><thead><tr><th>step</th><th>tool</th>${names}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function refinedList({ refined }: BatchReport): string {
  if (refined === null) return "";
  const items = refined.hardest.map(({ item, ...one }) => `item ${item}, ${hardText(one)}`);
  const list = items.map((text) => `<li>${escapeHtml(text)}</li>`).join("");
  return `<h2>Refined</h2>\n<p>${escapeHtml(refinedText(refined))}.</p>\n<ul>${list}</ul>\n`;
}

function failureTable({ failures }: BatchReport): string {
  if (failures.length === 0) return "<p>None.</p>";
  const rows = failures.map(
    ({ count, code, step, example }) =>
      `<tr><td>${count}</td><th>${escapeHtml(code)}</th><th>${escapeHtml(step ?? "")}</th><th>item ${example.item}: ${escapeHtml(example.message)}</th></tr>`,
  );
  return `<table><thead><tr><td>items</td><th>code</th><th>step</th><th>the first of them</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

const STYLE = `
:root { color-scheme: light dark; --bar: #8ab4d8; --deep: #2b6cb0; --mid: #5b93c7; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt { opacity: .7; } dd { margin: 0; }
svg { width: 100%; height: auto; font-size: 12px; } svg text { fill: currentColor; }
.reached, .p99Ms { fill: var(--bar); } .p95Ms { fill: var(--mid); } .passed, .p50Ms { fill: var(--deep); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #8884; text-align: right; }
th { text-align: left; font-weight: normal; overflow-wrap: anywhere; } thead { opacity: .7; }
`;
