/** The commands and flags of `planwright dead-letters`. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { CODES } from "../base/errors.ts";
import { closest } from "../plan/closest.ts";
import type { DiscardFlags, ListFlags, ResolveFlags, RetryFlags } from "./commands/dead-letters.ts";
import {
  addJson,
  addLimits,
  addRunOutput,
  addSetup,
  type ReadingFlags,
  toMilliseconds,
} from "./flags.ts";
import type { Lazily } from "./lazily.ts";

/** Why a subtask may have failed for good, or an item. */
const REASONS = ["failed", "interrupted", "denied", "invalid"];

export function addDeadLetterCommands(program: Command, lazily: Lazily): void {
  const letters = program.command("dead-letters").description("work that failed for good");
  const list = letters
    .command("list")
    .description("list what nobody has decided about")
    .argument("[run]", "only of this run, or of this batch");
  addReason(addFilter(addJson(addSetup(list)))).action(
    lazily<[string | undefined, ListFlags]>(
      async () => (await import("./commands/dead-letters.ts")).listDeadLetters,
    ),
  );
  const show = letters
    .command("show")
    .description("show all that is known of one: error, stack, attempts, input")
    .argument("<run>", "its run, or its batch")
    .argument("<subtask>", "its subtask, or the number of the item");
  addJson(addSetup(show)).action(
    lazily<[string, string, ReadingFlags]>(
      async () => (await import("./commands/dead-letters.ts")).showDeadLetter,
    ),
  );
  const retry = letters
    .command("retry")
    .description("try again, and go on with the run from there")
    .argument("[run]", "the run, or the batch")
    .argument("[subtask...]", "all of the run's when left out; in a batch the number of an item")
    .option("--item <json>", "the item as it should have been")
    .option("--note <text>", "what was mended in it, for the record")
    .option("--all", "those of all runs, but for interrupted ones without --reason interrupted");
  addReason(addFilter(addRunOutput(addLimits(addSetup(retry))))).action(
    lazily<[string | undefined, string[], RetryFlags]>(
      async () => (await import("./commands/dead-letters.ts")).retryDeadLetters,
    ),
  );
  const resolve = letters
    .command("resolve")
    .description("say what one came to, and go on with the run from there")
    .argument("<run>", "its run")
    .argument("<subtask>", "its subtask")
    .requiredOption("--output <json>", "what its tool would have given")
    .option("--by <who>", "who says so (default: you)")
    .option("--note <text>", "how you know, for the record");
  addRunOutput(addLimits(addSetup(resolve))).action(
    lazily<[string, string, ResolveFlags]>(
      async () => (await import("./commands/dead-letters.ts")).resolveDeadLetter,
    ),
  );
  const discard = letters
    .command("discard")
    .description("leave one as it is")
    .argument("[run]", "its run, or its batch")
    .argument("[subtask]", "its subtask, or the number of the item")
    .requiredOption("--reason <text>", "why, for the record")
    .option("--all", "those of all runs");
  addFilter(addJson(addSetup(discard)))
    .addOption(new Option("--of-reason <reason>", "only what failed so").choices(REASONS))
    .action(
      lazily<[string | undefined, string | undefined, DiscardFlags]>(
        async () => (await import("./commands/dead-letters.ts")).discardDeadLetters,
      ),
    );
}

function addFilter(command: Command): Command {
  return command
    .optionsGroup("Which:")
    .option("--run <run>", "only of this run, or of this batch")
    .option("--tool <name>", "only of this tool")
    .option("--code <code>", "only with this code of the error, e.g. tool.timeout", toCode)
    .option("--since <duration>", "only what failed in this time, e.g. 2h", toMilliseconds);
}

function addReason(command: Command): Command {
  return command.addOption(new Option("--reason <reason>", "only what failed so").choices(REASONS));
}

/** @throws {InvalidArgumentError} for what no error has */
function toCode(text: string): string {
  if (Object.hasOwn(CODES, text)) return text;
  const near = closest(text, Object.keys(CODES));
  throw new InvalidArgumentError(
    near === undefined ? "Give a code such as tool.failed." : `Did you mean ${near}?`,
  );
}
