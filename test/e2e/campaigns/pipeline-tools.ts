/**
 * The tools of the campaign, as a module for `--tools`: those of the example, which fail where
 * the seed says so; only what is written goes to a receiver that counts.
 */

import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ToolContext, ToolError } from "../../../src/index.ts";
import { type FaultOptions, faultOf } from "./pipeline-faults.ts";
import { receive } from "./pipeline-outputs.ts";
import { toolsOfPipeline } from "./pipeline-plan.ts";

const LONGEST_PAUSE_MS = 8;

const faults = JSON.parse(process.env["PIPELINE_FAULTS"] ?? "") as FaultOptions;

export const tools = await toolsOfPipeline((tool, step) => {
  const run = step === "write" ? write : tool.run.bind(tool);
  return (input: unknown, context: ToolContext) => {
    strike(context);
    return run(input, context);
  };
});

function strike({ runId, subtaskId, attempt }: ToolContext): void {
  const document = Number(runId.slice(runId.lastIndexOf("-") + 1));
  const fault = faultOf(document, faults);
  if (fault?.step !== subtaskId || attempt > fault.attempts) return;
  const { retryable } = fault;
  throw new ToolError("tool.failed", `Document ${document} fails here.`, { retryable });
}

/** Takes a moment before and after, so that kills hit both sides of it. */
async function write(input: unknown, context: ToolContext): Promise<unknown> {
  const { path, text } = input as { readonly path: string; readonly text: string };
  const { workspace, idempotencyKey: key, attempt } = context;
  await sleep(Math.random() * LONGEST_PAUSE_MS);
  const created = receive(workspace, basename(path), { key, attempt });
  await sleep(Math.random() * LONGEST_PAUSE_MS);
  return { path, bytes: Buffer.byteLength(text), created };
}
