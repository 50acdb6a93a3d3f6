import { type InputError, inputError } from "../../base/errors.ts";
import type { RouteReport } from "../../projections/branches.ts";
import { renderAnswer } from "../answer.ts";
import { renderBranches } from "../branches-text.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, printText, widthOf } from "../io.ts";
import { acceptCommand, resumeCommand } from "../next-command.ts";
import { renderRevisions } from "../review-text.ts";
import { renderRun } from "../run-text.ts";
import { openWithoutModel } from "../settings.ts";

export type ShowFlags = ReadingFlags & { readonly branches?: boolean };

function showBranches(
  routes: readonly RouteReport[],
  { json }: ReadingFlags,
  { stdout, stderr }: Io,
): number {
  if (json) printJson(stdout, routes);
  else if (routes.length === 0) printLine(stderr, "The plan has no routes.");
  else stdout.write(`${renderBranches(routes, colorsFor(stdout)).join("\n")}\n`);
  return 0;
}

function noRun(): InputError {
  const hint = "`planwright runs` lists the runs; --branches does without one.";
  return inputError("input.missing", "Which run?", hint);
}

/** Show what a run did and what it came to. */
export async function show(runId: string | undefined, flags: ShowFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  if (flags.branches) return showBranches(await planwright.branches(runId), flags, io);
  if (runId === undefined) throw noRun();
  const result = await planwright.show(runId);
  if (flags.json) {
    printJson(io.stdout, result);
    return 0;
  }
  const colors = colorsFor(io.stdout);
  const page = { width: widthOf(io.stdout), colors };
  const lines = renderRun(result, page);
  if (result.evaluations.length > 0 || result.replans > 0) {
    lines.push(...renderRevisions(await planwright.evaluations.revisions(runId), page));
  }
  io.stdout.write(`${lines.join("\n")}\n`);
  // What a person is to look at is not the run's output yet.
  const answer = await renderAnswer((result.review ?? result).output);
  if (answer !== "") {
    io.stdout.write(`\n${colors.bold("Output")}\n`);
    printText(io.stdout, answer);
  }
  if (result.status === "paused") {
    printText(io.stdout, `\nTo go on: ${resumeCommand(runId, flags)}`);
  }
  if (result.review !== undefined) {
    printText(io.stdout, `\nTo take it all the same: ${acceptCommand(runId, flags)}`);
  }
  return 0;
}
