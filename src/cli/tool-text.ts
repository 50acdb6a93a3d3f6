/** A tool as a page of text. */

import { renderDuration } from "../base/duration.ts";
import { displayWidth, oneLine } from "../plan/text-width.ts";
import type { ToolPage } from "../planwright.ts";
import type { Colors } from "./io.ts";

type Field = ToolPage["input"][number];
type Page = { readonly width: number; readonly colors: Colors };

export function renderTool(tool: ToolPage, page: Page): string[] {
  const { name, description, effects, idempotent, trust } = tool;
  const marks = [
    effectsText(effects),
    ...(idempotent ? ["may be repeated"] : []),
    ...(trust === "untrusted" ? ["its output comes from outside"] : []),
  ];
  return [
    `${page.colors.bold(name)}  ${page.colors.dim(marks.join(", "))}`,
    ...wrap(description, page.width),
    ...renderFields("Input", tool.input, page),
    ...renderFields("Output", tool.output, page),
    "",
    page.colors.bold("Timeout"),
    ...wrap(timeoutText(tool), page.width - 2).map((line) => `  ${line}`),
  ];
}

function timeoutText({ timeout, durations }: ToolPage): string {
  const limit = `${renderDuration(timeout.ms)}${timeout.adaptive ? ", adaptive" : ""}`;
  if (durations === null) return `${limit}; no call is known yet`;
  const { calls, p50Ms, p99Ms } = durations;
  const [half, slow] = [p50Ms, p99Ms].map((ms) => renderDuration(Math.round(ms)));
  return `${limit}; of ${Math.round(calls)} ${calls === 1 ? "call" : "calls"} half took up to ${half}, 99 % up to ${slow}`;
}

/** What a call does to the world, in a word. */
export function effectsText(effects: ToolPage["effects"]): string {
  return effects === "none" ? "computes" : `${effects}s`;
}

function renderFields(title: string, fields: readonly Field[], { width, colors }: Page): string[] {
  if (fields.length === 0) return [];
  return [
    "",
    colors.bold(title),
    ...fields.flatMap(({ name, type, required, description }) => {
      const [first = "", ...more] = wrap(`${name}${required ? "" : "?"}: ${type}`, width - 4);
      return [
        `  ${colors.cyan(name)}${first.slice(name.length)}`,
        ...[...more, ...wrap(description, width - 4)].map((line) => `    ${line}`),
      ];
    }),
  ];
}

/** The text in lines of whole words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text).split(" ")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
