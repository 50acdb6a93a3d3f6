/**
 * A batch under way in this process: items become runs as there is room for them.
 *
 * The rules B1 and following stand in batch.ts. Here
 * W1. items begin in their order, and end in any;
 * W2. whatever goes wrong with the journal stops the batch: what runs is paused, nothing new
 *     begins, and `result` tells the first error.
 */

import type { Clock } from "./base/clock.ts";
import { InputError, PlanwrightError, toErrorData } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type {
  Batch,
  BatchEventBody,
  BatchListener,
  BatchResult,
  InvalidItem,
  ItemResult,
} from "./batch.ts";
import { Tally } from "./batch-counts.ts";
import type { ItemRuns } from "./batch-items.ts";
import { BatchLog, type LoggedBatch, Places } from "./batch-log.ts";
import type { ResultSink } from "./batch-out.ts";
import { readResults } from "./batch-results.ts";
import type { LargeValues } from "./executor/core/large-value.ts";
import type { RunState } from "./executor/core/state.ts";
import { isFinished } from "./executor/core/status.ts";
import type { Drive } from "./executor/drivers/driver.ts";
import { type ItemSource, inputsOfGiven, inputsOfItem, type SourceEntry } from "./item-source.ts";
import type { ItemRow } from "./journal/journal.ts";
import type { Plan } from "./plan/schema.ts";
import { userName } from "./run.ts";
import { LEASE_MS } from "./run-store.ts";

/** How often requests of other processes are looked for, and the summary is stored. */
const HEARTBEAT_MS = 500;
/** Read a little later what has ended, so that many results are read at once. */
const LAG_MS = 50;

export type PreparedBatch = LoggedBatch & {
  readonly first: BatchEventBody;
  readonly plan: Plan;
  /** Inputs that are the same for all items. */
  readonly constants: JsonObject;
  readonly source: ItemSource;
  /** What somebody gave in the place of items that could not be run. */
  readonly mended: ReadonlyMap<number, Json>;
  readonly itemsAtOnce: number;
  readonly runs: ItemRuns;
  readonly sink: ResultSink | undefined;
  /** Where large outputs are. */
  readonly values: LargeValues;
};

export class BatchUnderWay implements Batch {
  readonly id: Promise<string>;
  readonly #clock: Clock;
  readonly #listener: BatchListener;
  readonly #prepared: Promise<PreparedBatch>;
  readonly #result: Promise<BatchResult>;
  readonly #drives = new Map<number, Drive | undefined>();
  readonly #tally: Tally = new Tally();
  #stopping: "pause" | "cancel" | undefined;
  #error: unknown;
  #isOver = false;
  /** Wait for the source no longer. */
  #abandon = () => {};
  /** Somebody waits for it: an item has ended, or all shall stop. */
  #changed = Promise.withResolvers<void>();
  readonly #sleepers = new Set<() => void>();

  constructor(clock: Clock, listener: BatchListener, prepare: () => Promise<PreparedBatch>) {
    this.#clock = clock;
    this.#listener = listener;
    this.#prepared = prepare();
    this.id = this.#prepared.then(({ lease }) => lease.runId);
    this.#result = this.#prepared
      .then((prepared) => this.#drive(prepared))
      .finally(() => this.#end());
    // Whoever asks for one of these hears of the failure; who does not need not.
    for (const promise of [this.id, this.#result]) promise.catch(() => {});
  }

  result(): Promise<BatchResult> {
    return this.#result;
  }

  get out(): Promise<string | null> {
    return this.#prepared.then(({ sink }) => sink?.path ?? null);
  }

  async *results(): AsyncGenerator<ItemResult> {
    yield* this.#read(await this.#prepared);
  }

  pause(): void {
    this.#stop("pause");
  }

  cancel(): void {
    this.#stop("cancel");
  }

  async #drive(prepared: PreparedBatch): Promise<BatchResult> {
    const log = new BatchLog(prepared, this.#clock, this.#tally);
    await log.add(prepared.first);
    const written = prepared.sink?.write(this.#read(prepared));
    written?.catch((error: unknown) => this.#fail(error));
    const stopHeartbeat = this.#startHeartbeat(prepared, log);
    try {
      await this.#goThrough(prepared);
    } catch (error) {
      this.#fail(error);
    }
    while (this.#drives.size > 0) await this.#changed.promise;
    stopHeartbeat();
    this.#end();
    await written?.catch(() => {});
    if (this.#error !== undefined) throw this.#error;
    const status = this.#tally.statusAtEnd(this.#stopping);
    if (isFinished(status)) await prepared.sink?.finish();
    await log.add({ type: "batch.stopped", status, counts: this.#tally.counts });
    // The batch stands in the journal: a lease that cannot be given back ends by its time.
    await prepared.journal.release(prepared.lease).catch(() => {});
    return { batchId: prepared.lease.runId, ...log.summary };
  }

  #read({ journal, lease, values }: PreparedBatch): AsyncGenerator<ItemResult> {
    const changed = async () => {
      if (this.#isOver) return false;
      await this.#changed.promise;
      if (!this.#isOver) await this.#sleep(LAG_MS);
      return true;
    };
    return readResults({ journal, batchId: lease.runId, values }, changed);
  }

  /** So long, or until the batch is over. */
  #sleep(ms: number): Promise<void> {
    return new Promise((done) => {
      const wake = () => {
        disarm();
        this.#sleepers.delete(wake);
        done();
      };
      const disarm = this.#clock.setTimer(ms, wake);
      this.#sleepers.add(wake);
    });
  }

  async #goThrough(prepared: PreparedBatch): Promise<void> {
    const places = new Places(prepared, prepared.first.type === "batch.started");
    const entries = prepared.source.read()[Symbol.asyncIterator]();
    for (let n = 1; ; n++) {
      while (this.#drives.size >= prepared.itemsAtOnce && !this.#isStopping()) {
        await this.#changed.promise;
      }
      if (this.#isStopping()) break;
      const next = await this.#next(entries);
      if (next === undefined || next.done === true || this.#isStopping()) break;
      const row = await places.at(n);
      const isMended = row?.run === null && prepared.mended.has(n);
      if (row === undefined || isMended) await this.#begin(n, next.value, prepared);
      else this.#take(row, next.value, prepared);
    }
    // Not waited for: a source that is asked for an item may never answer.
    void entries.return?.();
  }

  /** Undefined when it is not wanted any more. */
  #next(entries: AsyncIterator<SourceEntry>): Promise<IteratorResult<SourceEntry> | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<
      IteratorResult<SourceEntry> | undefined
    >();
    this.#abandon = () => resolve(undefined);
    entries.next().then(resolve, reject);
    return promise;
  }

  /** An item that was never begun. */
  async #begin(n: number, entry: SourceEntry, prepared: PreparedBatch): Promise<void> {
    let inputs: JsonObject;
    try {
      inputs = inputsFor(n, entry, prepared);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const text = "broken" in entry ? entry.text : (entry.text ?? JSON.stringify(entry.value));
      const { line } = entry;
      const record: InvalidItem = {
        error: toErrorData(error),
        issues: error.issues,
        at: this.#clock.now(),
        text,
        ...(line !== undefined && { line }),
      };
      await prepared.journal.append(prepared.lease, [], { records: [{ n, record }] });
      this.#tally.end("invalid");
      return this.#tell(prepared);
    }
    this.#follow(n, prepared, () => prepared.runs.begin(prepared.lease, n, inputs));
  }

  /** An item that was begun before. */
  #take(row: ItemRow, entry: SourceEntry, prepared: PreparedBatch): void {
    const ended = this.#tally.addRow(row);
    if (ended || row.run === null) return;
    const { runs } = prepared;
    const { n, run } = row;
    this.#follow(n, prepared, () =>
      run.lastSeq > 0
        ? runs.resume(run.runId)
        : runs.beginAgain(run, inputsFor(n, entry, prepared)),
    );
  }

  #follow(n: number, prepared: PreparedBatch, begin: () => Promise<Drive>): void {
    this.#drives.set(n, undefined);
    const drive = async (): Promise<RunState> => {
      const drive = await begin();
      this.#drives.set(n, drive);
      if (this.#stopping !== undefined) drive.send(stopNews(this.#stopping));
      this.#tell(prepared);
      return drive.ended;
    };
    drive().then(
      (state) => {
        this.#tally.addState(state);
        this.#leave(n, prepared);
      },
      (error: unknown) => {
        this.#fail(error);
        this.#leave(n, prepared);
      },
    );
  }

  #leave(n: number, prepared: PreparedBatch): void {
    this.#drives.delete(n);
    this.#tell(prepared);
    this.#wake();
  }

  #tell({ lease, summary }: PreparedBatch): void {
    this.#listener.progress?.({
      batchId: lease.runId,
      ...summary,
      ...this.#tally.sums(),
      underWay: this.#drives.size,
    });
  }

  #isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  #stop(how: "pause" | "cancel"): void {
    if (this.#isOver || this.#stopping === "cancel") return;
    this.#stopping = how;
    for (const drive of this.#drives.values()) drive?.send(stopNews(how));
    this.#abandon();
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#error ??=
      error instanceof PlanwrightError
        ? error
        : new PlanwrightError("internal.bug", `The batch could not go on: ${String(error)}`, {
            hint: "This is a bug of planwright, or of what gave the items; the batch can be resumed.",
            cause: error,
          });
    this.#stop("pause");
  }

  #end(): void {
    this.#isOver = true;
    for (const wake of this.#sleepers) wake();
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #startHeartbeat({ journal, lease }: PreparedBatch, log: BatchLog): () => void {
    let stop = () => {};
    let isOn = true;
    let renewedAt = this.#clock.now();
    const beat = async () => {
      const now = this.#clock.now();
      if (now - renewedAt >= LEASE_MS / 3) {
        await journal.renew(lease, now, LEASE_MS);
        renewedAt = now;
      }
      for (const { id, request } of await journal.requests(lease.runId)) {
        if (request["type"] === "pause") this.pause();
        if (request["type"] === "cancel") this.cancel();
        await journal.removeRequest(id);
      }
      if (isOn) await log.store();
    };
    const schedule = () => {
      stop = this.#clock.setTimer(HEARTBEAT_MS, () => {
        beat()
          .catch((error: unknown) => this.#fail(error))
          .finally(() => isOn && schedule());
      });
    };
    schedule();
    return () => {
      isOn = false;
      stop();
    };
  }
}

/** @throws {InputError} */
function inputsFor(
  n: number,
  entry: SourceEntry,
  { plan, source, constants, mended }: PreparedBatch,
): JsonObject {
  const given = mended.get(n);
  if (given !== undefined) return inputsOfGiven(plan, given, { n, constants });
  return inputsOfItem({ plan, source }, { entry, n, constants });
}

function stopNews(how: "pause" | "cancel") {
  return { type: `${how}_requested`, by: userName() } as const;
}
