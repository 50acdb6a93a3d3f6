/** A process that makes calls on a journal for a test, and answers what each came to. */

import { toErrorData } from "../../src/base/errors.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import type { SqliteJournalOptions } from "../../src/journal/sqlite-file.ts";
import { waitUntil } from "../moment.ts";

type Methods = Omit<Journal, "blobs">;

export type JournalCall = {
  [M in keyof Methods]: readonly [method: M, ...args: Parameters<Methods[M]>];
}[keyof Methods];

export interface Order {
  readonly path: string;
  readonly options?: SqliteJournalOptions;
  readonly calls: readonly JournalCall[];
  /** When to begin, so that several processes do it together… */
  readonly startAt: number;
  /** … and how long after it each further call begins, so that they meet at every one. */
  readonly everyMs: number;
  /** Go on as this user, for what root could do anyway. */
  readonly userId?: number;
}

/** The value of a call (null for none), or the code of its error. */
export type Outcome = { readonly value: unknown } | { readonly code: string };

process.on("message", async (order: Order) => {
  if (order.userId !== undefined) process.seteuid?.(order.userId);
  await waitUntil(order.startAt);
  process.send?.(await play(order));
});
process.send?.("ready");

/** @returns one outcome for each call; just the one of opening the journal if that failed */
async function play({ path, options, calls, startAt, everyMs }: Order): Promise<Outcome[]> {
  let journal: Journal;
  try {
    journal = openSqliteJournal(path, options);
  } catch (error) {
    return [{ code: toErrorData(error).code }];
  }
  const outcomes: Outcome[] = [];
  for (const [k, [method, ...args]] of calls.entries()) {
    await waitUntil(startAt + (k + 1) * everyMs);
    const call = journal[method] as (...args: unknown[]) => Promise<unknown>;
    outcomes.push(
      await call.apply(journal, args).then(
        (value) => ({ value: value ?? null }),
        (error) => ({ code: toErrorData(error).code }),
      ),
    );
  }
  await journal.close();
  return outcomes;
}
