import { renderDuration } from "../../base/duration.ts";
import { oneLine } from "../../plan/text-width.ts";
import { timelineOf } from "../../projections/timeline.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine, widthOf } from "../io.ts";
import { openWithoutModel } from "../settings.ts";

/** List all that happened in a run. */
export async function events(runId: string, flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const list = await planwright.events(runId);
  if (flags.json) {
    printJson(io.stdout, list);
    return 0;
  }
  const rows = timelineOf(list).map(({ offsetMs, type, subtask, detail }) => [
    { text: `+${renderDuration(offsetMs)}`, align: "right" as const },
    type,
    subtask ?? "",
    oneLine(detail),
  ]);
  // Outputs may be long: cut for a terminal, whole for programs.
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
  for (const line of renderColumns(rows, width)) printLine(io.stdout, line);
  return 0;
}
