/**
 * Where the documents of the campaign are written: a receiver that stays when the process is
 * killed, and knows the keys of what it was given.
 *
 * O1. A key that it has seen changes nothing.
 * O2. Whatever else it is given for a document is one line more in the document's file.
 */

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export type OutputLine = { readonly key: string; readonly attempt: number };

/** For workspaces that have none yet. */
export function makeOutputs(workspace: string): void {
  mkdirSync(folderIn(workspace));
}

/** @returns whether it was new */
export function receive(workspace: string, name: string, line: OutputLine): boolean {
  const path = join(folderIn(workspace), name);
  const file = openSync(path, "a+");
  try {
    if (linesOf(readFileSync(file, "utf8")).some(({ key }) => key === line.key)) return false;
    writeSync(file, `${JSON.stringify(line)}\n`);
    return true;
  } finally {
    closeSync(file);
  }
}

/** What was received, by the names of the documents. */
export function readOutputs(workspace: string): Map<string, readonly OutputLine[]> {
  const folder = folderIn(workspace);
  return new Map(
    readdirSync(folder).map((name) => [name, linesOf(readFileSync(join(folder, name), "utf8"))]),
  );
}

function linesOf(text: string): OutputLine[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as OutputLine);
}

function folderIn(workspace: string): string {
  return join(workspace, "outputs");
}
