/**
 * Tools whose effects stay after their process was killed: lines in a file. They may take a
 * moment before the effect and take one after it, so that kills hit both sides of it.
 *
 * W1. A line is one `write` at the end of the file, and on the disk before the tool goes on.
 * W2. `put` is what an idempotent receiver is: a key that it has seen changes nothing.
 * W3. `send` does what it is told, however often that is.
 */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTool, type ToolContext, ToolError } from "../../../src/index.ts";

/** A line of the file: what was done, and by which attempt. */
export type EffectLine = {
  readonly key: string;
  readonly subtask: string;
  readonly attempt: number;
};

const LONGEST_PAUSE_MS = 12;

const sum = {
  input: z.object({ after: z.array(z.number()) }),
  output: z.object({ n: z.number() }),
};

export const look = defineTool({
  ...sum,
  name: "look",
  description: "Counts one further; changes nothing.",
  effects: "read",
  run: ({ after }) => surrounded(() => {}, after),
});

export const put = defineTool({
  ...sum,
  name: "put",
  description: "Counts one further, and leaves a line for its key.",
  effects: "write",
  idempotent: true,
  run: ({ after }, context) =>
    surrounded(() => {
      const isKnown = readEffects(context.workspace).some(
        ({ key }) => key === context.idempotencyKey,
      );
      if (!isKnown) appendEffect(context);
    }, after),
});

export const send = defineTool({
  ...sum,
  name: "send",
  description: "Counts one further, and leaves a line.",
  effects: "write",
  run: ({ after }, context) => surrounded(() => appendEffect(context), after),
});

export const ship = defineTool({
  ...sum,
  name: "ship",
  description: "Counts one further, and leaves a line; fails while the harbour is closed.",
  effects: "write",
  run: ({ after }, context) => {
    if (!existsSync(harbourIn(context.workspace))) {
      throw new ToolError("tool.failed", "The harbour is closed.", { retryable: false });
    }
    return surrounded(() => appendEffect(context), after);
  },
});

/** From now on `ship` does what it should. */
export async function openHarbour(folder: string): Promise<void> {
  await writeFile(harbourIn(folder), "");
}

export const hold = defineTool({
  name: "hold",
  description: "Keeps its run going for so long, unless it is aborted.",
  input: z.object({ ms: z.number() }),
  output: z.null(),
  effects: "read",
  run: async ({ ms }, { signal }) => {
    await sleep(ms, undefined, { signal });
    return null;
  },
});

/** The effects in a folder so far, in order. */
export function readEffects(folder: string): EffectLine[] {
  let text: string;
  try {
    text = readFileSync(pathIn(folder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const lines = text.split("\n");
  // A last line without an end would show here, as JSON that does not parse.
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as EffectLine);
}

async function surrounded(effect: () => void, after: readonly number[]): Promise<{ n: number }> {
  // Often at once, while whoever called is still at it.
  if (Math.random() < 0.5) await sleep(Math.random() * LONGEST_PAUSE_MS);
  effect();
  await sleep(Math.random() * LONGEST_PAUSE_MS);
  return { n: 1 + after.reduce((a, b) => a + b, 0) };
}

function appendEffect({ workspace, idempotencyKey, subtaskId, attempt }: ToolContext): void {
  const line: EffectLine = { key: idempotencyKey, subtask: subtaskId, attempt };
  const file = openSync(pathIn(workspace), "a");
  writeSync(file, `${JSON.stringify(line)}\n`);
  fsyncSync(file);
  closeSync(file);
}

function harbourIn(folder: string): string {
  return join(folder, "harbour-is-open");
}

function pathIn(folder: string): string {
  return join(folder, "effects.log");
}
