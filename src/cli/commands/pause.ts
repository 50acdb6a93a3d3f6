import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine } from "../io.ts";
import { resumeCommand } from "../next-command.ts";
import { openWithoutModel } from "../settings.ts";

/** Let what runs finish and start nothing new, in a run of another process. */
export async function pause(runId: string, flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const wasRunning = await planwright.pause(runId);
  const toGoOn = `to go on: ${resumeCommand(runId, flags)}`;
  if (flags.json) printJson(io.stdout, await planwright.show(runId));
  else if (wasRunning) printLine(io.stderr, `Its process was told to pause it; ${toGoOn}`);
  else printLine(io.stderr, `The run ${runId} stands still; ${toGoOn}`);
  return 0;
}
