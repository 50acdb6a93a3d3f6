/**
 * Many documents through the example's pipeline, some of which fail; its process is killed
 * again and again. First a tenth of them, to see whether memory grows with their number.
 *
 *     npm run pipeline-campaign -- --documents 15000 --kills 3 --seed 1
 */

import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { markdownTable } from "../../../bench/report.ts";
import { type PipelineReport, runPipelineCampaign } from "./pipeline-campaign.ts";
import { measurePipelineCost } from "./pipeline-cost.ts";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "15000" },
    kills: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    failing: { type: "string", default: "0.03" },
  },
});
const documents = Number(values.documents);
const given = {
  kills: Number(values.kills),
  seed: Number(values.seed),
  failing: Number(values.failing),
};
const tenth = Math.ceil(documents / 10);
const small = await runPipelineCampaign({ ...given, documents: tenth });
const large = await runPipelineCampaign({ ...given, documents });

const rows: readonly (readonly [string, (report: PipelineReport) => string])[] = [
  ["finished", ({ finished }) => String(finished)],
  ["dead letters", ({ deadLetters }) => String(deadLetters)],
  ["failed attempts that were followed by another", ({ retried }) => String(retried)],
  ["processes killed", ({ kills }) => String(kills)],
  ["attempts that they had under way", ({ cut }) => String(cut)],
  ["of these, writes that the receiver knew by their key", ({ knownByKey }) => String(knownByKey)],
  ["violations", ({ violations }) => String(violations.length)],
  ["peak memory, MB", ({ peakMegabytes }) => peakMegabytes?.toFixed(0) ?? "unknown"],
  ["seconds", ({ seconds }) => seconds.toFixed(0)],
];
const header = ["documents", tenth.toLocaleString("en-US"), documents.toLocaleString("en-US")];
console.log(
  markdownTable(
    header,
    rows.map(([name, of]) => [name, of(small), of(large)]),
  ),
);
const growth = (large.peakMegabytes ?? Number.NaN) / (small.peakMegabytes ?? Number.NaN);
console.log(`\nPeak memory to that of a tenth: ${growth.toFixed(2)}`);
console.log("\nSteps that give at once what they gave for one document, beside the bare writes");
console.log("\nIn a program:\n");
console.log(await measurePipelineCost(tenth, 9));
setFlagsFromString("--heap-growing-percent=30");
console.log("\nAs the command line does it, which tells V8 to care for memory:\n");
console.log(await measurePipelineCost(tenth, 9));
const violations = [...small.violations, ...large.violations];
for (const violation of violations) console.error(violation);
process.exit(violations.length === 0 ? 0 : 1);
