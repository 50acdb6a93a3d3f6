/**
 * The pipeline of `examples/document-pipeline` over very many documents, of which some fail at
 * a random step, half of these for good; its process is killed with SIGKILL again and again,
 * and each time the batch is resumed by another. What must be true then stands in
 * `pipeline-check.ts`.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seeded } from "../../../bench/graphs.ts";
import { peakMegabytes } from "../../../bench/peak-memory.ts";
import { type Register, startRegister } from "../../../examples/document-pipeline/register.ts";
import {
  type BatchResult,
  createPlanwright,
  type DeadSubtask,
  type ItemResult,
} from "../../../src/index.ts";
import { type Started, startPlanwright } from "../../cli/process.ts";
import { violationsOf } from "./pipeline-check.ts";
import { type FaultOptions, faultOf } from "./pipeline-faults.ts";
import { makeOutputs, type OutputLine, readOutputs } from "./pipeline-outputs.ts";
import { EXAMPLE, loadPipeline } from "./pipeline-plan.ts";

export type PipelineOptions = FaultOptions & {
  readonly documents: number;
  readonly kills: number;
};

export type PipelineReport = {
  finished: number;
  deadLetters: number;
  kills: number;
  /** Attempts that were under way when a process was killed. */
  cut: number;
  /** Of these, writes that had happened: made again, and known by their key. */
  knownByKey: number;
  /** Attempts that failed and were followed by another. */
  retried: number;
  /** Of all processes together. */
  seconds: number;
  /** Of the process that held most; undefined where the system does not tell. */
  peakMegabytes: number | undefined;
  violations: readonly string[];
};

const TOOLS = join(import.meta.dirname, "pipeline-tools.ts");
/** How often is looked whether it is time for a kill, and how much memory there is in use. */
const LOOK_MS = 10;
const LONGEST_DELAY_MS = 20;

export async function runPipelineCampaign(options: PipelineOptions): Promise<PipelineReport> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-documents-"));
  await using register = await startRegister({ seed: options.seed });
  // What fails here is drawn by the campaign.
  register.mend();
  return await new PipelineCampaign(options, folder.path, register).run();
}

class PipelineCampaign {
  readonly #options: PipelineOptions;
  readonly #folder: string;
  readonly #register: Register;
  readonly #random: () => number;
  #peak: number | undefined;

  constructor(options: PipelineOptions, folder: string, register: Register) {
    this.#options = options;
    this.#folder = folder;
    this.#register = register;
    this.#random = seeded(options.seed);
  }

  async run(): Promise<PipelineReport> {
    await this.#prepare();
    const begun = performance.now();
    const { batch, kills } = await this.#bringToEnd();
    const seconds = (performance.now() - begun) / 1000;
    return { kills, seconds, peakMegabytes: this.#peak, ...(await this.#look(batch)) };
  }

  /** The documents, each one of the example's with a name of its own. */
  async #prepare(): Promise<void> {
    const folder = join(EXAMPLE, "documents");
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    mkdirSync(join(this.#folder, "documents"));
    const items = Array.from({ length: this.#options.documents }, (_, k) => {
      const name = nameOf(k + 1);
      const path = `documents/${name}`;
      writeFileSync(join(this.#folder, path), texts[k % texts.length] ?? "");
      return `${JSON.stringify({ path, name })}\n`;
    });
    writeFileSync(join(this.#folder, "documents.jsonl"), items.join(""));
    writeFileSync(join(this.#folder, "pipeline.json"), JSON.stringify(await loadPipeline()));
    makeOutputs(this.#folder);
  }

  /** One process after the other, until one of them was not killed. */
  async #bringToEnd(): Promise<{ batch: BatchResult; kills: number }> {
    const { documents, kills: wanted } = this.#options;
    const given = ["--input", `register=${this.#register.url}`, "--out", "results.jsonl"];
    let command = ["run", "pipeline.json", "--items", "documents.jsonl", ...given];
    for (let kills = 0; ; kills += 1) {
      const process = this.#start(...command, "--tools", TOOLS, "--quiet");
      const share = (kills + 0.5 + this.#random()) / (wanted + 1);
      const killAt = kills < wanted ? share * documents : Number.POSITIVE_INFINITY;
      const { code, stdout, stderr } = await this.#follow(process, killAt);
      if (code !== null) return { batch: readBatch(stdout, stderr), kills };
      const [batch] = JSON.parse(await this.#ask("batches")) as BatchResult[];
      command = ["resume", batch?.batchId ?? ""];
    }
  }

  /** @param killAt when so many documents have passed the register, its process is killed */
  async #follow({ child, ended }: Started, killAt: number) {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!isOver && this.#register.counts.answered < killAt) {
      const peak = peakMegabytes(child.pid ?? 0);
      if (peak !== undefined) this.#peak = Math.max(peak, this.#peak ?? 0);
      await sleep(LOOK_MS);
    }
    if (!isOver) {
      await sleep(this.#random() * LONGEST_DELAY_MS);
      child.kill("SIGKILL");
    }
    return ended;
  }

  async #look(
    batch: BatchResult,
  ): Promise<Omit<PipelineReport, "kills" | "seconds" | "peakMegabytes">> {
    const text = readFileSync(join(this.#folder, "results.jsonl"), "utf8");
    const results = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as ItemResult);
    const letters = JSON.parse(await this.#ask("dead-letters", "list")) as DeadSubtask[];
    const outputs = new Map(
      [...readOutputs(this.#folder)].map(([name, lines]) => [Number.parseInt(name, 10), lines]),
    );
    const { documents } = this.#options;
    const faults = (document: number) => faultOf(document, this.#options);
    const violations = violationsOf({ documents, results, letters, outputs, faultOf: faults });
    const { succeeded, failed } = batch.counts;
    if (succeeded + failed !== documents)
      violations.push(`the batch counts ${succeeded} + ${failed}`);
    const traces = await this.#readTraces(results, outputs);
    return { finished: succeeded, deadLetters: letters.length, violations, ...traces };
  }

  /** What the journal has of the kills and of the failures. */
  async #readTraces(
    results: readonly ItemResult[],
    outputs: ReadonlyMap<number, readonly OutputLine[]>,
  ): Promise<Pick<PipelineReport, "cut" | "knownByKey" | "retried">> {
    const journal = `sqlite:${join(this.#folder, ".planwright/journal.db")}`;
    await using planwright = createPlanwright({ journal });
    const traces = { cut: 0, knownByKey: 0, retried: 0 };
    for (const { item, runId } of results) {
      const written = outputs.get(item)?.[0];
      for (const event of await planwright.events(runId ?? "")) {
        if (event.type === "attempt.uncertain") traces.cut += 1;
        if (event.type === "attempt.failed" && event.retryAt !== undefined) traces.retried += 1;
        if (event.type === "subtask.succeeded" && event.subtask === "write") {
          traces.knownByKey += event.attempt === written?.attempt ? 0 : 1;
        }
      }
    }
    return traces;
  }

  #start(...words: readonly string[]): Started {
    const { seed, failing } = this.#options;
    const env = { PIPELINE_FAULTS: JSON.stringify({ seed, failing }) };
    return startPlanwright(this.#folder, [...words, "--json"], { env });
  }

  async #ask(...words: readonly string[]): Promise<string> {
    return (await this.#start(...words).ended).stdout;
  }
}

function nameOf(document: number): string {
  return `${String(document).padStart(6, "0")}.md`;
}

function readBatch(stdout: string, stderr: string): BatchResult {
  const said = JSON.parse(stdout) as BatchResult;
  if (said.counts === undefined) throw new Error(`The batch did not end: ${stdout}${stderr}`);
  return said;
}
