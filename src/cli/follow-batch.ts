/** A batch from its start to its end, as a person or a program at the command line sees it. */

import { setFlagsFromString } from "node:v8";
import { renderDuration } from "../base/duration.ts";
import type { Batch, BatchProgress, BatchResult } from "../planwright.ts";
import { countsText } from "./batch-text.ts";
import { openBatchWatch } from "./batch-watch.ts";
import type { ItemFlags, RunFlags } from "./flags.ts";
import { colorsFor, type Io, printJson, printLine } from "./io.ts";
import { deadLettersCommand, reportCommand, resumeCommand } from "./next-command.ts";
import { exitCodeOfRun } from "./run-ending.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { count } from "./text.ts";

type Flags = RunFlags & ItemFlags;

type Following = {
  readonly begin: (listener: { progress(progress: BatchProgress): void }) => Batch;
  readonly flags: Flags;
  readonly io: Io;
};

/**
 * Show a batch while it goes on; results go to stdout unless they go to a file.
 * @returns the exit code
 * @throws {PlanwrightError} when it could not begin, or could not be stored any more
 */
export async function followBatch({ begin, flags, io }: Following): Promise<number> {
  // Nothing of an item lives long: what a heap grows by in large steps would be garbage.
  setFlagsFromString("--heap-growing-percent=30");
  const watch = await openBatchWatch(io.stderr, flags);
  const batch = begin({ progress: watch.progress });
  using signals = stopOnSignals(batch, watch.say);
  let result: BatchResult;
  try {
    if (!flags.json && (await batch.out) === null) {
      for await (const item of batch.results()) printLine(io.stdout, JSON.stringify(item));
    }
    result = await batch.result();
  } finally {
    watch.end();
  }
  if (flags.json) printJson(io.stdout, result);
  printEnding(result, flags, io);
  return exitCodeOfRun({ status: result.status }, flags, signals.exitCode);
}

function printEnding(result: BatchResult, flags: Flags, io: Io): void {
  const { batchId, status, counts, total, startedAt, finishedAt } = result;
  const color = colorsFor(io.stderr);
  const say = (line: string) => printLine(io.stderr, line);
  if (!flags.quiet) {
    const took = finishedAt === null ? "" : ` in ${renderDuration(finishedAt - startedAt)}`;
    const of = total === null ? "" : ` of ${count(total, "item")}`;
    say(`${countsText(counts)}${of}${took}`);
  }
  if (status === "paused") say(`paused; to go on: ${resumeCommand(batchId, flags)}`);
  if (status === "waiting") {
    say(`waiting: some items need somebody; then: ${resumeCommand(batchId, flags)}`);
  }
  if (status === "cancelled") say("cancelled");
  if (flags.journal === "memory:" || (flags.quiet && counts.failed + counts.invalid === 0)) return;
  say(`${color.dim("more:")} ${reportCommand(batchId, flags)}`);
  if (counts.failed + counts.invalid > 0) {
    say(`${color.dim("to decide:")} ${deadLettersCommand(batchId, flags)}`);
  }
}
