import { writeFile } from "node:fs/promises";
import { inputError } from "../../base/errors.ts";
import { renderReport } from "../batch-text.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { openWithoutModel } from "../settings.ts";

export type ReportFlags = ReadingFlags & { readonly html?: string; readonly out?: string };

/** Show what became of the items of a batch. */
export async function report(batchId: string, flags: ReportFlags, io: Io): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const found = await planwright.batches.report(batchId);
  if (flags.out !== undefined) await planwright.batches.saveResults(batchId, flags.out);
  if (flags.html !== undefined) {
    const { renderReportHtml } = await import("../batch-html.ts");
    await save(flags.html, renderReportHtml(found));
  }
  const files = [flags.html, flags.out].filter((file) => file !== undefined);
  if (flags.json) printJson(io.stdout, found);
  else if (files.length === 0) {
    const page = { width: widthOf(io.stdout), colors: colorsFor(io.stdout) };
    for (const line of renderReport(found, page)) printLine(io.stdout, line);
  } else printLine(io.stderr, `written to ${files.join(" and ")}`);
  return 0;
}

/** @throws {InputError} `file.unwritable` */
async function save(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    const message = `${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`;
    throw inputError("file.unwritable", message, "Name a file that you may write to.", "html");
  });
}
