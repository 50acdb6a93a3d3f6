import type { RunResult } from "../projections/result.ts";
import type { SetupFlags } from "./flags.ts";

/** What to type to go on with a run, with the flags that it needs again. @param more flags */
export function resumeCommand(
  runId: string,
  flags: SetupFlags,
  more: readonly string[] = [],
): string {
  const {
    model,
    plannerModel,
    cheaperModel,
    evaluatorModel = [],
    escalationModel,
    tools = [],
    workspace,
    journal,
    allowPrivateHosts,
  } = flags;
  const words = [
    ...flagWords("--model", model),
    ...flagWords("--planner-model", plannerModel),
    ...flagWords("--cheaper-model", cheaperModel),
    ...[evaluatorModel].flat().flatMap((name) => flagWords("--evaluator-model", name)),
    ...flagWords("--escalation-model", escalationModel),
    ...tools.flatMap((path) => flagWords("--tools", path)),
    ...flagWords("--workspace", workspace),
    ...flagWords("--journal", journal),
    ...(allowPrivateHosts ? ["--allow-private-hosts"] : []),
  ];
  return [programName(), "resume", runId, ...more, ...words].join(" ");
}

/** What to type to look at a batch. */
export function reportCommand(batchId: string, { journal }: SetupFlags): string {
  return [programName(), "report", batchId, ...flagWords("--journal", journal)].join(" ");
}

/** What to type to see what of a batch failed for good. */
export function deadLettersCommand(batchId: string, { journal }: SetupFlags): string {
  const words = [programName(), "dead-letters", "list", batchId];
  return [...words, ...flagWords("--journal", journal)].join(" ");
}

/** What to type to look at a run. */
export function showCommand(runId: string, { journal }: SetupFlags): string {
  return [programName(), "show", runId, ...flagWords("--journal", journal)].join(" ");
}

/** What to type to say yes to the first subtask that waits for it, and to go on. */
export function decideCommand({ runId, approvals = [] }: RunResult, flags: SetupFlags): string {
  const subtask = approvals[0]?.subtask ?? "SUBTASK";
  const approve = [
    programName(),
    "approve",
    runId,
    quoted(subtask),
    ...flagWords("--journal", flags.journal),
  ];
  return `${approve.join(" ")} (or deny), then ${resumeCommand(runId, flags)}`;
}

/** What to type to take what a run gave although it was judged too poor. */
export function acceptCommand(runId: string, { journal }: SetupFlags): string {
  const accept = [programName(), "approve", runId, ...flagWords("--journal", journal)];
  return `${accept.join(" ")} (or deny)`;
}

/** The program as it was called: by a script of this project, by npx, or by its name. */
function programName(): string {
  const { npm_lifecycle_event: script, npm_package_name: project, npm_command } = process.env;
  const isScript = script === "ask" || script === "planwright";
  if (isScript && project === "planwright") return "npm run planwright --";
  return npm_command === "exec" ? "npx planwright" : "planwright";
}

function flagWords(flag: string, value: string | undefined): string[] {
  return value === undefined ? [] : [flag, quoted(value)];
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
