/**
 * A process that runs a plan of large outputs and is killed between a large value and the event
 * that refers to it: `large-value-process.ts JOURNAL N` at the N-th one.
 */

import { pathToFileURL } from "node:url";
import { z } from "zod";
import { createPlanwright, defineTool, type Journal } from "../../src/index.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";

/** What it gives is of the attempt, so that what was lost is not what comes instead. */
export const grow = defineTool({
  name: "grow",
  description: "A text, longer by a hundred times.",
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "none",
  run: ({ text }, { attempt }) => ({ text: `${attempt}${text.slice(0, 20)}`.repeat(100) }),
});

export const GROWING = {
  goal: "grow three times",
  subtasks: [
    { id: "a", tool: "grow", input: { text: "seed" } },
    { id: "b", tool: "grow", input: { text: "${a.text}" } },
    { id: "c", tool: "grow", input: { text: "${b.text}" } },
  ],
};

/** How many large values a run has: one of each subtask, and its output is the last one's. */
export const LARGE_EVENTS = 4;

async function main(path: string, killAt: number): Promise<void> {
  const file = openSqliteJournal(path);
  let seen = 0;
  const append: Journal["append"] = async (lease, events, more) => {
    for (const event of events) if ("largeOutput" in event) seen += 1;
    if (seen >= killAt) process.kill(process.pid, "SIGKILL");
    await file.append(lease, events, more);
  };
  const journal = new Proxy(file, {
    get(target, name) {
      if (name === "append") return append;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  await createPlanwright({ journal, tools: [grow], largeValueBytes: 200 })
    .run(GROWING)
    .result();
}

const [, script = "", path = "", killAt = ""] = process.argv;
if (import.meta.url === pathToFileURL(script).href) await main(path, Number(killAt));
