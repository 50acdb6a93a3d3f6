/** What a benchmark is told on its command line; what makes no sense ends it with exit code 2. */

import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

/** What stands on the command line. */
export function optionsOf<const T extends ParseArgsOptionsConfig>(options: T) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** A whole number from 1. @param flag `--rounds` */
export function countOf(given: string, flag: string): number {
  const count = Number(given);
  if (Number.isInteger(count) && count > 0) return count;
  return refuse(`${flag} must be a whole number from 1, and is ${given}.`);
}

/** Of a list with commas, what is known. @param flag `--engines` */
export function choiceOf(given: string, known: readonly string[], flag: string): string[] {
  const chosen = [...new Set(given.split(",").map((one) => one.trim()))];
  const unknown = chosen.filter((one) => !known.includes(one));
  if (unknown.length === 0) return chosen;
  return refuse(`${flag} knows no ${unknown.join(", ")}. There are ${known.join(", ")}.`);
}
