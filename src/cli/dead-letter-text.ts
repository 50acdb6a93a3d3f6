/** A dead letter as a page for people. */

import { renderDuration } from "../base/duration.ts";
import { oneLine } from "../plan/text-width.ts";
import type { DeadAttempt, DeadLetter, UpstreamOutput } from "../projections/dead-letters.ts";
import { subtaskReasonText } from "../projections/reasons.ts";
import { colorsFor, type Screen } from "./io.ts";
import { localTime } from "./text.ts";

export function renderLetter(letter: DeadLetter, screen: Screen): string[] {
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
    row("By", versionsText(letter)),
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

function versionsText({ revision, versions }: DeadLetter): string {
  const plan = `plan revision ${revision}`;
  if (versions === null) return plan;
  const { planwright, node, journal } = versions;
  return `planwright ${planwright}, Node ${node}, journal format ${journal}, ${plan}`;
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
