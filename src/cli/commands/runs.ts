import { oneLine } from "../../plan/text-width.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { durationOf, paintStatus, statusText } from "../run-text.ts";
import { openWithoutModel } from "../settings.ts";
import { localTime } from "../text.ts";

const DEFAULT_LIMIT = 20;

type RunsFlags = ReadingFlags & { readonly limit?: number };

/** List runs, newest first. */
export async function runs(flags: RunsFlags, io: Io): Promise<number> {
  const { limit = DEFAULT_LIMIT } = flags;
  await using planwright = await openWithoutModel(flags);
  const list = await planwright.runs({ limit });
  if (flags.json) {
    printJson(io.stdout, list);
    return 0;
  }
  if (list.length === 0) {
    printLine(io.stderr, "There are no runs in this journal yet.");
    return 0;
  }
  const color = colorsFor(io.stdout);
  const rows = list.map((run) => [
    run.runId,
    { text: statusText(run.status, run.reason), paint: paintStatus(run.status, color) },
    run.startedAt === null ? "" : localTime(run.startedAt),
    { text: durationOf(run), align: "right" as const },
    oneLine(run.goal),
  ]);
  const head = ["run", "status", "started", { text: "took", align: "right" as const }, "goal"];
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
  for (const line of renderColumns([head, ...rows], width)) printLine(io.stdout, line);
  return 0;
}
