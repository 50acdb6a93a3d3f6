import { userInfo } from "node:os";
import type { RunEvent } from "./executor/core/event.ts";
import type { LargeValues } from "./executor/core/large-value.ts";
import type { Drive, Listener, News } from "./executor/drivers/driver.ts";
import type { Journal } from "./journal/journal.ts";
import { type RunResult, resultOf } from "./projections/result.ts";

/** What a caller may watch while a run goes on. */
export type RunListener = Listener;

/** A run under way. */
export interface Run {
  /** Settles once the run is in the journal. @throws {PlanwrightError} when it could not begin */
  readonly id: Promise<string>;
  /** Every event of the run, those before the call too, until it ends or is paused. */
  events(): AsyncIterable<RunEvent>;
  /**
   * What it came to. A failed run is a result, not an exception.
   * @throws {InputError} when the input was bad and nothing was run
   * @throws {JournalError} when the run could not be stored any more; it can be resumed
   */
  result(): Promise<RunResult>;
  /** Let running attempts finish and start nothing new; the result then has the status `paused`. */
  pause(): void;
  /** End the run: what runs is aborted. */
  cancel(): void;
}

export type StartedRun = {
  readonly journal: Journal;
  readonly runId: string;
  readonly drive: Drive;
  /** As `drive` says, or when what depends on it is done. */
  readonly ended: Drive["ended"];
  /** Where its large outputs are. */
  readonly values: LargeValues;
};

export class RunUnderWay implements Run {
  readonly id: Promise<string>;
  readonly #started: Promise<StartedRun>;
  readonly #result: Promise<RunResult>;
  #changed = Promise.withResolvers<void>();
  #over = false;

  constructor(listener: RunListener, start: (watch: RunListener) => Promise<StartedRun>) {
    let lastAt = 0;
    this.#started = start({
      ...listener,
      events: (events, state) => {
        lastAt = events.at(-1)?.at ?? lastAt;
        listener.events?.(events, state);
        this.#wake();
      },
    });
    this.id = this.#started.then(({ runId }) => runId);
    this.#result = this.#started
      .then(async ({ ended, values }) => resultOf(await ended, lastAt, values))
      .finally(() => {
        this.#over = true;
        this.#wake();
      });
    // Whoever asks for one of these hears of the failure; who does not need not.
    for (const promise of [this.id, this.#result]) promise.catch(() => {});
  }

  result(): Promise<RunResult> {
    return this.#result;
  }

  async *events(): AsyncGenerator<RunEvent> {
    const { journal, runId } = await this.#started;
    for (let after = 0; ; ) {
      const changed = this.#changed.promise;
      const over = this.#over;
      // Read back rather than kept: however slow the reader, nothing piles up here.
      for (const event of (await journal.read(runId, after)) as RunEvent[]) {
        after = event.seq;
        yield event;
      }
      if (over) return;
      await changed;
    }
  }

  pause(): void {
    this.#send({ type: "pause_requested", by: userName() });
  }

  cancel(): void {
    this.#send({ type: "cancel_requested", by: userName() });
  }

  #send(news: News): void {
    this.#started.then(
      ({ drive }) => drive.send(news),
      () => {},
    );
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

let name: string | undefined;

/** Who asks for things in this process, for the record. */
export function userName(): string {
  name ??= readUserName();
  return name;
}

function readUserName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run under user ids without a name.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
