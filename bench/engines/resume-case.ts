/** A graph whose first process is killed, and what must be true once the second has gone on. */

import { chain, layered, seeded } from "../graphs.ts";
import type { TaskGraph } from "./engine.ts";

/** How many subtasks sleep and write; what is beyond them sums up. */
export const COUNT = 40;

/** Subtasks that have ended so long before the kill count as ended: their results could be kept. */
export const GRACE_MS = 200;

export const CASES = {
  "at once": "40 at once, and their sum",
  layers: "40 in 5 layers",
} as const;

export type CaseName = keyof typeof CASES;

export function dependenciesOf(name: CaseName, seed: number): TaskGraph["dependencies"] {
  if (name === "layers") return layered(COUNT, 5, seed).dependencies;
  const { dependencies } = chain(COUNT);
  return [...dependencies.map(() => []), dependencies.map((_, index) => index)];
}

/** By index, the milliseconds that a subtask takes; drawn anew for each process of a run. */
export function sleepsOf(count: number, seed: number, process: 1 | 2): number[] {
  const random = seeded(2 * seed + process);
  return Array.from({ length: count }, () => 100 + Math.round(900 * random()));
}

const SHARE = 1_000_000;

/** Tells whose result it is, and of which inputs. */
export function resultOf(index: number, inputs: readonly number[]): number {
  const hash = inputs.reduce((sum, input, at) => (31 * sum + (at + 1) * input) % SHARE, 7);
  return (index + 1) * SHARE + hash;
}

function expectedResults(dependencies: TaskGraph["dependencies"]): number[] {
  const results: number[] = [];
  for (const [index, list] of dependencies.entries()) {
    const inputs = list.map((from) => results[from] ?? Number.NaN);
    results.push(resultOf(index, inputs));
  }
  return results;
}

/** A line of the log that the subtasks write, each line flushed to the disk. */
export type LogEntry = {
  readonly process: 1 | 2;
  /** It wrote in the middle of its work. */
  readonly what: "began" | "wrote" | "ended";
  readonly index: number;
  readonly at: number;
};

/** What the second process came to. */
export type Ending = {
  /** By index; null where there is none. */
  readonly results: readonly (number | null)[];
  /** How many subtasks it does not run again before a person has decided. */
  readonly held: number;
  /** Why there are no results, or not all. */
  readonly error: string | null;
};

export type Outcome = {
  /** Results that are right, of `of`. */
  readonly right: number;
  readonly of: number;
  /** Results that are those of other subtasks. */
  readonly others: number;
  /** These, and those that were made of wrong inputs. */
  readonly wrong: number;
  /** Subtasks that were worked again although they had ended. */
  readonly endedAgain: number;
  /** The same, of those that were under way at the kill. */
  readonly inFlightAgain: number;
  /** Subtasks that wrote twice. */
  readonly writtenAgain: number;
  /** Subtasks that a person is asked about. */
  readonly held: number;
  readonly hasEnded: boolean;
  readonly error: string | null;
};

export function judge(
  dependencies: TaskGraph["dependencies"],
  log: readonly LogEntry[],
  killedAt: number,
  { results, held, error }: Ending,
): Outcome {
  const expected = expectedResults(dependencies);
  const indices = (process: 1 | 2, what: LogEntry["what"], before = Number.POSITIVE_INFINITY) =>
    new Set(
      log
        .filter((entry) => entry.process === process && entry.what === what && entry.at <= before)
        .map(({ index }) => index),
    );
  const ended = indices(1, "ended", killedAt - GRACE_MS);
  const began = indices(1, "began");
  const again = [...indices(2, "began")].filter((index) => began.has(index));
  const wrote = indices(1, "wrote");
  const endedAgain = again.filter((index) => ended.has(index)).length;
  const whose = (result: number) => Math.floor(result / SHARE) - 1;
  return {
    right: expected.filter((value, index) => results[index] === value).length,
    of: expected.length,
    others: results.filter((value, index) => value !== null && whose(value) !== index).length,
    wrong: expected.filter((value, index) => (results[index] ?? value) !== value).length,
    endedAgain,
    inFlightAgain: again.length - endedAgain,
    writtenAgain: [...indices(2, "wrote")].filter((index) => wrote.has(index)).length,
    held,
    hasEnded: error === null,
    error,
  };
}
