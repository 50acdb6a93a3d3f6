/** The commands and their flags; what a command does is in a file of its own, loaded when called. */

import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { type ErrorCode, type InputError, inputError } from "../base/errors.ts";
import type { DecideFlags } from "./commands/decide.ts";
import type { GcFlags } from "./commands/gc.ts";
import type { PlanFlags } from "./commands/plan.ts";
import type { ReportFlags } from "./commands/report.ts";
import type { RestartFlags } from "./commands/restart.ts";
import type { ResumeFlags } from "./commands/resume.ts";
import type { RunFileFlags } from "./commands/run.ts";
import type { ShowFlags } from "./commands/show.ts";
import type { ValidateFlags } from "./commands/validate.ts";
import { addDeadLetterCommands } from "./dead-letter-commands.ts";
import { addEvalCommand } from "./eval-command.ts";
import { printFailure, printFailureJson } from "./failure.ts";
import {
  type AcceptFlags,
  addEvaluation,
  addItems,
  addItemsOutput,
  addJson,
  addLimits,
  addPlanning,
  addQuiet,
  addRunOutput,
  addSetup,
  collect,
  type ReadingFlags,
  type RunFlags,
  toCount,
  toMilliseconds,
} from "./flags.ts";
import { colorsFor, type Io, widthOf } from "./io.ts";
import type { Act, Lazily } from "./lazily.ts";

const EXAMPLES = `
Examples:
  $ planwright ask "Count the words of README.md"
  $ planwright plan "Which files in src mention a timeout?" --out plan.yaml
  $ planwright run plan.yaml --input year=2026 --json

Exit codes:
  0 succeeded, or degraded     5 waiting for a person
  1 failed                     6 cancelled
  2 bad usage or input         130 stopped by Ctrl-C, can be resumed
  3 degraded, with --strict    4 budget used up`;

/**
 * Do what the arguments say.
 * @param argv without the program's name
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const lazily: Lazily =
    <Args extends unknown[]>(load: () => Promise<Act<[...Args, Io]>>) =>
    async (...args: [...Args, Command]) => {
      const act = await load();
      // The last one is commander's own.
      code = await act(...(args.slice(0, -1) as Args), io);
    };
  try {
    await createProgram(io, lazily).parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (isHelp(error)) return error.code === "commander.help" ? 2 : 0;
    const failure = error instanceof CommanderError ? usageError(error) : error;
    return wantsJson(argv) ? printFailureJson(io, failure) : printFailure(io, failure);
  }
}

function createProgram(io: Io, lazily: Lazily): Command {
  const program = new Command("planwright")
    .description("Turns a goal into a checked plan of tool calls, and runs it.")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Errors of usage are told like all others.
      outputError: () => {},
      getOutHelpWidth: () => widthOf(io.stdout),
      getErrHelpWidth: () => widthOf(io.stderr),
    })
    .configureHelp({ styleTitle: (title) => colorsFor(io.stdout).bold(title) });
  addGoalCommands(program, lazily);
  addHistoryCommands(program, lazily);
  addLifecycleCommands(program, lazily);
  addDeadLetterCommands(program, lazily);
  addAuditCommands(program, lazily);
  addGcCommand(program, lazily);
  addEvalCommand(program, lazily);
  addSetupCommands(program, lazily);
  return program;
}

function addGoalCommands(program: Command, lazily: Lazily): void {
  program.commandsGroup("Plan and run:");
  const ask = program
    .command("ask")
    .description("plan a goal, run the plan, print the answer")
    .argument("<goal...>", "what you want, in plain language");
  addRunOutput(addLimits(addEvaluation(addPlanning(addSetup(ask))))).action(
    lazily<[string[], RunFlags & AcceptFlags]>(async () => (await import("./commands/ask.ts")).ask),
  );

  const plan = program
    .command("plan")
    .description("plan a goal and run nothing, or compare revisions of plans")
    .argument("[goal...]", "what you want, in plain language; with --diff, RUN:REVISION")
    .option("--diff <revision>", "what changed from this revision, RUN:1, to another, RUN:2");
  addPlanning(addSetup(plan))
    .optionsGroup("Output:")
    .addOption(
      new Option("--format <format>", "how to show the plan (default: table)")
        .choices(["table", "json", "yaml", "mermaid"])
        .conflicts("json"),
    )
    .option("--out <file>", "write the plan to a file: .yaml, .json or .mmd")
    .option("--json", "the same as --format json")
    .option("--show-prompt", "print what the model would be asked, and ask nobody");
  addQuiet(plan).action(
    lazily<[string[], PlanFlags]>(async () => (await import("./commands/plan.ts")).plan),
  );

  const run = program
    .command("run")
    .description("run a plan file, once or for each of many items")
    .argument("<file>", "YAML or JSON")
    .option("--input <name=value>", "value of an input of the plan (repeatable)", collect);
  addItems(addRunOutput(addLimits(addEvaluation(addSetup(run))))).action(
    lazily<[string, RunFileFlags]>(async () => (await import("./commands/run.ts")).run),
  );

  const validate = program
    .command("validate")
    .description("tell all that is wrong with a plan file, or draw it, and run nothing")
    .argument("<file>", "YAML or JSON")
    .addOption(
      new Option("--format <format>", "draw it if nothing is wrong")
        .choices(["table", "mermaid"])
        .conflicts("json"),
    );
  addJson(addSetup(validate)).action(
    lazily<[string, ValidateFlags]>(async () => (await import("./commands/validate.ts")).validate),
  );
}

function addHistoryCommands(program: Command, lazily: Lazily): void {
  program.commandsGroup("Look back:");
  const runs = program
    .command("runs")
    .description("list runs, newest first")
    .option("--limit <n>", "at most so many (default: 20)", toCount);
  addJson(addSetup(runs)).action(
    lazily<[ReadingFlags & { limit?: number }]>(
      async () => (await import("./commands/runs.ts")).runs,
    ),
  );

  const show = program
    .command("show")
    .description("show what a run did and what it came to")
    .argument("[run]", "its id, as `planwright runs` lists it")
    .option("--branches", "how the routes of its plan (or of the newest) decided, in all its runs");
  addJson(addSetup(show)).action(
    lazily<[string | undefined, ShowFlags]>(async () => (await import("./commands/show.ts")).show),
  );

  const batches = program
    .command("batches")
    .description("list batches (one run for each of many items), newest first")
    .option("--limit <n>", "at most so many (default: 20)", toCount);
  addJson(addSetup(batches)).action(
    lazily<[ReadingFlags & { limit?: number }]>(
      async () => (await import("./commands/batches.ts")).batches,
    ),
  );

  const report = program
    .command("report")
    .description("show what became of the items of a batch, step by step")
    .argument("<batch>", "its id, as `planwright batches` lists it");
  addJson(addSetup(report))
    .option("--html <file>", "write it as a page with charts, in one file")
    .option("--out <file>", "write the results of its items, as they stand now")
    .action(
      lazily<[string, ReportFlags]>(async () => (await import("./commands/report.ts")).report),
    );

  const events = program
    .command("events")
    .description("list all that happened in a run")
    .argument("<run>", "its id");
  addJson(addSetup(events)).action(
    lazily<[string, ReadingFlags]>(async () => (await import("./commands/events.ts")).events),
  );
}

function addLifecycleCommands(program: Command, lazily: Lazily): void {
  program.commandsGroup("Go on or stop:");
  const resume = program
    .command("resume")
    .description("go on with a run or a batch that was paused or interrupted")
    .argument("<run>", "its id, or that of a batch")
    .option("--answer <id=text>", "answer what its planner asked (repeatable)", collect);
  addItemsOutput(addRunOutput(addLimits(addSetup(resume)))).action(
    lazily<[string, ResumeFlags]>(async () => (await import("./commands/resume.ts")).resume),
  );

  const restart = program
    .command("restart")
    .description("do a run again, as a whole or from a subtask on")
    .argument("<run>", "its id")
    .option("--from <subtask>", "this and what follows from it (repeatable)", collect);
  addRunOutput(addLimits(addSetup(restart))).action(
    lazily<[string, RestartFlags]>(async () => (await import("./commands/restart.ts")).restart),
  );

  const approve = program
    .command("approve")
    .description("say yes to a subtask that waits for it, or to what a run gave")
    .argument("<run>", "its run")
    .argument("[subtask]", "the subtask; left out, what the run gave and was judged too poor")
    .option("--input <json>", "give its tool this instead");
  addDecision(approve).action(
    lazily<[string, string | undefined, DecideFlags]>(
      async () => (await import("./commands/decide.ts")).approve,
    ),
  );
  const deny = program
    .command("deny")
    .description("say no to a subtask that waits for approval, or to what a run gave")
    .argument("<run>", "its run")
    .argument("[subtask]", "the subtask; left out, what the run gave and was judged too poor");
  addDecision(deny).action(
    lazily<[string, string | undefined, DecideFlags]>(
      async () => (await import("./commands/decide.ts")).deny,
    ),
  );

  const pause = program
    .command("pause")
    .description("let what runs finish and start nothing new, in a run of another process")
    .argument("<run>", "its id");
  addJson(addSetup(pause)).action(
    lazily<[string, ReadingFlags]>(async () => (await import("./commands/pause.ts")).pause),
  );

  const cancel = program
    .command("cancel")
    .description("end a run, also one of another process")
    .argument("<run>", "its id");
  addJson(addSetup(cancel)).action(
    lazily<[string, ReadingFlags]>(async () => (await import("./commands/cancel.ts")).cancel),
  );
}

function addDecision(command: Command): Command {
  return addJson(
    addSetup(
      command
        .option("--by <who>", "who decides (default: you)")
        .option("--note <text>", "why, for the record"),
    ),
  );
}

function addAuditCommands(program: Command, lazily: Lazily): void {
  const audit = program.command("audit").description("what people decided, on record");
  const list = audit
    .command("list")
    .description("list it, oldest first")
    .argument("[run]", "only of this run");
  addJson(addSetup(list)).action(
    lazily<[string | undefined, ReadingFlags]>(
      async () => (await import("./commands/audit.ts")).listAudit,
    ),
  );
  const verify = audit
    .command("verify")
    .description("check that nobody has changed it since")
    .option("--expect <hash>", "a newest hash that was printed before must still be there");
  addJson(addSetup(verify)).action(
    lazily<[ReadingFlags & { readonly expect?: string }]>(
      async () => (await import("./commands/audit.ts")).verifyAudit,
    ),
  );
}

function addGcCommand(program: Command, lazily: Lazily): void {
  const gc = program
    .command("gc")
    .description("tell which old runs and large values nobody needs, or remove them")
    .requiredOption(
      "--older-than <duration>",
      "runs that ended before this time, e.g. 30d",
      toMilliseconds,
    )
    .option("--yes", "remove them");
  addJson(addSetup(gc)).action(
    lazily<[GcFlags]>(async () => (await import("./commands/gc.ts")).gc),
  );
}

function addSetupCommands(program: Command, lazily: Lazily): void {
  program.commandsGroup("Set up:");
  const tools = program.command("tools").description("the tools that a plan may use");
  const list = tools.command("list").description("list the tools");
  addJson(addSetup(list)).action(
    lazily<[ReadingFlags]>(async () => (await import("./commands/tools-list.ts")).listTools),
  );
  const show = tools
    .command("show")
    .description("show what a tool takes and gives")
    .argument("<name>", "the tool's name");
  addJson(addSetup(show)).action(
    lazily<[string, ReadingFlags]>(async () => (await import("./commands/tools-show.ts")).showTool),
  );

  program
    .command("schema")
    .description("print the JSON Schema of plan files, for editors")
    .action(lazily<[object]>(async () => (await import("./commands/schema.ts")).schema));

  const cache = program.command("plan-cache").description("plans made before, for --plan-cache");
  addJson(addSetup(cache.command("list").description("list them"))).action(
    lazily<[ReadingFlags]>(async () => (await import("./commands/plan-cache.ts")).listPlanCache),
  );
  addJson(addSetup(cache.command("clear").description("forget them all"))).action(
    lazily<[ReadingFlags]>(async () => (await import("./commands/plan-cache.ts")).clearPlanCache),
  );

  const doctor = program
    .command("doctor")
    .description("what is configured, what is missing, and how to mend it");
  addJson(addSetup(doctor)).action(
    lazily<[ReadingFlags]>(async () => (await import("./commands/doctor.ts")).doctor),
  );
}

function readVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** Also the help that is shown because no command was named. */
function isHelp(error: unknown): error is CommanderError {
  return (
    error instanceof CommanderError &&
    ["commander.help", "commander.helpDisplayed", "commander.version"].includes(error.code)
  );
}

/** Commander's message is one or two lines: what is wrong, and what may have been meant. */
function usageError({ code, message }: CommanderError): InputError {
  const [what = "", guess] = message.replace(/^error: /, "").split("\n");
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.?$/, ".")}`;
  const hint = guess?.replace(/^\((.*)\)$/, "$1") ?? "See `planwright --help`.";
  return inputError(CODE_OF_USAGE[code] ?? "input.invalid", sentence, hint);
}

const CODE_OF_USAGE: Readonly<Record<string, ErrorCode>> = {
  "commander.unknownOption": "input.unknown",
  "commander.unknownCommand": "input.unknown",
  "commander.missingArgument": "input.missing",
  "commander.optionMissingArgument": "input.missing",
};

/** Asked of the arguments themselves: they may be what is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? undefined : end).includes("--json");
}
