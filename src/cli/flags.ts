/** Flags that several commands share, as commander reads them. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { isDuration, parseDuration } from "../base/duration.ts";
import type { PlanwrightOptions } from "../planwright.ts";

/** What createPlanwright is told; the names are those of the configuration file, too. */
export type SetupFlags = {
  readonly model?: string;
  readonly plannerModel?: string;
  readonly cheaperModel?: string;
  /** Each judges. */
  readonly evaluatorModel?: string | readonly string[];
  readonly escalationModel?: string;
  /** Ask a person in the end. */
  readonly escalateToPerson?: boolean;
  readonly threshold?: number;
  readonly maxReplans?: number;
  /** Of the configuration file only. */
  readonly combineJudges?: "mean" | "majority";
  readonly record?: string;
  readonly replay?: string;
  readonly modelLimits?: NonNullable<PlanwrightOptions["modelLimits"]>;
  readonly tools?: readonly string[];
  readonly workspace?: string;
  readonly journal?: string;
  readonly planCache?: boolean;
  readonly plannerTools?: number;
  readonly planner?: PlannerSettings;
  readonly allowPrivateHosts?: boolean;
  readonly maxSeconds?: number;
  readonly maxUsd?: number;
  readonly maxTokens?: number;
  readonly maxUsdPerDay?: number;
  readonly maxTokensPerDay?: number;
  readonly maxToolCalls?: number;
  readonly maxModelCalls?: number;
  readonly concurrency?: number;
  /** Of the configuration file only. */
  readonly largeValueBytes?: number;
  readonly approvals?: NonNullable<PlanwrightOptions["approvals"]>;
  readonly yes?: boolean;
  /** Of the configuration file only. */
  readonly pools?: NonNullable<PlanwrightOptions["pools"]>;
  /** Of the configuration file only. */
  readonly toolLimits?: NonNullable<PlanwrightOptions["toolLimits"]>;
  /** Of the configuration file only. */
  readonly deadLetters?: NonNullable<PlanwrightOptions["deadLetters"]>;
};

/** Of the configuration file only. */
export type PlannerSettings = {
  readonly instructions?: string | undefined;
  readonly examples?: NonNullable<PlanwrightOptions["planner"]>["examples"];
  readonly maxRepairs?: number | undefined;
};

/** What the answer must be like. */
export type AcceptFlags = { readonly accept?: readonly string[] };

export type ReadingFlags = SetupFlags & { readonly json?: boolean };

export type RunFlags = ReadingFlags & {
  readonly events?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
};

/** Where models, tools, files and runs are: for every command. */
export function addSetup(command: Command): Command {
  return command
    .optionsGroup("Setup:")
    .addOption(
      new Option("--model <name>", "plan and write with it, e.g. anthropic:MODEL").env(
        "PLANWRIGHT_MODEL",
      ),
    )
    .addOption(
      new Option("--planner-model <name>", "plan with it instead").env("PLANWRIGHT_PLANNER_MODEL"),
    )
    .option("--cheaper-model <name>", "answer with it once 80 % of the budget is used")
    .addOption(
      new Option("--evaluator-model <name>", "judge what comes out with it (repeatable)")
        .env("PLANWRIGHT_EVALUATOR_MODEL")
        .argParser(collectFrom),
    )
    .option(
      "--escalation-model <name>",
      "plan anew with it where the first revision has not helped",
    )
    .option("--record <file>", "add every request to a model, and its answer, to a file")
    .addOption(
      new Option("--replay <file>", "answer from such a file instead of asking a model").conflicts(
        "record",
      ),
    )
    .option("--tools <path>", "module or folder with your tools (repeatable)", collect)
    .addOption(
      new Option(
        "--workspace <dir>",
        "folder that file tools may touch (default: this folder)",
      ).env("PLANWRIGHT_WORKSPACE"),
    )
    .addOption(
      new Option("--journal <url>", "default: sqlite:.planwright/journal.db").env(
        "PLANWRIGHT_JOURNAL",
      ),
    )
    .option("--allow-private-hosts", "let http_fetch reach loopback and private addresses");
}

/** How goals are planned. */
export function addPlanning(command: Command): Command {
  return command
    .optionsGroup("Planning:")
    .option("--planner-tools <n>", "show the model at most so many tools (default: 40)", toCount)
    .option("--plan-cache", "use again a plan made before for the same goal, tools and model");
}

/** What a new run must give, and what follows where it does not. */
export function addEvaluation(command: Command): Command {
  return command
    .optionsGroup("Evaluation:")
    .option(
      "--accept <criterion>",
      "what the answer must be like, in plain words (repeatable)",
      collectText,
    )
    .option("--threshold <score>", "good enough from this score on, 0 to 1 (default: 0.7)", toShare)
    .option(
      "--max-replans <n>",
      "revisions that may follow the plan (default: 2 for goals)",
      toCountOrNone,
    )
    .option("--escalate-to-person", "ask a person where replanning has not helped");
}

/** How far a new run may go. */
export function addLimits(command: Command): Command {
  return command
    .optionsGroup("Limits:")
    .option("--max-seconds <n>", "end the run after so many seconds", toPositive)
    .option("--max-usd <n>", "spend at most so much on models and tools", toPositive)
    .option("--max-tokens <n>", "let models read and write at most so many tokens", toCount)
    .option("--max-tool-calls <n>", "call tools at most so often", toCount)
    .option("--max-model-calls <n>", "ask models at most so often", toCount)
    .option("--max-usd-per-day <n>", "spend at most so much in all runs of a day", toPositive)
    .option("--max-tokens-per-day <n>", "let models use at most so many tokens a day", toCount)
    .option("--concurrency <n>", "attempts at once (default: 16)", toCount)
    .addOption(
      new Option(
        "--approvals <which>",
        "ask before tools that need it, that write, or all",
      ).choices(["declared", "writes", "all"]),
    )
    .option("--yes", "say yes to all that asks for approval");
}

/** One run for each of many items. */
export type ItemFlags = {
  readonly items?: string;
  readonly itemsAtOnce?: number;
  readonly skipInvalid?: boolean;
  readonly out?: string;
};

export function addItems(command: Command): Command {
  return addItemsOutput(
    command
      .optionsGroup("Many items:")
      .addOption(
        new Option(
          "--items <path>",
          "run it for each line (.jsonl), row (.csv) or file (folder, pattern)",
        ).conflicts("events"),
      )
      .option("--skip-invalid", "go on without items that cannot be read or do not fit"),
  );
}

/** Also for a batch that goes on. */
export function addItemsOutput(command: Command): Command {
  return command
    .optionsGroup("Many items:")
    .option("--items-at-once <n>", "items whose runs are under way at once (default: 64)", toCount)
    .option("--out <file>", "write the results of the items to a file instead of stdout");
}

/** What a run shows while it goes on, and what it leaves on stdout. */
export function addRunOutput(command: Command): Command {
  return addQuiet(addJson(command))
    .addOption(
      new Option(
        "--events",
        "print the journal's events as they happen, one JSON per line",
      ).conflicts("json"),
    )
    .option("--strict", "exit with 3 when the result is degraded");
}

export function addJson(command: Command): Command {
  return command.optionsGroup("Output:").option("--json", "print one JSON value on stdout");
}

export function addQuiet(command: Command): Command {
  return command.option("--quiet", "print nothing but the answer and errors");
}

/** @throws {InvalidArgumentError} for what is no number greater than 0 */
export function toPositive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a number greater than 0.");
}

/** @throws {InvalidArgumentError} for what is no whole number from 1 */
export function toCount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Give a whole number from 1.");
}

/** @throws {InvalidArgumentError} for what is no whole number from 0 */
function toCountOrNone(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Give a whole number, 0 for none.");
}

/** @throws {InvalidArgumentError} for what is no number from 0 to 1 */
function toShare(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Give a number from 0 to 1.");
}

/** @throws {InvalidArgumentError} for what is no duration */
export function toMilliseconds(text: string): number {
  if (isDuration(text)) return parseDuration(text);
  throw new InvalidArgumentError("Write a number and a unit: 30m, 2h or 7d.");
}

export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** @throws {InvalidArgumentError} for an empty text */
function collectText(value: string, before?: readonly string[]): string[] {
  if (value.trim() === "") throw new InvalidArgumentError("Say what the answer must be like.");
  return collect(value, before);
}

/** The same where an environment variable may come before. */
function collectFrom(value: string, before: unknown): string[] {
  return collect(value, Array.isArray(before) ? before : []);
}
