import { oneLine } from "../../plan/text-width.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { openPlanwright } from "../settings.ts";
import { effectsText } from "../tool-text.ts";

/** List the tools that a plan may use. */
export async function listTools(flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openPlanwright(flags);
  const tools = await planwright.describeTools();
  if (flags.json) {
    printJson(io.stdout, tools);
    return 0;
  }
  const { bold, dim } = colorsFor(io.stdout);
  const rows = tools.map(({ name, effects, description }) => [
    { text: name, paint: bold },
    { text: effectsText(effects), paint: dim },
    oneLine(description),
  ]);
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
  for (const line of renderColumns(rows, width)) printLine(io.stdout, line);
  return 0;
}
