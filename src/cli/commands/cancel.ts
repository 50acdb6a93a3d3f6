import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine } from "../io.ts";
import { openWithoutModel } from "../settings.ts";

/** End a run, also one of another process. */
export async function cancel(runId: string, flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const result = await planwright.cancel(runId);
  if (flags.json) printJson(io.stdout, result ?? (await planwright.show(runId)));
  else if (result === undefined) printLine(io.stderr, "Its process was told to cancel it.");
  else printLine(io.stderr, `The run ${runId} is cancelled.`);
  return 0;
}
