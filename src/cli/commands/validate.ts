import { InputError, type Issue } from "../../base/errors.ts";
import { compilePlan } from "../../plan/compile.ts";
import type { ParsedPlan } from "../../plan/files.ts";
import { type Plan, planSchema } from "../../plan/schema.ts";
import type { LoadedPlan } from "../../planwright.ts";
import { exitCodeOf, printIssues } from "../failure.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine } from "../io.ts";
import { type DrawingFormat, drawPlan } from "../plan-drawing.ts";
import { issuesOfFile, loadPlanFile } from "../plan-file.ts";
import { openPlanwright } from "../settings.ts";
import { count } from "../text.ts";

export type ValidateFlags = ReadingFlags & { readonly format?: DrawingFormat };

/** Tell all that is wrong with a plan file, or draw it. */
export async function validate(file: string, flags: ValidateFlags, io: Io): Promise<number> {
  const { issues, parsed } = await checkFile(file, flags);
  if (flags.json) printJson(io.stdout, { valid: issues.length === 0, issues });
  else if (parsed !== undefined && issues.length === 0) {
    const plan = planSchema.parse(parsed.value);
    if (flags.format === undefined) printLine(io.stdout, praise(file, plan));
    else io.stdout.write(drawPlan(plan, flags.format, io.stdout));
  } else printIssues(io, issues);
  return issues.length === 0 ? 0 : exitCodeOf(new InputError(issues));
}

type Checked = { readonly issues: readonly Issue[]; readonly parsed?: ParsedPlan };

async function checkFile(file: string, flags: ReadingFlags): Promise<Checked> {
  let parsed: LoadedPlan;
  try {
    parsed = await loadPlanFile(file);
  } catch (error) {
    // Bad syntax is a finding; a file that is not there is a mistake of the call.
    if (error instanceof InputError && error.code === "plan.syntax") return error;
    throw error;
  }
  await using planwright = await openPlanwright(flags);
  return { issues: await issuesOfFile(parsed, planwright), parsed };
}

function praise(file: string, plan: Plan): string {
  const { graph } = compilePlan(plan);
  const size = `${count(plan.subtasks.length, "subtask")} in ${count(graph.batches.length, "batch", "batches")}`;
  return `${file} is valid: ${size}.`;
}
