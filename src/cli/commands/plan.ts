import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { InputError, inputError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import type { Clarification } from "../../plan/question.ts";
import type { Plan } from "../../plan/schema.ts";
import { SCHEMA_URL } from "../../plan/workflow-schema.ts";
import type { PlannerPrompt, PlanReport, Planwright } from "../../planwright.ts";
import type { SetupFlags } from "../flags.ts";
import { type Io, printJson, printLine, printText, type Screen } from "../io.ts";
import { drawPlan } from "../plan-drawing.ts";
import { embeddedNote } from "../planner-note.ts";
import { askPerson, printQuestions } from "../questions.ts";
import { WAITING } from "../run-ending.ts";
import { openPlanwright, openWithoutModel } from "../settings.ts";

/** Tells editors what may stand in the file. */
const EDITOR_LINE = `# yaml-language-server: $schema=${SCHEMA_URL}`;

type Format = "table" | "json" | "yaml" | "mermaid";

export type PlanFlags = SetupFlags & {
  readonly format?: Format;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly showPrompt?: boolean;
  /** `RUN:REVISION` */
  readonly diff?: string;
};

/** Plan a goal and run nothing. */
export async function plan(words: readonly string[], flags: PlanFlags, io: Io): Promise<number> {
  const { out } = flags;
  if (flags.diff !== undefined) return showDifference(flags.diff, words, flags, io);
  if (out !== undefined) requireWritable(out);
  await using planwright = await openPlanwright(flags);
  if (flags.showPrompt) return showPrompt(await planwright.planPrompt(words.join(" ")), flags, io);
  const report = await planWithAnswers(planwright, words.join(" "), flags, io);
  const note = embeddedNote(planwright);
  if (note !== undefined && !flags.quiet) printLine(io.stderr, note);
  if (report.status === "failed") {
    if (out !== undefined && report.lastPlan !== null) await keep(report.lastPlan, out, io);
    throw new InputError(report.issues);
  }
  if (report.status === "asks") {
    if (flags.json) printJson(io.stdout, { status: "waiting", questions: report.questions });
    else {
      printQuestions(report.questions, io);
      printLine(io.stderr, "waiting; say it in the goal");
    }
    return WAITING;
  }

  const format = formatOf(flags);
  const text = await renderPlan(report.plan, format, io.stdout);
  if (out === undefined) io.stdout.write(text);
  else {
    await writeFile(
      out,
      /\.ya?ml$/.test(out) && format === "yaml" ? `${EDITOR_LINE}\n${text}` : text,
    );
    if (!flags.quiet) printLine(io.stderr, `The plan is in ${out}.`);
  }
  return 0;
}

/** What changed from one revision of a plan to another, of the same run or not. */
async function showDifference(
  from: string,
  [to, ...more]: readonly string[],
  flags: PlanFlags,
  io: Io,
): Promise<number> {
  if (to === undefined || more.length > 0) {
    const hint = "Write `planwright plan --diff RUN:1 RUN:2`.";
    throw inputError("input.missing", "A difference is one of two revisions.", hint, "diff");
  }
  await using planwright = await openWithoutModel(flags);
  const [before, after] = await Promise.all([from, to].map((name) => planOf(name, planwright)));
  const { diffPlans, renderDiff } = await import("../../plan/diff.ts");
  const diff = diffPlans(before as Plan, after as Plan);
  if (flags.json) printJson(io.stdout, diff);
  else io.stdout.write(renderDiff(diff) || "They are the same.\n");
  return 0;
}

/** @throws {InputError} `input.invalid`, `run.unknown`, `revision.unknown` */
async function planOf(name: string, planwright: Planwright): Promise<Plan> {
  const [, runId = "", number = ""] = /^(.+):(\d+)$/.exec(name) ?? [];
  if (runId === "") {
    const hint = "Write the run, a colon and the revision: RUN:2.";
    throw inputError("input.invalid", `${name} names no revision.`, hint, "diff");
  }
  const revisions = await planwright.evaluations.revisions(runId);
  const found = revisions.find(({ revision }) => revision === Number(number));
  if (found !== undefined) return found.plan;
  const known = revisions.map(({ revision }) => revision).join(", ");
  const hint = known === "" ? "It never had a plan." : `It has ${known}.`;
  throw inputError("revision.unknown", `The run ${runId} has no revision ${number}.`, hint, "diff");
}

/** What the planner asks is asked of the person who is there. */
async function planWithAnswers(
  planwright: Planwright,
  goal: string,
  flags: PlanFlags,
  io: Io,
): Promise<PlanReport> {
  const clarifications: Clarification[] = [];
  for (;;) {
    const report = await planwright.plan(goal, { clarifications });
    if (report.status !== "asks" || flags.json) return report;
    const answers = await askPerson(report.questions, io);
    if (answers === undefined) return report;
    for (const { id, question } of report.questions) {
      clarifications.push({ question, answer: answers[id] ?? "" });
    }
  }
}

/** What the planner proposed last is worth mending by hand. */
async function keep(proposal: Json, out: string, io: Io): Promise<void> {
  const { stringify } = await import("yaml");
  const isJson = extname(out) === ".json";
  await writeFile(out, isJson ? `${JSON.stringify(proposal, null, 2)}\n` : stringify(proposal));
  printLine(io.stderr, `The last proposal, which is no valid plan, is in ${out}.`);
}

function showPrompt(prompt: PlannerPrompt, { json }: PlanFlags, io: Io): number {
  if (json) printJson(io.stdout, prompt);
  else {
    const system = prompt.system.map(({ text }) => text);
    const messages = prompt.messages.map(({ content }) => content);
    printText(io.stdout, [...system, ...messages].join("\n\n"));
  }
  return 0;
}

/** What is asked for; else what the file's name says; a file is mostly there to be run. */
function formatOf({ format, json, out }: PlanFlags): Format {
  if (json) return "json";
  if (format !== undefined) return format;
  if (out === undefined) return "table";
  const ends: Readonly<Record<string, Format>> = {
    ".json": "json",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
  };
  return ends[extname(out)] ?? "yaml";
}

async function renderPlan(plan: Plan, format: Format, screen: Screen): Promise<string> {
  switch (format) {
    case "mermaid":
    case "table":
      return drawPlan(plan, format, screen);
    default: {
      const { renderPlanJson, renderPlanYaml } = await import("../../plan/files.ts");
      return format === "json" ? renderPlanJson(plan) : renderPlanYaml(plan);
    }
  }
}

/** Asked before a planner is paid for a plan that then is lost. */
function requireWritable(out: string): void {
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder(out)) {
    throw inputError("file.unwritable", `${out} is a folder.`, "Name a file in it.", "out");
  }
  if (isFolder(dirname(out))) return;
  const message = `${out} cannot be written: there is no folder ${dirname(out)}.`;
  throw inputError("file.unwritable", message, "Make the folder, or name another file.", "out");
}
