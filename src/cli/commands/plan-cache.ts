import { oneLine } from "../../plan/text-width.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine, widthOf } from "../io.ts";
import { openWithoutModel } from "../settings.ts";
import { count, localTime } from "../text.ts";

/** List the plans that may be used again. */
export async function listPlanCache(flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel({ ...flags, planCache: true });
  const plans = await planwright.cachedPlans.list();
  if (flags.json) printJson(io.stdout, plans);
  else {
    const rows = plans.map(({ madeAt, planner, plan, goal }) => [
      localTime(madeAt),
      planner,
      count(plan.subtasks.length, "subtask"),
      oneLine(goal),
    ]);
    const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
    for (const line of renderColumns(rows, width)) printLine(io.stdout, line);
  }
  return 0;
}

/** Forget them all. */
export async function clearPlanCache(flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel({ ...flags, planCache: true });
  const removed = await planwright.cachedPlans.clear();
  if (flags.json) printJson(io.stdout, { removed });
  else printLine(io.stderr, `${count(removed, "plan")} removed`);
  return 0;
}
