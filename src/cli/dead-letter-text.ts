/** A dead letter as a page for people. */

import { renderDuration } from "../base/duration.ts";
import { oneLine } from "../plan/text-width.ts";
import type {
  DeadAttempt,
  DeadItem,
  DeadLetter,
  DeadSubtask,
  UpstreamOutput,
} from "../projections/dead-letters.ts";
import { subtaskReasonText } from "../projections/reasons.ts";
import { issueText } from "./failure.ts";
import { colorsFor, type Screen } from "./io.ts";
import { localTime } from "./text.ts";

export function renderLetter(letter: DeadLetter, screen: Screen): string[] {
  return "item" in letter ? itemPage(letter, screen) : subtaskPage(letter, screen);
}

/** Where an item that cannot be run comes from: `docs.jsonl:17`; empty for one of a program. */
export function placeOfItem({ source, line }: DeadItem): string {
  if (source === null) return "";
  return line === undefined ? source : `${source}:${line}`;
}

function itemPage(letter: DeadItem, screen: Screen): string[] {
  const color = colorsFor(screen);
  const { batchId, goal, item, at, error, issues, versions, text } = letter;
  const wrong = issues.length > 0 ? issues : [{ path: "", hint: "", ...error }];
  const place = placeOfItem(letter);
  const retry = `planwright dead-letters retry ${batchId} ${item} --item JSON`;
  return [
    color.bold(`item ${item}`),
    row("Batch", `${batchId}: ${oneLine(goal)}`),
    ...(place === "" ? [] : [row("From", oneLine(place))]),
    row("Since", localTime(at)),
    row("Why", "it cannot be run"),
    ...wrong.map((issue) => `${color.red("error:")} ${issueText(issue, color)}`),
    row("By", versionsText(versions)),
    row("Mend", `${retry}, or discard it`),
    "",
    row("Text", text),
  ];
}

function subtaskPage(letter: DeadSubtask, screen: Screen): string[] {
  const { bold, red, cyan } = colorsFor(screen);
  const { runId, goal, subtask, description, tool, reason, error, at, input } = letter;
  return [
    bold(`${subtask}  ${tool}`),
    ...(description === undefined ? [] : [oneLine(description)]),
    row("Run", `${runId}: ${oneLine(goal)}`),
    row("Since", localTime(at)),
    row("Why", subtaskReasonText(reason, null)),
    `${red("error:")} ${oneLine(error.message)} (${error.code})`,
    ...(error.hint === undefined ? [] : [`${cyan("hint:")} ${oneLine(error.hint)}`]),
    ...listOf("Reads", letter.upstream.map(upstreamText)),
    ...listOf("Skipped", letter.skipped),
    row("By", byText(letter)),
    "",
    ...letter.attempts.flatMap((attempt) => attemptLines(attempt, screen)),
    "",
    row("Input", input === null ? "cannot be computed" : JSON.stringify(input, null, 2)),
  ];
}

function row(name: string, text: string): string {
  return `${name.padEnd(8)} ${text}`;
}

function listOf(name: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [row(name, items.join(", "))];
}

function upstreamText({ subtask, attempt, seq }: UpstreamOutput): string {
  if (seq === null) return `${subtask} (no output)`;
  const source = attempt === null ? "resolved" : `attempt ${attempt}`;
  return `${subtask} (${source}, event ${seq})`;
}

function byText({ revision, versions }: DeadSubtask): string {
  const plan = `plan revision ${revision}`;
  return versions === null ? plan : `${versionsText(versions)}, ${plan}`;
}

function versionsText({ planwright, node, journal }: DeadItem["versions"]): string {
  return `planwright ${planwright}, Node ${node}, journal format ${journal}`;
}

function attemptLines(one: DeadAttempt, screen: Screen): string[] {
  const { attempt, tool, isFallback, startedAt, endedAt, error, stack } = one;
  const { dim } = colorsFor(screen);
  const took = endedAt === null ? "no end known" : renderDuration(endedAt - startedAt);
  const by = isFallback ? `${tool} (fallback)` : tool;
  const said = dim(oneLine(error?.message ?? ""));
  const line = `attempt ${attempt}  ${by}  ${localTime(startedAt)}  ${took}  ${said}`.trimEnd();
  const frames = stack?.split("\n").map((text) => dim(`    ${text.trim()}`)) ?? [];
  return [line, ...frames];
}
