/**
 * Evals of planners as one HTML file that needs nothing else: no network, no script. What it shows
 * may come from anywhere (goals, plans of models), so every text is escaped.
 */

import type { CategoryScores, PlannerReport, ScoreLine, WorstCase } from "../evals/outcome.ts";
import { chiefScorer } from "../evals/planner-report.ts";
import type { PlannerSuite } from "../evals/sample.ts";
import { graphSvg, sharedWith } from "./graph-svg.ts";
import { escapeHtml } from "./html-text.ts";
import {
  chiefFirst,
  costText,
  goldText,
  intervalText,
  missedScoreText,
  statusText,
  usageText,
  valueText,
  verdictText,
} from "./planner-eval-text.ts";

/** More would make the page slow. */
const MAX_WORST = 30;

type Shown = { readonly suite: PlannerSuite; readonly report: PlannerReport };

export function renderEvalHtml(shown: readonly Shown[]): string {
  const title = [...new Set(shown.map(({ suite }) => suite.name))].join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`Eval: ${title}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${overview(shown)}
${shown.map(section).join("\n")}
</body>
</html>
`;
}

/** Every suite and model in a row, by the suite's chief scores. */
function overview(shown: readonly Shown[]): string {
  if (shown.length < 2) return "";
  const rows = shown.map(({ suite, report }) => {
    const scores = chiefFirst(report)
      .slice(0, 4)
      .map(({ name, value, unit }) => `${name} ${valueText(value, unit)}`)
      .join(", ");
    const cells = [String(report.head.samples), costText(report.usage.usd), verdictText(report)];
    return `<tr><th>${escapeHtml(suite.name)}</th><th>${escapeHtml(report.head.model)}</th><th>${escapeHtml(scores)}</th>${cells.map(cell).join("")}</tr>`;
  });
  return table(["suite", "model", "scores", "samples", "cost", "verdict"], rows);
}

function section({ suite, report }: Shown): string {
  const { head, missed } = report;
  const facts = [
    ["Eval", head.evalId],
    ["Model", head.model],
    ["Started", new Date(head.startedAt).toISOString()],
    ["Samples", `${head.samples}${head.repeat > 1 ? `, ${head.repeat} tries each` : ""}`],
    ["Answers", statusText(report)],
    ["Took", usageText(report)],
    ["Verdict", [`${verdictText(report)}.`, ...missed.map(missedScoreText)].join(" ")],
  ] as const;
  return `<section>
<h2>${escapeHtml(`${suite.name}: ${head.model}`)}</h2>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>
<h3>Scores, with 95 % bootstrap intervals</h3>
${scoreTable(suite, report)}
${categoryTable(report.categories.slice(1))}
${passTable(report)}
${baselineTable(report)}
<h3>Worst by ${escapeHtml(chiefScorer(suite)?.name ?? "score")}</h3>
${
  report.worst.length === 0
    ? "<p>None: all are right.</p>"
    : report.worst
        .slice(0, MAX_WORST)
        .map((one) => worstCase(one, suite))
        .join("\n")
}
</section>`;
}

function scoreTable({ scorers }: PlannerSuite, { categories }: PlannerReport): string {
  const rows = (categories[0]?.scores ?? []).map((line) => {
    const about = scorers.find(({ name }) => name === line.name)?.about ?? "";
    const cells = [
      valueText(line.value, line.unit),
      intervalText(line.interval, line.unit),
      String(line.samples),
    ];
    return `<tr><th>${escapeHtml(line.name)}</th>${cells.map(cell).join("")}<td class="bar">${bar(line)}</td><th class="about">${escapeHtml(about)}</th></tr>`;
  });
  return table(["score", "value", "interval", "samples", "", "what it is"], rows);
}

/** The value as a bar with its interval as a line; only shares have a place from 0 to 1. */
function bar({ value, interval, unit }: ScoreLine): string {
  if (value === null || unit !== "share") return "";
  const x = (share: number) => (120 * Math.max(0, Math.min(1, share))).toFixed(1);
  const [low, high] = interval ?? [value, value];
  return `<svg viewBox="0 0 120 14" width="120" height="14" aria-hidden="true"><rect class="ground" width="120" height="14"/><rect class="value" width="${x(value)}" height="14"/><path class="interval" d="M${x(low)} 7H${x(high)}M${x(low)} 3V11M${x(high)} 3V11"/></svg>`;
}

function categoryTable(categories: readonly CategoryScores[]): string {
  const [first] = categories;
  if (first === undefined) return "";
  const rows = categories.map(({ category, samples, scores }) => {
    const cells = scores.map(({ value, unit, interval }) => {
      const title = escapeHtml(intervalText(interval, unit));
      return `<td title="${title}">${escapeHtml(valueText(value, unit))}</td>`;
    });
    return `<tr><th>${escapeHtml(category ?? "all")}</th><td>${samples}</td>${cells.join("")}</tr>`;
  });
  const names = first.scores.map(({ name }) => name.split(".").at(-1) ?? name);
  return `<h3>By category</h3>\n${table(["category", "samples", ...names], rows)}`;
}

function passTable({ passes }: PlannerReport): string {
  if (passes === null) return "";
  const rows = passes.map(({ k, atK, hatK }) => {
    const cells = [String(k), valueText(atK, "share"), valueText(hatK, "share")];
    return `<tr>${cells.map(cell).join("")}</tr>`;
  });
  return `<h3>Tries</h3>\n${table(["k", "pass@k", "pass^k"], rows)}`;
}

function baselineTable({ baseline }: PlannerReport): string {
  if (baseline === null) return "";
  const rows = baseline.comparisons.map(({ name, unit, difference, verdict }) => {
    const cells =
      difference === null
        ? ["–", "–", "0"]
        : [
            `${difference.by > 0 ? "+" : ""}${valueText(difference.by, unit)}`,
            difference.p.toFixed(3),
            String(difference.samples),
          ];
    const said = verdict === "same" ? "not significant" : verdict;
    return `<tr class="${verdict}"><th>${escapeHtml(name)}</th>${[...cells, said].map(cell).join("")}</tr>`;
  });
  const of = `${baseline.model}, ${new Date(baseline.startedAt).toISOString()}`;
  return `<h3>Difference to the baseline (${escapeHtml(of)}), paired permutation test</h3>\n${table(["score", "by", "p", "samples", ""], rows)}`;
}

function worstCase({ result, score }: WorstCase, { samples }: PlannerSuite): string {
  const sample = samples.find(
    ({ id, category }) => id === result.id && category === result.category,
  );
  const nothing = { nodes: [], edges: [] };
  const gold = sample?.gold.graph;
  const drawnGold =
    gold === undefined
      ? `<p>${escapeHtml(goldText(sample))}</p>`
      : graphSvg(gold, sharedWith(gold, result.graph ?? nothing), "expected");
  const drawn =
    result.graph === null
      ? `<p>${escapeHtml(`${result.status}: ${result.problem ?? ""}`)}</p>`
      : graphSvg(result.graph, sharedWith(result.graph, gold ?? nothing), "planned");
  const output =
    result.executed === null
      ? ""
      : `<p>${escapeHtml(`Run ${result.executed.status}: ${excerpt(result.executed.output)}`)}</p>`;
  const title = `${result.category} ${result.id}: ${score.toFixed(2)}`;
  return `<article><h4>${escapeHtml(title)}</h4>
<p class="goal">${escapeHtml(sample?.goal ?? "")}</p>
<div class="pair"><figure><figcaption>expected</figcaption>${drawnGold}</figure><figure><figcaption>planned</figcaption>${drawn}</figure></div>${output}</article>`;
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}

function table(head: readonly string[], rows: readonly string[]): string {
  const names = head.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  return `<table><thead><tr>${names}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function cell(text: string): string {
  return `<td>${escapeHtml(text)}</td>`;
}

const STYLE = `
:root { color-scheme: light dark; --good: #2f855a; --other: #c05621; --deep: #2b6cb0; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt { opacity: .7; } dd { margin: 0; }
table { border-collapse: collapse; margin: .5rem 0; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #8884; text-align: right; vertical-align: top; }
th { text-align: left; font-weight: normal; overflow-wrap: anywhere; } thead { opacity: .7; }
thead th, tbody th:first-child, td { white-space: nowrap; } .about { opacity: .7; font-size: 13px; } .ground { fill: #8883; } .value { fill: var(--deep); }
.interval { stroke: currentColor; fill: none; }
tr.better td:last-child { color: var(--good); } tr.worse td:last-child { color: var(--other); }
article { border-top: 1px solid #8884; } .goal { font-style: italic; white-space: pre-wrap; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } figure { margin: 0; overflow-x: auto; }
figcaption { opacity: .7; } .graph { width: 100%; font-size: 12px; } .graph text { fill: currentColor; }
.graph rect { fill: none; stroke-width: 1.5; } .graph path { fill: none; stroke-width: 1.5; }
.shared rect, path.shared { stroke: var(--good); } .single rect, path.single { stroke: var(--other); stroke-dasharray: 5 3; }
circle.shared { fill: var(--good); } circle.single { fill: var(--other); }
`;
