/** What people decided about runs, and whether the record of it is as it was written. */

import { inputError } from "../../base/errors.ts";
import { oneLine } from "../../plan/text-width.ts";
import { renderColumns } from "../columns.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { openWithoutModel } from "../settings.ts";
import { localTime } from "../text.ts";

/** List the trail, of all runs or of one. */
export async function listAudit(
  runId: string | undefined,
  flags: ReadingFlags,
  io: Io,
): Promise<number> {
  await using planwright = await openWithoutModel(flags);
  const all = await planwright.auditTrail();
  const rows = runId === undefined ? all : all.filter((row) => row.runId === runId);
  if (flags.json) printJson(io.stdout, rows);
  else if (rows.length === 0) printLine(io.stderr, "The audit trail is empty.");
  else {
    const lines = rows.map(({ n, runId: run, at, record }) => {
      const { type, by = "", decision = "", resolution = "", note = "" } = record;
      const { item, subtask = item === undefined ? "" : `item ${item}` } = record;
      const words = [type, subtask, decision, resolution, note];
      const what = words.map(String).filter((word) => word !== "");
      return [String(n), localTime(at), run, String(by), oneLine(what.join(" "))];
    });
    const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
    const head = ["n", "when", "run", "by", "what"];
    for (const line of renderColumns([head, ...lines], width)) printLine(io.stdout, line);
  }
  return 0;
}

/** Check that nothing in the trail was changed, removed or put between. */
export async function verifyAudit(
  flags: ReadingFlags & { readonly expect?: string },
  io: Io,
): Promise<number> {
  const { expect } = flags;
  if (expect !== undefined && !/^[0-9a-f]{64}$/.test(expect)) {
    const hint = "Give one that `planwright audit verify` has printed.";
    throw inputError("input.invalid", "--expect is no hash: 64 digits from 0 to f.", hint);
  }
  await using planwright = await openWithoutModel(flags);
  const verdict = await planwright.verifyAudit({ expect });
  const { valid, records, head, problem } = verdict;
  if (flags.json) printJson(io.stdout, verdict);
  else if (valid) {
    printLine(io.stdout, `The audit trail is sound: ${records} records.`);
    printLine(io.stdout, `Newest hash: ${head}`);
  } else {
    const { red } = colorsFor(io.stderr);
    printLine(
      io.stderr,
      `${red("The audit trail was changed")}: record ${problem?.n}: ${problem?.what}.`,
    );
  }
  return valid ? 0 : 1;
}
