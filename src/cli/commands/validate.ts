import { InputError, type Issue } from "../../base/errors.ts";
import { compilePlan } from "../../plan/compile.ts";
import type { ParsedPlan } from "../../plan/files.ts";
import { planSchema } from "../../plan/schema.ts";
import type { LoadedPlan } from "../../planwright.ts";
import { exitCodeOf, printIssues } from "../failure.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine } from "../io.ts";
import { issuesOfFile, loadPlanFile } from "../plan-file.ts";
import { openPlanwright } from "../settings.ts";
import { count } from "../text.ts";

/** Tell all that is wrong with a plan file. */
export async function validate(file: string, flags: ReadingFlags, io: Io): Promise<number> {
  const { issues, parsed } = await checkFile(file, flags);
  if (flags.json) printJson(io.stdout, { valid: issues.length === 0, issues });
  else if (parsed !== undefined && issues.length === 0) printLine(io.stdout, praise(parsed));
  else printIssues(io, issues);
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

function praise({ file, value }: ParsedPlan): string {
  const { plan, graph } = compilePlan(planSchema.parse(value));
  const size = `${count(plan.subtasks.length, "subtask")} in ${count(graph.batches.length, "batch", "batches")}`;
  return `${file} is valid: ${size}.`;
}
