/** A tool for a label printer: cold at first, slow, and never to print a label twice. */

import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
// In a project of your own: from "planwright".
import { defineTool, ToolError } from "../../src/index.ts";

/** It goes away by itself: the attempt after this one begins when the printer is warm. */
export class PrinterIsCold extends ToolError {
  constructor(warmInMs: number) {
    super("tool.failed", "The printer warms up.", { retryable: true, retryAfterMs: warmInMs });
  }
}

const WARMING_MS = 400;
const LABEL_MS = 150;

/** When the printer will be warm, once somebody has asked for it. */
let warmAt: number | undefined;

export const printLabels = defineTool({
  name: "print_labels",
  description: "Print address labels for the parcels of an order, and give the number of the job.",
  input: z.object({
    address: z.string().min(1).describe("What each label says."),
    copies: z.int().min(1).max(100).default(1).describe("How many labels."),
  }),
  output: z.object({
    job: z.int().describe("The number of the print job."),
    printed: z.int().describe("How many labels there are of it."),
  }),
  effects: "write",
  // Its job is known by the key: whatever was printed of it before is found.
  idempotent: true,
  // There is one printer.
  concurrency: 1,
  timeout: "30s",
  expectedMs: ({ copies }) => LABEL_MS * Number(copies ?? 1),
  async run({ address, copies }, { idempotencyKey, workspace, signal, progress, log }) {
    warmAt ??= Date.now() + WARMING_MS;
    if (Date.now() < warmAt) throw new PrinterIsCold(warmAt - Date.now());
    const job = createHash("sha256").update(idempotencyKey).digest().readUInt32BE();
    const paper = join(workspace, "out");
    const file = join(paper, `${job}.txt`);
    await mkdir(paper, { recursive: true });
    let printed = (await readFile(file, "utf8").catch(() => "")).split("\n").length - 1;
    if (printed > 0) log(`${printed} of ${copies} labels are there already`);
    for (; printed < copies; printed += 1) {
      await sleep(LABEL_MS, undefined, { signal });
      await appendFile(file, `${address}\n`);
      progress((printed + 1) / copies, `label ${printed + 1} of ${copies}`);
    }
    return { job, printed };
  },
});
