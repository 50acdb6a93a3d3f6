import type { RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import { parseInputs } from "../inputs.ts";
import type { Io } from "../io.ts";
import { loadPlanFile, locateIssues, requireFiles } from "../plan-file.ts";
import { openPlanwright } from "../settings.ts";

export type RunFileFlags = RunFlags & {
  /** `name=value` */
  readonly input?: readonly string[];
};

/** Run a plan file. */
export async function run(file: string, flags: RunFileFlags, io: Io): Promise<number> {
  const parsed = await loadPlanFile(file);
  const inputs = parseInputs(flags.input ?? [], parsed.value);
  await using planwright = await openPlanwright(flags);
  await requireFiles(parsed, planwright);
  try {
    return await followRun({
      planwright,
      begin: (options) => planwright.run(parsed.value, { ...options, inputs }),
      flags,
      io,
    });
  } catch (error) {
    throw locateIssues(error, parsed);
  }
}
