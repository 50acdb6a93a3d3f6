/** Whoever gives the gold plan itself is right: by every adapter, on the samples that are here. */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { bfcl } from "../../src/evals/adapters/bfcl.ts";
import { nestful } from "../../src/evals/adapters/nestful.ts";
import { restbench } from "../../src/evals/adapters/restbench.ts";
import { traject } from "../../src/evals/adapters/traject.ts";
import type { Adapter, AdapterData, PlanSample } from "../../src/evals/sample.ts";
import { scoreOf } from "../../src/evals/statistics.ts";
import { predicted, shareOf } from "./planned.ts";

const EVALS = resolve(import.meta.dirname, "../../evals");

function samplesOf(adapter: Adapter, folder: string, files: readonly string[]): PlanSample[] {
  const data: AdapterData = {
    pool: (path, read) => ({
      key: path,
      tools: read(JSON.parse(readFileSync(join(EVALS, folder, path), "utf8"))),
    }),
  };
  return files.flatMap((file) => {
    const lines = readFileSync(join(EVALS, folder, file), "utf8")
      .trim()
      .split("\n");
    return lines.map((line) => adapter.read(JSON.parse(line), data));
  });
}

it.for([
  [bfcl, "bfcl", bfcl.files, ["ast_match", "width"]],
  [
    nestful,
    "nestful",
    ["executable.jsonl", "glaive.jsonl"],
    ["node_f1", "edge_f1", "param_name_f1", "param_value_f1", "partial_match", "full_match"],
  ],
  // A single call has no link, and 0 of it by the official rule.
  [restbench, "restbench-tmdb", restbench.files, ["node_f1", "accuracy", "node_f1_strict"]],
  // Inclusion stays below 1 where a tool is repeated.
  [traject, "traject-bench", traject.files, ["exact_match", "exact_match_strict", "usage"]],
] as const)("of $1", async ([adapter, folder, files, measures]) => {
  const samples = samplesOf(adapter, folder, files);
  for (const measure of measures) {
    const shares = await Promise.all(
      samples.map((sample) =>
        shareOf(adapter.scorers, measure, sample, predicted(sample.gold.graph ?? "refused")),
      ),
    );
    const score = scoreOf(shares.filter((share) => share !== null));
    expect(score, `${folder} ${measure}`).toBeCloseTo(1);
  }
});
