import { renderDuration } from "../../base/duration.ts";
import { oneLine } from "../../plan/text-width.ts";
import { countsText } from "../batch-text.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { paintStatus, statusText } from "../run-text.ts";
import { openWithoutModel } from "../settings.ts";
import { localTime } from "../text.ts";

const DEFAULT_LIMIT = 20;

type BatchesFlags = ReadingFlags & { readonly limit?: number };

/** List batches, newest first. */
export async function batches(flags: BatchesFlags, io: Io): Promise<number> {
  const { limit = DEFAULT_LIMIT } = flags;
  await using planwright = await openWithoutModel(flags);
  const list = await planwright.batches.list({ limit });
  if (flags.json) {
    printJson(io.stdout, list);
    return 0;
  }
  if (list.length === 0) {
    printLine(io.stderr, "There are no batches in this journal yet.");
    return 0;
  }
  const color = colorsFor(io.stdout);
  const rows = list.map((batch) => [
    batch.batchId,
    {
      text: statusText(batch.status, batch.reason),
      paint: paintStatus(batch.status, color),
    },
    localTime(batch.startedAt),
    {
      text: batch.finishedAt === null ? "" : renderDuration(batch.finishedAt - batch.startedAt),
      align: "right" as const,
    },
    countsText(batch.counts),
    oneLine(batch.goal),
  ]);
  const took = { text: "took", align: "right" as const };
  const head = ["batch", "status", "started", took, "items", "goal"];
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
  for (const line of renderColumns([head, ...rows], width)) printLine(io.stdout, line);
  return 0;
}
