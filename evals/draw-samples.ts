/**
 * Draws the samples of public benchmarks that stand in this folder from the whole data:
 *
 *   npm exec -- node evals/draw-samples.ts DIR
 *
 * The rows are unchanged, in their order, and the same ones for the same data: the seed is fixed.
 * Each folder's SOURCE.md says where the data is from and what its licence is.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { randomFrom, shuffled } from "../src/evals/random.ts";

const SEED = 7;

type Source = {
  readonly folder: string;
  readonly files: readonly string[];
  /** So many of each file; all where there are fewer. */
  readonly rows: number;
  /** Only these, so that their tools stay small. */
  readonly pools?: readonly string[];
  readonly licences: readonly string[];
};

const SOURCES: readonly Source[] = [
  {
    folder: "taskbench",
    files: ["huggingface.jsonl", "multimedia.jsonl", "dailylifeapis.jsonl"],
    rows: 200,
    licences: ["LICENSE.txt"],
  },
  // Not sgd.jsonl: it derives from data under CC BY-SA.
  {
    folder: "nestful",
    files: ["executable.jsonl", "glaive.jsonl"],
    rows: 200,
    licences: ["LICENSE.txt"],
  },
  {
    folder: "traject-bench",
    files: ["parallel-simple.jsonl", "parallel-hard.jsonl", "sequential.jsonl"],
    rows: 20,
    pools: ["Education", "Gaming", "Music", "eCommerce"].map((name) => `tools/${name}.json`),
    licences: ["LICENSE.txt"],
  },
  {
    folder: "bfcl",
    files: [
      "parallel.jsonl",
      "parallel_multiple.jsonl",
      "multiple.jsonl",
      "live_parallel.jsonl",
      "live_parallel_multiple.jsonl",
      "irrelevance.jsonl",
    ],
    rows: 25,
    licences: ["LICENSE.txt"],
  },
  {
    folder: "restbench-tmdb",
    files: ["tmdb.jsonl"],
    rows: 100,
    licences: ["LICENSE-GNN4TaskPlan.txt"],
  },
  {
    folder: "worfbench",
    files: ["seal_tools.jsonl", "toolalpaca.jsonl", "toolbench.jsonl", "lumos.jsonl"],
    rows: 20,
    licences: ["LICENSE.txt"],
  },
  {
    folder: "asynchow",
    files: ["async.jsonl", "seq.jsonl", "para.jsonl"],
    rows: 60,
    licences: ["LICENSE.txt"],
  },
  {
    folder: "llmcompiler",
    files: ["parallelqa.jsonl", "movie.jsonl"],
    rows: 25,
    licences: ["LICENSE.txt"],
  },
];

type Row = { readonly pool?: string };

function draw(source: Source, data: string, own: string): void {
  const pools = new Set<string>();
  for (const file of source.files) {
    const text = readFileSync(join(data, source.folder, file), "utf8");
    const lines = text.split("\n").filter((line) => {
      const { pool } = line.trim() === "" ? {} : (JSON.parse(line) as Row);
      return line.trim() !== "" && (source.pools?.includes(pool ?? "") ?? true);
    });
    const kept = new Set(shuffled([...lines.keys()], randomFrom(SEED)).slice(0, source.rows));
    const drawn = lines.filter((_, at) => kept.has(at));
    for (const line of drawn) pools.add((JSON.parse(line) as Row).pool ?? "");
    writeFileSync(join(own, source.folder, file), `${drawn.join("\n")}\n`);
    console.log(`${source.folder}/${file}: ${drawn.length} of ${lines.length}`);
  }
  for (const file of [...pools, ...source.licences]) {
    if (file === "") continue;
    const target = join(own, source.folder, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(join(data, source.folder, file)));
  }
}

const [, , data] = process.argv;
if (data === undefined) {
  console.error("Name the folder of the whole data: node evals/draw-samples.ts DIR");
  process.exitCode = 2;
} else for (const source of SOURCES) draw(source, data, import.meta.dirname);
