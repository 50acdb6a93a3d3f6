/** Work that failed for good: look at it, and decide about it. */

import { inputError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { oneLine } from "../../plan/text-width.ts";
import type { Planwright } from "../../planwright.ts";
import type { DeadLetter, DeadLetterFilter } from "../../projections/dead-letters.ts";
import { renderColumns } from "../columns.ts";
import { placeOfItem, renderLetter } from "../dead-letter-text.ts";
import { followDecisions } from "../decisions.ts";
import type { ReadingFlags, RunFlags } from "../flags.ts";
import { followRun } from "../follow-run.ts";
import { type Io, printJson, printLine, printText, widthOf } from "../io.ts";
import { exitCodeOfRun } from "../run-ending.ts";
import { openPlanwright, openWithoutModel } from "../settings.ts";
import { count, localTime } from "../text.ts";

type Reason = NonNullable<DeadLetterFilter["reason"]>;

type FilterFlags = {
  readonly run?: string;
  readonly tool?: string;
  readonly code?: string;
  /** Milliseconds before now. */
  readonly since?: number;
};

export type ListFlags = ReadingFlags & FilterFlags & { readonly reason?: Reason };

export type RetryFlags = RunFlags &
  FilterFlags & {
    readonly reason?: Reason;
    readonly all?: boolean;
    /** The item as it should have been, as JSON. */
    readonly item?: string;
    readonly note?: string;
  };

export type ResolveFlags = RunFlags & {
  readonly output: string;
  readonly by?: string;
  readonly note?: string;
};

export type DiscardFlags = ReadingFlags &
  FilterFlags & {
    /** Why it is discarded. */
    readonly reason: string;
    readonly ofReason?: Reason;
    readonly all?: boolean;
  };

/** List them, of all runs or of one. */
export async function listDeadLetters(
  runId: string | undefined,
  flags: ListFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const filter = filterOf(flags, flags.reason);
  const letters = await planwright.deadLetters({ ...filter, runId: runId ?? filter.runId });
  if (flags.json) printJson(io.stdout, letters);
  else if (letters.length === 0) printLine(io.stderr, "There are no dead letters.");
  else {
    const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
    const hasItems = letters.some((letter) => "item" in letter);
    const names = hasItems ? ["run or batch", "subtask or item"] : ["run", "subtask"];
    const head = [...names, "tool", "when", "error"];
    for (const line of renderColumns([head, ...letters.map(rowOf)], width)) {
      printLine(io.stdout, line);
    }
  }
  return 0;
}

function rowOf(letter: DeadLetter): string[] {
  const { at, error } = letter;
  const when = localTime(at);
  if ("subtask" in letter) {
    const { runId, subtask, tool } = letter;
    return [runId, subtask, tool, when, oneLine(error.message)];
  }
  const { batchId, item } = letter;
  const place = placeOfItem(letter);
  const text = place === "" ? error.message : `${place}: ${error.message}`;
  return [batchId, String(item), "", when, oneLine(text)];
}

/** Show all that is known of one. */
export async function showDeadLetter(
  runId: string,
  subtask: string,
  flags: ReadingFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const letters = await planwright.deadLetters({ runId });
  const letter = letters.find((one) =>
    "item" in one ? one.item === itemOf(subtask) : one.runId === runId && one.subtask === subtask,
  );
  if (letter === undefined) {
    const message = `${runId} has no dead letter ${subtask}.`;
    throw inputError("dead_letter.unknown", message, "`planwright dead-letters list` lists them.");
  }
  if (flags.json) printJson(io.stdout, letter);
  else printText(io.stdout, renderLetter(letter, io.stdout).join("\n"));
  return 0;
}

/** Try them again, and all that follows from them. */
export async function retryDeadLetters(
  runId: string | undefined,
  subtasks: readonly string[],
  flags: RetryFlags,
  io: Io,
): Promise<number> {
  if (flags.all) return retryAll(runId, flags, io);
  const run = requireRun(runId, flags, flags.reason);
  const [subtask] = subtasks;
  const item = subtask === undefined ? undefined : itemOf(subtask);
  if (item !== undefined || flags.item !== undefined) {
    return retryItem(run, requireOneItem(item, subtasks), flags, io);
  }
  await using planwright = await openPlanwright(flags);
  if (subtask === undefined) await refuseBatch(planwright, run);
  const from = subtask === undefined ? undefined : subtasks;
  return await followRun({
    planwright,
    begin: (options) => planwright.retryDeadLetters(run, { ...options, from }),
    flags,
    io,
  });
}

/** Give an item of a batch as it should have been. */
async function retryItem(
  batchId: string,
  item: number,
  flags: RetryFlags,
  io: Io,
): Promise<number> {
  const given = flags.item === undefined ? undefined : readJson("item", flags.item);
  const { note } = flags;
  await using planwright = await openPlanwright(flags);
  const { invalidItems } = planwright.batches;
  return await followRun({
    planwright,
    begin: (options) => invalidItems.retry(batchId, item, { ...options, item: given, note }),
    flags,
    io,
  });
}

async function retryAll(runId: string | undefined, flags: RetryFlags, io: Io): Promise<number> {
  requireNoRun(runId);
  await using planwright = await openPlanwright(flags);
  const filter = filterOf(flags, flags.reason);
  const code = await followDecisions({
    begin: (listener) => planwright.retryAllDeadLetters(filter, { listener }),
    what: "retried",
    codeOf: (result) => exitCodeOfRun(result, flags, undefined),
    flags,
    io,
  });
  if (!flags.json) await tellLeftAlone(planwright, filter, io);
  return code;
}

async function tellLeftAlone(
  planwright: Planwright,
  filter: DeadLetterFilter,
  io: Io,
): Promise<void> {
  const tell = async (reason: Reason, what: string, why: string) => {
    if ((filter.reason ?? reason) !== reason) return;
    const { length } = await planwright.deadLetters({ ...filter, reason });
    if (length > 0) printLine(io.stderr, `${count(length, what)} left alone; ${why}`);
  };
  if (filter.reason === undefined) {
    await tell(
      "interrupted",
      "interrupted dead letter",
      "their effects may have happened: resolve them, or retry with --reason interrupted",
    );
  }
  await tell(
    "invalid",
    "invalid item",
    "give each as it should have been: retry BATCH ITEM --item JSON",
  );
}

/** Say what one came to. */
export async function resolveDeadLetter(
  runId: string,
  subtask: string,
  flags: ResolveFlags,
  io: Io,
): Promise<number> {
  const { by, note } = flags;
  const output = readJson("output", flags.output);
  if (itemOf(subtask) !== undefined) throw notResolvable(runId, subtask);
  await using planwright = await openPlanwright(flags);
  return await followRun({
    planwright,
    begin: (options) =>
      planwright.resolveDeadLetter(runId, subtask, { ...options, output, by, note }),
    flags,
    io,
  });
}

/** Leave one as it is, or all. */
export async function discardDeadLetters(
  runId: string | undefined,
  subtask: string | undefined,
  flags: DiscardFlags,
  io: Io,
): Promise<number> {
  if (flags.all) return discardAll(runId, flags, io);
  const run = requireRun(runId, flags, flags.ofReason);
  if (subtask === undefined) {
    const hint = `\`planwright dead-letters list ${run}\` lists them.`;
    throw inputError("input.missing", "The subtask is missing, or the item.", hint);
  }
  await using planwright = await openWithoutModel(flags);
  const item = itemOf(subtask);
  if (item === undefined) await planwright.discardDeadLetter(run, subtask, flags.reason);
  else await planwright.batches.invalidItems.discard(run, [item], flags.reason);
  const what = item === undefined ? { runId: run, subtask } : { batchId: run, item };
  if (flags.json) printJson(io.stdout, { ...what, discarded: true });
  else printLine(io.stderr, `The dead letter ${subtask} of ${run} is discarded.`);
  return 0;
}

async function discardAll(runId: string | undefined, flags: DiscardFlags, io: Io): Promise<number> {
  requireNoRun(runId);
  await using planwright = await openWithoutModel(flags);
  const filter = filterOf(flags, flags.ofReason);
  return await followDecisions({
    begin: () => planwright.discardAllDeadLetters(filter, flags.reason),
    what: "discarded",
    // That the run failed is known; what was asked for is done.
    codeOf: () => 0,
    flags,
    io,
  });
}

function filterOf({ run, tool, code, since }: FilterFlags, reason?: Reason): DeadLetterFilter {
  const ago = since === undefined ? undefined : Date.now() - since;
  return { runId: run, tool, code, since: ago, reason };
}

/** @throws {InputError} `input.missing`, `input.invalid` */
function requireRun(runId: string | undefined, flags: FilterFlags, reason?: Reason): string {
  const narrowed = Object.values(filterOf(flags, reason)).some((value) => value !== undefined);
  if (runId !== undefined && !narrowed) return runId;
  if (runId === undefined) {
    throw inputError("input.missing", "The run is missing.", "Name a run, or write --all.");
  }
  const hint = "Write --all instead of the run; --run narrows it to one.";
  throw inputError("input.invalid", "A filter is given, and a run.", hint);
}

/** @throws {InputError} `input.invalid` */
function requireNoRun(runId: string | undefined): void {
  if (runId === undefined) return;
  const hint = `Write --run ${runId} to narrow it to this run, or leave --all out.`;
  throw inputError("input.invalid", "--all is given, and a run.", hint);
}

/** Its number, if that is what the word is: no subtask's name begins with a digit. */
function itemOf(word: string): number | undefined {
  return /^\d+$/.test(word) ? Number(word) : undefined;
}

/** @throws {InputError} `input.missing`, `input.invalid` */
function requireOneItem(item: number | undefined, words: readonly string[]): number {
  if (item !== undefined && words.length === 1) return item;
  const hint = "Write `planwright dead-letters retry BATCH ITEM --item JSON`, one item at a time.";
  if (words.length === 0) throw inputError("input.missing", "The item is missing.", hint);
  const message = `${words.join(" ")} is not the number of an item.`;
  throw inputError("input.invalid", message, hint, "item");
}

/** @throws {InputError} `input.missing` for a batch, which has no dead letters to be tried again at once */
async function refuseBatch(planwright: Planwright, id: string): Promise<void> {
  if (!(await planwright.batches.has(id))) return;
  const hint = `Write --all --run ${id} to try all again that failed in it, or name an item and give it: --item JSON.`;
  throw inputError("input.missing", `${id} is a batch, and the item is missing.`, hint);
}

function notResolvable(batchId: string, item: string) {
  const message = `Item ${item} of ${batchId} has no tool that could have given an output.`;
  const hint = `Give the item as it should have been: \`planwright dead-letters retry ${batchId} ${item} --item JSON\`.`;
  return inputError("input.invalid", message, hint, "item");
}

/** @throws {InputError} `input.invalid` */
function readJson(flag: "output" | "item", text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const hint = 'Write e.g. {"paid": 5}, or "text" with its quotes.';
    throw inputError("input.invalid", `--${flag} is no JSON.`, hint, flag);
  }
}
