import type { RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import type { Io } from "../io.ts";
import { readPairs } from "../pairs.ts";
import { openPlanwright } from "../settings.ts";

export type ResumeFlags = RunFlags & {
  /** `id=text` */
  readonly answer?: readonly string[];
};

/** Go on with a run that was paused or interrupted, or answer what its planner asked. */
export async function resume(runId: string, flags: ResumeFlags, io: Io): Promise<number> {
  const answers = flags.answer && Object.fromEntries(readPairs(flags.answer, "--answer"));
  await using planwright = await openPlanwright(flags);
  return followRun({
    planwright,
    begin: (options) => planwright.resume(runId, { ...options, answers }),
    flags,
    io,
  });
}
