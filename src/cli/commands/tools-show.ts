import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { openPlanwright } from "../settings.ts";
import { renderTool } from "../tool-text.ts";

/** Show what a tool takes, gives and does. */
export async function showTool(name: string, flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openPlanwright(flags);
  const tool = await planwright.describeTool(name);
  if (flags.json) printJson(io.stdout, tool);
  else {
    const page = { width: widthOf(io.stdout), colors: colorsFor(io.stdout) };
    for (const line of renderTool(tool, page)) printLine(io.stdout, line);
  }
  return 0;
}
