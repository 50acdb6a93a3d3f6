/** What was judged and planned anew, for people: the story of a run's revisions. */

import { renderDiff } from "../plan/diff.ts";
import { oneLine } from "../plan/text-width.ts";
import type { AwaitedReview } from "../projections/result.ts";
import { decisionText, endText, evaluationText, triggerText } from "../projections/review-text.ts";
import type { Revision } from "../projections/revisions.ts";
import { type Colors, colorsFor, type Io, printLine } from "./io.ts";
import { count } from "./text.ts";

type Page = { readonly width: number; readonly colors: Colors };

/** What was judged too poor, for the person who is to decide. */
export function printReview({ revision, evaluation }: AwaitedReview, io: Io): void {
  const { bold, dim } = colorsFor(io.stderr);
  printLine(
    io.stderr,
    bold(`The best there is, of revision ${revision}: ${scoreText(evaluation)}`),
  );
  for (const reason of evaluation.reasons) printLine(io.stderr, dim(`  ${oneLine(reason)}`));
}

function scoreText({ score, threshold }: AwaitedReview["evaluation"]): string {
  return score === null ? "not judged" : `score ${score.toFixed(2)}, ${threshold} was wanted`;
}

/** How the plan came to be what it is: each revision with why, what changed, score and cost. */
export function renderRevisions(revisions: readonly Revision[], page: Page): string[] {
  return revisions.flatMap((one) => renderRevision(one, page));
}

function renderRevision(one: Revision, { colors }: Page): string[] {
  const { revision, because, diff, kept, plan, evaluations, usage, ended, decision } = one;
  const why =
    because === undefined
      ? []
      : [
          `because: ${triggerText(because.trigger)}${because.isStronger ? ", by the stronger model" : ""}`,
          ...because.causes.map(({ subtask, message }) => {
            return `  ${subtask === null ? "" : `${subtask}: `}${oneLine(message)}`;
          }),
        ];
  const changes = diff === undefined ? [] : renderDiff(diff).trimEnd().split("\n");
  const again = (diff?.unchanged ?? []).filter((id) => !kept.includes(id));
  const goesOn = `kept with their results: ${kept.length} of ${count(plan.subtasks.length, "subtask")}`;
  const judged = evaluations.map(({ subtask, evaluation }) => {
    return `${subtask === null ? "judged" : `${subtask} judged`}: ${oneLine(evaluationText(evaluation))}`;
  });
  const end = [
    ...(ended === undefined ? [] : [`the last one: ${oneLine(endText(ended))}`]),
    ...(decision === undefined ? [] : [oneLine(decisionText(decision))]),
  ];
  return [
    "",
    colors.bold(`Revision ${revision}`),
    ...[
      ...why,
      ...changes,
      ...(diff === undefined ? [] : [goesOn]),
      ...(again.length === 0 ? [] : [`again, for what they depend on: ${again.join(", ")}`]),
      ...judged,
      ...end,
      `used: ${usageText(usage)}`,
    ].map((line) => `  ${line}`),
  ];
}

function usageText({
  toolCalls,
  modelCalls,
  inputTokens,
  outputTokens,
  usd,
}: Revision["usage"]): string {
  const ofModels = [
    count(modelCalls, "model call"),
    count(inputTokens + outputTokens, "token"),
    usd === null ? "price unknown" : `$${usd.toFixed(4)}`,
  ];
  return [count(toolCalls, "tool call"), ...(modelCalls > 0 ? ofModels : [])].join(", ");
}
