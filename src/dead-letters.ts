/** What somebody decides about work that failed for good, in one run or in all of the journal. */

import type { Clock } from "./base/clock.ts";
import { InputError } from "./base/errors.ts";
import { formatPath, type Json, toJson } from "./base/json.ts";
import type { BatchResult } from "./batch.ts";
import { findBatch, isBatch, runsOf } from "./batch-history.ts";
import type { Begin } from "./begin-run.ts";
import { fold } from "./executor/core/evolve.ts";
import type { RunState } from "./executor/core/state.ts";
import type { News } from "./executor/drivers/driver.ts";
import type { History } from "./history.ts";
import type { InvalidItems } from "./invalid-items.ts";
import type { ResolveOptions, RestartOptions } from "./options.ts";
import type { DeadLetter, DeadLetterFilter, DeadSubtask } from "./projections/dead-letters.ts";
import { openDeadLetters, requireBranch, requireDeadLetters } from "./requirements.ts";
import { type Run, type RunListener, userName } from "./run.ts";
import { INTERRUPTION } from "./run-news.ts";
import type { HeldRun, ListedRun, RunStore } from "./run-store.ts";
import type { Toolbox } from "./toolbox.ts";
import { issueSteps } from "./tools/tool.ts";

/** A batch of which items that cannot be run are decided about. */
export type DecidedBatch = {
  readonly batchId: string;
  /** Those of its items that are meant. */
  readonly items: readonly number[];
  /** The batch as it is then; it may not be to be had, and the others go on. */
  readonly result: Promise<BatchResult>;
};

/** One of several runs whose dead letters are decided about. */
export type DecidedRun = {
  readonly runId: string;
  /** Those of its dead letters that are meant. */
  readonly subtasks: readonly string[];
  /** Under way; it may fail to begin, and the others go on. */
  readonly run: Run;
};

type Parts = {
  readonly store: RunStore;
  readonly history: History;
  readonly toolbox: Toolbox;
  readonly clock: Clock;
  readonly items: InvalidItems;
  readonly begin: Begin;
};

export class DeadLetters {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async list(filter: DeadLetterFilter): Promise<DeadLetter[]> {
    const { deadLettersOf, matchesFilter } = await import("./projections/dead-letters.ts");
    const { history, items } = this.#parts;
    const letters: DeadLetter[] = [];
    const values = await history.largeValues();
    const { runs, batches } = await this.#suspects(filter);
    for (const runId of runs) {
      letters.push(...deadLettersOf(runId, await history.events(runId), values));
    }
    for (const batchId of batches) letters.push(...(await items.list(batchId)));
    return letters.filter((letter) => matchesFilter(letter, filter));
  }

  retry(runId: string, { from, listener }: RestartOptions): Run {
    return this.#parts.begin(listener, async () => {
      const held = await this.#take(runId, from);
      const subtasks = from?.length ? from : openDeadLetters(held.state);
      return { ...held, first: [{ type: "dead_letters_retried", subtasks, by: userName() }] };
    });
  }

  /**
   * Those whose effect may have happened are left alone unless the filter asks for them, and so
   * are items that cannot be run as they are.
   */
  async *retryAll(filter: DeadLetterFilter, listener?: RunListener): AsyncGenerator<DecidedRun> {
    const letters = subtasksOf(await this.list(filter)).filter(
      ({ reason }) => reason !== "interrupted" || filter.reason === "interrupted",
    );
    yield* eachRun(letters, (runId, from) => this.retry(runId, { from, listener }));
  }

  resolve(runId: string, subtask: string, options: ResolveOptions): Run {
    const { output: given, by = userName(), note = "", listener } = options;
    return this.#parts.begin(listener, async () => {
      const tool = await this.#toolOf(runId, subtask);
      const output = await this.#checkOutput(tool, given);
      const values = await this.#parts.history.largeValues();
      const held = await this.#take(runId, [subtask], (state) =>
        requireBranch(state, subtask, output, values),
      );
      return { ...held, first: [{ type: "dead_letter_resolved", subtask, output, by, note }] };
    });
  }

  discard(runId: string, subtasks: readonly string[], note: string): Run {
    const by = userName();
    const type = "dead_letter_discarded";
    return this.#parts.begin(undefined, async () => {
      const held = await this.#take(runId, subtasks);
      const news = subtasks.map((subtask): News => ({ type, subtask, by, note }));
      return { ...held, first: [INTERRUPTION, ...news] };
    });
  }

  async *discardAll(
    filter: DeadLetterFilter,
    note: string,
  ): AsyncGenerator<DecidedRun | DecidedBatch> {
    const letters = await this.list(filter);
    yield* eachRun(subtasksOf(letters), (runId, subtasks) => this.discard(runId, subtasks, note));
    const invalid = letters.filter((letter) => "item" in letter);
    for (const [batchId, list] of Map.groupBy(invalid, (letter) => letter.batchId)) {
      const items = list.map(({ item }) => item);
      const result = this.#parts.items.discard(batchId, items, note);
      yield { batchId, items, result };
      await result.catch(() => {});
    }
  }

  /** What may have some. What is kept beside the events lags behind while a run goes on. */
  async #suspects({ runId }: DeadLetterFilter): Promise<Suspects> {
    const { store, history, items, clock } = this.#parts;
    if (runId === undefined) {
      const runs = [...(await history.runs()), ...(await history.runs({ of: "items" }))];
      return { runs: suspectsOf(runs), batches: await items.suspects() };
    }
    if (!(await isBatch(store, runId))) return { runs: [runId], batches: [] };
    const runs = await runsOf(await findBatch(store, runId), clock.now());
    return { runs: suspectsOf(runs), batches: [runId] };
  }

  /** The tool that was called last. @throws {InputError} `run.unknown`, `dead_letter.unknown` */
  async #toolOf(runId: string, subtask: string): Promise<string> {
    const { deadLettersOf } = await import("./projections/dead-letters.ts");
    const events = await this.#parts.history.events(runId);
    requireDeadLetters(fold(runId, events), [subtask]);
    const letter = deadLettersOf(runId, events).find((one) => one.subtask === subtask);
    return letter?.attempts.at(-1)?.tool ?? letter?.tool ?? "";
  }

  async #take(
    runId: string,
    subtasks: readonly string[] | undefined,
    also?: (state: RunState) => void,
  ): Promise<HeldRun> {
    const { store, toolbox } = this.#parts;
    await toolbox.open();
    const check = (state: RunState) => {
      requireDeadLetters(state, subtasks);
      also?.(state);
    };
    return store.takeOver(runId, check, { mayBeFinished: true });
  }

  /** What the tool would have given. @throws {InputError} `tool.unknown`, `input.invalid` */
  async #checkOutput(name: string, output: Json): Promise<Json> {
    const tool = await this.#parts.toolbox.find(name);
    const checked = await tool.output["~standard"].validate(output);
    if (checked.issues === undefined) return toJson(checked.value);
    const hint = `\`planwright tools show ${name}\` shows what the tool gives.`;
    throw new InputError(
      checked.issues.map((issue) => ({
        code: "input.invalid",
        path: formatPath(["output", ...issueSteps(issue)]),
        message: issue.message,
        hint,
      })),
    );
  }
}

type Suspects = { readonly runs: readonly string[]; readonly batches: readonly string[] };

function suspectsOf(runs: readonly ListedRun[]): string[] {
  return runs
    .filter(
      ({ deadLetters, status, reason }) =>
        deadLetters > 0 || status === "running" || reason === "interrupted",
    )
    .map(({ runId }) => runId);
}

function subtasksOf(letters: readonly DeadLetter[]): DeadSubtask[] {
  return letters.filter((letter) => "subtask" in letter);
}

async function* eachRun(
  letters: readonly DeadSubtask[],
  begin: (runId: string, subtasks: readonly string[]) => Run,
): AsyncGenerator<DecidedRun> {
  for (const [runId, list] of Map.groupBy(letters, (letter) => letter.runId)) {
    const subtasks = list.map(({ subtask }) => subtask);
    const run = begin(runId, subtasks);
    yield { runId, subtasks, run };
    // Whoever asked for it hears how it ended; the next one waits only until it has.
    await run.result().catch(() => {});
  }
}
