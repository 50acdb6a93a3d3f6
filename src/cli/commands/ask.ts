import type { AcceptFlags, RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import type { Io } from "../io.ts";
import { embeddedNote } from "../planner-note.ts";
import { openPlanwright } from "../settings.ts";

/** Plan a goal, run the plan, print the answer. */
export async function ask(
  words: readonly string[],
  flags: RunFlags & AcceptFlags,
  io: Io,
): Promise<number> {
  const { accept } = flags;
  await using planwright = await openPlanwright(flags);
  return await followRun({
    planwright,
    begin: (options) =>
      planwright.ask(words.join(" "), { ...options, accept: accept && [...accept] }),
    flags,
    io,
    note: embeddedNote(planwright),
  });
}
