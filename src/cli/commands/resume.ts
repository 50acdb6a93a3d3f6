import type { ItemFlags, RunFlags } from "../flags.ts";
import { followBatch } from "../follow-batch.ts";
import { followRun } from "../follow-run.ts";
import type { Io } from "../io.ts";
import { readPairs } from "../pairs.ts";
import { openPlanwright } from "../settings.ts";

export type ResumeFlags = RunFlags &
  Pick<ItemFlags, "itemsAtOnce" | "out"> & {
    /** `id=text` */
    readonly answer?: readonly string[];
  };

/** Go on with a run or a batch that was paused or interrupted, or answer what its planner asked. */
export async function resume(runId: string, flags: ResumeFlags, io: Io): Promise<number> {
  const answers = flags.answer && Object.fromEntries(readPairs(flags.answer, "--answer"));
  await using planwright = await openPlanwright(flags);
  if (await planwright.batches.has(runId)) {
    const { itemsAtOnce, out } = flags;
    return await followBatch({
      begin: (listener) => planwright.batches.resume(runId, { itemsAtOnce, out, listener }),
      flags,
      io,
    });
  }
  return await followRun({
    planwright,
    begin: (options) => planwright.resume(runId, { ...options, answers }),
    flags,
    io,
  });
}
