import type { RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import type { Io } from "../io.ts";
import { openPlanwright } from "../settings.ts";

export type RestartFlags = RunFlags & { readonly from?: readonly string[] };

/** Do a run again, as a whole or from a subtask on. */
export async function restart(runId: string, flags: RestartFlags, io: Io): Promise<number> {
  await using planwright = await openPlanwright(flags);
  const { from } = flags;
  return await followRun({
    planwright,
    begin: (options) => planwright.restart(runId, { ...options, from }),
    flags,
    io,
  });
}
