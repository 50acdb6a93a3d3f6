import type { AcceptFlags, ItemFlags, RunFlags } from "../flags.ts";
import { followBatch } from "../follow-batch.ts";
import { followRun } from "../follow-run.ts";
import { parseInputs } from "../inputs.ts";
import type { Io } from "../io.ts";
import { loadPlanFile, locateIssues, requireFiles } from "../plan-file.ts";
import { openPlanwright } from "../settings.ts";

export type RunFileFlags = RunFlags &
  AcceptFlags &
  ItemFlags & {
    /** `name=value` */
    readonly input?: readonly string[];
  };

/** Run a plan file, once or for each of many items. */
export async function run(file: string, flags: RunFileFlags, io: Io): Promise<number> {
  const parsed = await loadPlanFile(file);
  const inputs = parseInputs(flags.input ?? [], parsed.value);
  await using planwright = await openPlanwright(flags);
  await requireFiles(parsed, planwright);
  const { items, itemsAtOnce, skipInvalid, out } = flags;
  const accept = flags.accept && [...flags.accept];
  try {
    if (items !== undefined) {
      const given = { inputs, itemsAtOnce, skipInvalid, out, accept };
      return await followBatch({
        begin: (listener) => planwright.batches.run(parsed.value, items, { ...given, listener }),
        flags,
        io,
      });
    }
    return await followRun({
      planwright,
      begin: (options) => planwright.run(parsed.value, { ...options, inputs, accept }),
      flags,
      io,
    });
  } catch (error) {
    throw locateIssues(error, parsed);
  }
}
