/**
 * What the engine costs on the pipeline: its steps do nothing any more but give what they gave
 * for one document, so that all that is left is the plan, the expressions, the checks and the
 * journal; beside the bare writes of that journal.
 */

import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { besideWrites } from "../../../bench/bare-writes.ts";
import { markdownTable } from "../../../bench/report.ts";
import { startRegister } from "../../../examples/document-pipeline/register.ts";
import { createPlanwright, type Json } from "../../../src/index.ts";
import { EXAMPLE, loadPipeline, toolsOfPipeline } from "./pipeline-plan.ts";

/** @returns a Markdown table */
export async function measurePipelineCost(documents: number, rounds: number): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-cost-"));
  const outputs = await outputsOfOne(folder.path);
  const plan = await loadPipeline();
  const tools = await toolsOfPipeline((_, step) => () => outputs.get(step));
  const items = Array.from({ length: documents }, (_, k) => ({
    path: `documents/${k}.md`,
    name: `${k}.md`,
    register: "http://localhost",
  }));
  const runBatch = async (file: string) => {
    await using planwright = createPlanwright({ tools, journal: `sqlite:${file}` });
    const out = join(folder.path, "results.jsonl");
    const begun = performance.now();
    const { status } = await planwright.batches.run(plan, items, { out }).result();
    if (status !== "succeeded") throw new Error(`The batch ended as ${status}.`);
    return (performance.now() - begun) / 1000;
  };
  const beside = { count: documents, rounds, folder: folder.path, runBatch };
  const { header, rows } = (await besideWrites(beside)).table;
  return markdownTable(header, rows);
}

/** What the steps of the pipeline give for one document, by their ids. */
async function outputsOfOne(folder: string): Promise<ReadonlyMap<string, Json>> {
  await using register = await startRegister({ seed: 1 });
  register.mend();
  const tools = await toolsOfPipeline((tool, step) =>
    step === "ingest"
      ? (input, context) => tool.run(input, { ...context, workspace: EXAMPLE })
      : tool.run,
  );
  await using planwright = createPlanwright({ tools, workspace: folder, journal: "memory:" });
  const inputs = { path: "documents/ice-class.md", name: "card.md", register: register.url };
  const { status, subtasks } = await planwright.run(await loadPipeline(), { inputs }).result();
  if (status !== "succeeded") throw new Error(`The document ended as ${status}.`);
  return new Map(subtasks.map(({ id, output = null }) => [id, output]));
}
