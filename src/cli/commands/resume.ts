import type { RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import type { Io } from "../io.ts";
import { openPlanwright } from "../settings.ts";

/** Go on with a run that was paused or interrupted. */
export async function resume(runId: string, flags: RunFlags, io: Io): Promise<number> {
  await using planwright = await openPlanwright(flags);
  return followRun({ begin: (options) => planwright.resume(runId, options), flags, io });
}
