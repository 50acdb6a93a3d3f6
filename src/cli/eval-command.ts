import { type Command, InvalidArgumentError, Option } from "commander";
import type { EvalFlags } from "./eval-flags.ts";
import { addJson, addSetup, collect, toCount, toPositive } from "./flags.ts";
import type { Lazily } from "./lazily.ts";

export function addEvalCommand(program: Command, lazily: Lazily): void {
  program.commandsGroup("Measure:");
  const command = program
    .command("eval")
    .description("measure how well goals are planned, or outputs judged, by suites of examples")
    .argument("<suite...>", "suite.yaml, a module NAME.eval.ts, or a folder of suites")
    .option("--limit <n>", "only n examples", toCount)
    .option("--sample <seed>", "draw them at random, the same ones for the same seed", toSeed)
    .option("--repeat <k>", "try each so often, for pass@k and pass^k", toTries)
    .option("--concurrency <n>", "examples at once (default: 4)", toCount)
    .option("--data <dir>", "read the whole data of a public benchmark from here")
    .option("--baseline <file>", "compare with results of before, and fail where they were better")
    .option("--resume <eval>", "go on with one that was stopped, by its id");
  command
    .optionsGroup("Limits:")
    .option("--max-usd <n>", "spend at most so much on models, in all", toPositive)
    .option("--max-tokens <n>", "let models use at most so many tokens, in all", toCount)
    .option("--max-seconds <n>", "stop after so many seconds", toPositive);
  addJson(addSetup(command))
    .option("--html <file>", "write the report as a page, in one file")
    .addOption(
      new Option("--out <file>", "write the results here (default: .planwright/evals/ID.jsonl)"),
    )
    .option("--quiet", "tell nothing but the report and errors");
  // Several stand beside each other.
  const model = command.options.find(({ long }) => long === "--model");
  model?.argParser((name: string, before: unknown) =>
    collect(name, Array.isArray(before) ? before : []),
  );
  if (model !== undefined) {
    model.description = "plan with it: provider:MODEL, or embedded (repeatable)";
  }
  command.action(
    lazily<[string[], EvalFlags]>(async () => (await import("./commands/eval.ts")).evalSuites),
  );
}

/** @throws {InvalidArgumentError} for what is no whole number from 0 */
function toSeed(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("Give a whole number from 0.");
}

/** As many as a suite may say. @throws {InvalidArgumentError} for what is not 1 to 100 */
function toTries(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= 100) return value;
  throw new InvalidArgumentError("Give a whole number from 1 to 100.");
}
