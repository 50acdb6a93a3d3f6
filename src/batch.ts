/**
 * Batches: one plan, run for each of many items.
 *
 * B1. Every item of the source gets one place: a run of its own, or a record of why it cannot
 *     be run, until somebody gives it again. None is lost, and none is run twice, however often
 *     the batch is interrupted.
 * B2. No more runs are under way than `itemsAtOnce`, and the source is read only as far as they
 *     need it: nothing is kept in memory of items that have ended or have not begun.
 * B3. What a batch came to follows from the journal alone.
 */

import type { ErrorData, Issue } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type { Usage } from "./executor/core/consumption.ts";
import type { Versions } from "./executor/core/event.ts";
import type { RunStatus } from "./executor/core/status.ts";
import type { ItemsReport } from "./projections/batch-report.ts";

/** A batch under way. */
export interface Batch {
  /** Settles once the batch is in the journal. @throws {PlanwrightError} when it could not begin */
  readonly id: Promise<string>;
  /** The file that its results go to, also in the end of what was interrupted; null for none. */
  readonly out: Promise<string | null>;
  /** Of the items in their order, each as soon as it and all before it have ended. */
  results(): AsyncIterable<ItemResult>;
  /**
   * What it came to. Items that failed are no exception.
   * @throws {InputError} when the input was bad and nothing was run
   * @throws {JournalError} when it could not be stored any more; it can be resumed
   */
  result(): Promise<BatchResult>;
  /** Let running attempts finish and start nothing new; the result then has the status `paused`. */
  pause(): void;
  /** End it: what runs is aborted, and no further item begins. */
  cancel(): void;
}

export interface BatchListener {
  /** Told whenever an item has begun or ended. Must not throw. */
  progress?(progress: BatchProgress): void;
}

export type ItemStatus = "succeeded" | "degraded" | "failed" | "cancelled" | "waiting" | "invalid";

/** How many items came to what; those of which it is not known yet are in none. */
export type ItemCounts = Readonly<Record<ItemStatus, number>>;

/** What lists show of a batch. */
export type BatchSummary = {
  readonly goal: string;
  /** `degraded`: some of its items failed, but not all. */
  readonly status: Exclude<RunStatus, "planning">;
  readonly reason: "interrupted" | null;
  /** The path of its items; null where they were given by a program. */
  readonly source: string | null;
  /** How many items there are; null while that is not known. */
  readonly total: number | null;
  readonly counts: ItemCounts;
  readonly usage: Readonly<Usage>;
  readonly startedAt: number;
  readonly finishedAt: number | null;
};

export type BatchResult = BatchSummary & { readonly batchId: string };
export type BatchReport = Omit<BatchResult, "counts"> & ItemsReport;
export type BatchProgress = BatchResult & { readonly underWay: number };

/** What one item came to. */
export type ItemResult = {
  /** From 1. */
  readonly item: number;
  readonly status: Exclude<ItemStatus, "waiting">;
  /** Null for an item that could not be run. */
  readonly runId: string | null;
  /** One that is large is read when this field is. @throws {JournalError} `blob.missing`, `blob.damaged` */
  readonly output: Json;
  readonly error?: ErrorData;
  /** Of an item that could not be run: how its source has it. */
  readonly text?: string;
  /** And in which line of its file, from 1. */
  readonly line?: number;
};

/** What is kept of an item that cannot be run; early versions kept less. */
export type InvalidItem = Required<Pick<ItemResult, "error" | "text">> &
  Pick<ItemResult, "line"> & {
    /** All that is wrong with it. */
    readonly issues?: readonly Issue[];
    readonly at?: number;
  };

/** The facts of a batch; those of its items are in their runs. */
export type BatchEventBody =
  | {
      readonly type: "batch.started";
      readonly plan: Json;
      /** Inputs that are the same for all items. */
      readonly inputs: JsonObject;
      readonly source: string | null;
      readonly total: number | null;
      /** Of all items; null where they cannot be read twice. */
      readonly digest: string | null;
      readonly skipInvalid: boolean;
      readonly itemsAtOnce: number;
      /** The file of the results. */
      readonly out: string | null;
      readonly by: string;
      readonly versions: Versions;
    }
  | { readonly type: "batch.resumed"; readonly by: string; readonly itemsAtOnce: number }
  | {
      /** It has ended, is paused, or waits for a person. */
      readonly type: "batch.stopped";
      readonly status: BatchSummary["status"];
      readonly counts: ItemCounts;
    }
  | ({
      /** Somebody has decided about an item that cannot be run. */
      readonly type: "batch.dead_letter_resolved";
      readonly item: number;
      /** What the source had. */
      readonly was: InvalidItem;
      readonly by: string;
      /** In the words of who decided. */
      readonly note: string;
      readonly versions: Versions;
    } & (
      | { readonly resolution: "discarded" }
      /** `given`: what is run in its place. */
      | { readonly resolution: "mended"; readonly given: Json }
    ));

export type BatchEvent = BatchEventBody & {
  readonly runId: string;
  readonly seq: number;
  readonly at: number;
};

export const NO_ITEMS: ItemCounts = {
  succeeded: 0,
  degraded: 0,
  failed: 0,
  cancelled: 0,
  waiting: 0,
  invalid: 0,
};
