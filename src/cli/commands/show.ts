import { renderAnswer } from "../answer.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printText, widthOf } from "../io.ts";
import { resumeCommand } from "../next-command.ts";
import { renderRun } from "../run-text.ts";
import { openWithoutModel } from "../settings.ts";

/** Show what a run did and what it came to. */
export async function show(runId: string, flags: ReadingFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const result = await planwright.show(runId);
  if (flags.json) {
    printJson(io.stdout, result);
    return 0;
  }
  const colors = colorsFor(io.stdout);
  const lines = renderRun(result, { width: widthOf(io.stdout), colors });
  io.stdout.write(`${lines.join("\n")}\n`);
  const answer = await renderAnswer(result.output);
  if (answer !== "") {
    io.stdout.write(`\n${colors.bold("Output")}\n`);
    printText(io.stdout, answer);
  }
  if (result.status === "paused") {
    printText(io.stdout, `\nTo go on: ${resumeCommand(runId, flags)}`);
  }
  return 0;
}
