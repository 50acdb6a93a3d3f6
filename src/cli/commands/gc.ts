import { renderBytes } from "../../base/bytes.ts";
import { oneLine } from "../../plan/text-width.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { paintStatus } from "../run-text.ts";
import { openWithoutModel } from "../settings.ts";
import { count, localTime } from "../text.ts";

export type GcFlags = ReadingFlags & {
  /** Milliseconds. */
  readonly olderThan: number;
};

/** Remove what nobody needs any more, or tell what that would be. */
export async function gc(flags: GcFlags, io: Io): Promise<number> {
  const { olderThan: olderThanMs, yes: isWanted = false } = flags;
  await using planwright = await openWithoutModel(flags);
  const { garbage } = planwright;
  const removed = isWanted ? await garbage.collect({ olderThanMs }) : undefined;
  const found = removed ?? (await garbage.find({ olderThanMs }));
  if (flags.json) {
    printJson(io.stdout, { removed: isWanted, ...found });
    return 0;
  }
  const { runs, blobs } = found;
  if (runs.length > 0) {
    const color = colorsFor(io.stdout);
    const rows = runs.map(({ runId, status, finishedAt, events, bytes, goal }) => [
      runId,
      finishedAt === null ? "never began" : { text: status, paint: paintStatus(status, color) },
      finishedAt === null ? "" : localTime(finishedAt),
      { text: String(events), align: "right" as const },
      { text: renderBytes(bytes), align: "right" as const },
      oneLine(goal),
    ]);
    const head = ["run", "status", "finished", "events", "size", "goal"];
    const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
    for (const line of renderColumns([head, ...rows], width)) printLine(io.stdout, line);
  }
  const size = renderBytes(runs.reduce((sum, { bytes }) => sum + bytes, 0));
  const what = `${count(runs.length, "run")} (${size}) and ${count(blobs.count, "large value")} (${renderBytes(blobs.bytes)})`;
  if (removed === undefined) {
    printLine(io.stderr, `${what} can go; nothing was removed. --yes removes it.`);
    return 0;
  }
  const { freedBytes } = removed;
  const file =
    freedBytes === null
      ? "a run is under way, so the file becomes smaller another time"
      : `the file is ${renderBytes(freedBytes)} smaller`;
  printLine(io.stderr, `${what} removed; ${file}.`);
  return 0;
}
