/** A run from its start to its end, as a person or a program at the command line sees it. */

import type { Issue } from "../base/errors.ts";
import type { Planwright } from "../planwright.ts";
import type { RunResult } from "../projections/result.ts";
import type { Run, RunListener } from "../run.ts";
import { askApprovals } from "./approvals.ts";
import type { RunFlags } from "./flags.ts";
import { type Io, printJson, printLine } from "./io.ts";
import { openWatch } from "./open-watch.ts";
import { askPerson } from "./questions.ts";
import { exitCodeOfRun, printEnding, printResult } from "./run-ending.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { quietWatch, type Watch } from "./watch.ts";

type Begin = (options: { readonly listener: RunListener }) => Run;

type Following = {
  readonly planwright: Planwright;
  readonly begin: Begin;
  readonly flags: RunFlags;
  readonly io: Io;
  /** A line for the beginning. */
  readonly note?: string | undefined;
};

type Followed = {
  readonly result: RunResult;
  readonly rejections: readonly Issue[];
  /** What the process exits with if a signal stopped it. */
  readonly bySignal: number | undefined;
};

/**
 * Show a run while it goes on, ask the person what the planner asks, then tell what it came to.
 * @returns the exit code
 * @throws {PlanwrightError} when it could not begin, or could not be stored any more
 */
export async function followRun(following: Following): Promise<number> {
  const { flags, io } = following;
  let followed = await followOnce(following);
  while (followed.result.status === "waiting") {
    const further = await followOn(followed, following);
    if (further === undefined) break;
    followed = further;
  }
  const { result, rejections, bySignal } = followed;
  if (flags.json) printJson(io.stdout, result);
  else await printResult(result, flags, io);
  printEnding(result, rejections, flags, io);
  return exitCodeOfRun(result, flags, bySignal);
}

/**
 * Ask the person what a waiting run waits for, and go on with it.
 * @returns undefined when nobody is there to say, or when it wants no word but more to use
 */
async function followOn(followed: Followed, following: Following): Promise<Followed | undefined> {
  const { planwright, flags, io } = following;
  const { runId, reason, questions = [] } = followed.result;
  if (flags.json || flags.events || reason === "budget_exceeded") return undefined;
  if (questions.length > 0) {
    const answers = await askPerson(questions, io);
    if (answers === undefined) return undefined;
    const begin: Begin = (options) => planwright.resume(runId, { ...options, answers });
    return followOnce({ ...following, begin, note: undefined });
  }
  // What waits for a larger budget is not asked for: somebody has to resume it with more.
  if (followed.result.approvals === undefined) return undefined;
  const result = await askApprovals(followed.result, planwright, io);
  if (result === undefined) return undefined;
  if (result.finishedAt !== null) return { ...followed, result };
  const begin: Begin = (options) => planwright.resume(runId, options);
  return followOnce({ ...following, begin, note: undefined });
}

async function followOnce({ begin, flags, io, note }: Following): Promise<Followed> {
  const watch = flags.quiet ? quietWatch(io.stderr) : await openWatch(io.stderr);
  const rejections: Issue[] = [];
  const run = begin({ listener: listenerFor(watch, { flags, io, note, rejections }) });
  using signals = stopOnSignals(run, watch.say);
  try {
    return { result: await run.result(), rejections, bySignal: signals.exitCode };
  } finally {
    watch.end();
  }
}

type Told = Pick<Following, "flags" | "io" | "note"> & { readonly rejections: Issue[] };

/** The watch's listener, which also hears what the ending has to tell. */
function listenerFor(watch: Watch, { flags, io, note, rejections }: Told): RunListener {
  let isFirst = true;
  return {
    ...watch.listener,
    events: (events, state) => {
      if (isFirst && note !== undefined && !flags.quiet) watch.say(note);
      isFirst = false;
      watch.listener.events?.(events, state);
      for (const event of events) {
        if (flags.events) printLine(io.stdout, JSON.stringify(event));
        if (event.type === "plan.rejected") rejections.push(...event.issues);
      }
    },
  };
}
