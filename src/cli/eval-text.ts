/** What measuring a judge came to, for people. */

import { renderDuration } from "../base/duration.ts";
import type { Calibration, Interval, Missed } from "../evals/eval.ts";
import { oneLine } from "../plan/text-width.ts";
import { type Cell, renderColumns } from "./columns.ts";
import type { Colors } from "./io.ts";
import { count } from "./text.ts";

/** So many disagreements are shown; `--json` has all. */
const MAX_SHOWN = 10;

/** @param page columns to cut lines at; none leaves them whole */
export function renderCalibration(
  calibration: Calibration,
  page: { readonly width: number | undefined; readonly colors: Colors },
): string[] {
  const { name, examples, threshold, judgedBy } = calibration;
  const { bold } = page.colors;
  const by = judgedBy.length === 0 ? "nobody" : judgedBy.join(", ");
  return [
    `${bold(oneLine(name))}: ${count(examples, "example")}, threshold ${threshold}, judged by ${oneLine(by)}`,
    "",
    ...renderColumns(measureRows(calibration)),
    "",
    ...renderColumns(confusionRows(calibration)),
    ...disagreementLines(calibration, page.width, bold),
    "",
    usageText(calibration),
  ];
}

/** A minimum that was not reached, in a sentence. */
export function missedText({ measure, value, atLeast }: Missed): string {
  const name = measure === "agreement" ? "The agreement, of all examples," : "The kappa";
  return `${name} is ${numberText(value)}; the suite wants at least ${atLeast}.`;
}

function measureRows({ agreement, detection, scores, ...rest }: Calibration): Cell[][] {
  const { confusion, examples, judged, unjudged } = rest;
  const agreed = confusion.pass.pass + confusion.fail.fail;
  const poor = confusion.fail.pass + confusion.fail.fail + confusion.fail.none;
  const strength = agreement.strength === null ? "" : `, ${agreement.strength}`;
  const silent: Cell[][] =
    unjudged === 0
      ? []
      : [["of all", right(numberText(agreement.overall)), `${unjudged} of ${examples} not judged`]];
  const ofScores: Cell[][] =
    scores === null
      ? []
      : [
          ["mean error", right(numberText(scores.meanAbsoluteError)), "of the score"],
          ["Spearman", right(numberText(scores.spearman)), count(scores.examples, "score")],
        ];
  return [
    [
      "agreement",
      right(numberText(agreement.share)),
      `${agreed} of ${judged}${rangeText(agreement.interval)}`,
    ],
    ...silent,
    [
      "kappa",
      right(numberText(agreement.kappa)),
      agreement.kappa === null
        ? `not defined: ${judged === 0 ? "nothing was judged" : "all has one label and one verdict"}`
        : `beyond chance${rangeText(agreement.kappaInterval)}${strength}`,
    ],
    ["precision", right(numberText(detection.precision)), "of what it failed is poor"],
    ["recall", right(numberText(detection.recall)), "of what is poor it failed"],
    ["F1", right(numberText(detection.f1)), "of both"],
    [
      "false pass",
      right(numberText(detection.falsePassRate)),
      `${confusion.fail.pass} of ${poor} poor ones let pass`,
    ],
    ...ofScores,
  ];
}

function confusionRows({ confusion }: Calibration): Cell[][] {
  const head = ["label", ...["pass", "fail", "none"].map((verdict) => right(`said ${verdict}`))];
  const rows = (["pass", "fail"] as const).map((label) => {
    const { pass, fail, none } = confusion[label];
    return [label, ...[pass, fail, none].map((amount) => right(amount.toLocaleString("en-US")))];
  });
  return [head, ...rows];
}

function disagreementLines(
  { disagreements }: Calibration,
  width: number | undefined,
  bold: (text: string) => string,
): string[] {
  if (disagreements.length === 0) return [];
  const shown = disagreements.slice(0, MAX_SHOWN);
  const more = disagreements.length - shown.length;
  const title = `${count(disagreements.length, "disagreement")}, the worst first`;
  const rows = shown.map(({ id, label, verdict, score, reason }): Cell[] => [
    oneLine(id),
    label,
    verdict,
    right(numberText(score)),
    oneLine(reason),
  ]);
  return [
    "",
    `${bold(title)}${more > 0 ? ` (${more} more with --json)` : ""}:`,
    ...renderColumns([["id", "label", "verdict", right("score"), "reason"], ...rows], width),
  ];
}

function usageText({ usage }: Calibration): string {
  const { modelCalls, inputTokens, outputTokens, usd, seconds } = usage;
  const ofModel = [
    `${count(inputTokens, "token")} in`,
    `${count(outputTokens, "token")} out`,
    usd === null ? "price unknown" : `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`,
  ];
  const parts = [count(modelCalls, "model call"), ...(modelCalls > 0 ? ofModel : [])];
  return [...parts, renderDuration(seconds * 1000)].join(", ");
}

function rangeText(interval: Interval | null): string {
  return interval === null ? "" : `, 95 % interval ${interval.map(numberText).join(" to ")}`;
}

function numberText(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}

function right(text: string): Cell {
  return { text, align: "right" };
}
