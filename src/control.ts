/** What somebody tells a run from outside: the process that drives it, or itself where none does. */

import type { Clock } from "./base/clock.ts";
import type { Begin } from "./begin-run.ts";
import { fold } from "./executor/core/evolve.ts";
import type { RunState } from "./executor/core/state.ts";
import type { News } from "./executor/drivers/driver.ts";
import type { History } from "./history.ts";
import type { DecideEvaluationOptions, DecideOptions } from "./options.ts";
import type { RunResult } from "./projections/result.ts";
import {
  isDecided,
  requireAwaitedEvaluation,
  requireDecision,
  requireWaitingForApproval,
} from "./requirements.ts";
import { type Run, userName } from "./run.ts";
import { decisionOf, INTERRUPTION } from "./run-news.ts";
import { type RunStore, requireUnfinished } from "./run-store.ts";
import type { Toolbox } from "./toolbox.ts";

type Parts = {
  readonly store: RunStore;
  readonly history: History;
  readonly toolbox: Toolbox;
  readonly clock: Clock;
  readonly begin: Begin;
};

export class Control {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async decide(runId: string, subtask: string, options: DecideOptions): Promise<void> {
    const { store, history, clock } = this.#parts;
    const { row } = await store.find(runId);
    requireUnfinished(row);
    const check = (state: RunState) => requireWaitingForApproval(state, subtask, clock.now());
    check(fold(runId, await history.events(runId)));
    const news = decisionOf(subtask, options);
    const wasHeard = await store.tell(row, { ...news, type: "decide" });
    const events = await history.events(runId);
    // Also by a process that ended when it had stored it, and had not said so.
    if (wasHeard || isDecided(events, news.id)) return requireDecision(events, subtask, news.id);
    // It is for `resume` to go on with what a crash left behind.
    await this.#tellItself(runId, () => [INTERRUPTION, news], check).result();
  }

  async decideEvaluation(runId: string, options: DecideEvaluationOptions): Promise<RunResult> {
    const { decision, by = userName(), note = "" } = options;
    const news = { type: "evaluation_decided", decision, by, note } as const;
    const check = (state: RunState) => requireAwaitedEvaluation(state);
    const { row } = await this.#parts.store.find(runId);
    requireUnfinished(row);
    return this.#tellItself(runId, () => [news], check).result();
  }

  async pause(runId: string): Promise<boolean> {
    const { store } = this.#parts;
    const { row } = await store.find(runId);
    requireUnfinished(row);
    return store.tell(row, { type: "pause", by: userName() });
  }

  async cancel(runId: string): Promise<RunResult | undefined> {
    const { store } = this.#parts;
    const { row } = await store.find(runId);
    const by = userName();
    if (await store.tell(row, { type: "cancel", by })) {
      const { row: after } = await store.find(runId);
      if (after.summary["status"] !== "cancelled") requireUnfinished(after);
      return undefined;
    }
    return this.#tellItself(runId, ({ lifecycle }) => {
      // A crash cut the cancel short; it only has to be completed.
      if (lifecycle.stopping !== null) return [INTERRUPTION];
      return [{ type: "cancel_requested", by }];
    }).result();
  }

  /** For a run that no other process can be told of. */
  #tellItself(
    runId: string,
    newsFor: (state: RunState) => readonly News[],
    check?: (state: RunState) => void,
  ): Run {
    return this.#parts.begin(undefined, async () => {
      await this.#parts.toolbox.open();
      const held = await this.#parts.store.takeOver(runId, check);
      return { ...held, first: newsFor(held.state) };
    });
  }
}
