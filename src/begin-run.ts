/** How a run that was prepared begins, or goes on, in this process. */

import type { Clock } from "./base/clock.ts";
import { BatchCounts } from "./batch-counts.ts";
import type { RunSettings } from "./executor/core/settings.ts";
import { summaryOf } from "./executor/core/summary.ts";
import { driveInProcess } from "./executor/drivers/in-process.ts";
import { changesOf, type PlanwrightOptions } from "./options.ts";
import { type Run, type RunListener, RunUnderWay } from "./run.ts";
import { changing, type PreparedRun } from "./run-news.ts";
import { LEASE_MS, type RunStore } from "./run-store.ts";
import { signed } from "./signature.ts";
import type { Worlds } from "./worlds.ts";

export type Begin = (listener: RunListener | undefined, prepare: () => Promise<PreparedRun>) => Run;

type Parts = {
  readonly options: PlanwrightOptions;
  readonly settings: RunSettings;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly worlds: Worlds;
};

export function beginIn({ options, settings, store, clock, worlds }: Parts): Begin {
  const counts = new BatchCounts(store, clock);
  return (listener, prepare) =>
    new RunUnderWay(listener ?? {}, async (watch) => {
      const { state, lease, ...prepared } = await prepare();
      const { runId } = state;
      const changes = changesOf(options, settings);
      const first = prepared.first.map((news) => signed(changing(news, changes)));
      const [journal, world] = [await store.open(), await worlds.open()];
      const before = summaryOf(state);
      const drive = driveInProcess({
        world,
        journal,
        lease,
        leaseMs: LEASE_MS,
        state,
        first,
        listener: watch,
        largeValues: store.largeValues,
      });
      const ended = counts.follow(runId, before, drive.ended);
      return { journal, runId, drive, ended, values: store.valuesIn(journal) };
    });
}
