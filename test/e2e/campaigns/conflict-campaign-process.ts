/**
 * Let two processes want something of one run at the same moment, and see that one gets it.
 *
 *     npm run conflict-campaign -- --rounds 200 --seed 1
 */

import { parseArgs } from "node:util";
import { markdownTable } from "../../../bench/report.ts";
import { runConflictCampaign } from "./conflict-campaign.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
  },
});
const begun = performance.now();
const reports = await runConflictCampaign({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
});
const header = [
  "of one run",
  "rounds",
  "the first won",
  "the other was told",
  "skew ms",
  "violations",
];
const rows = reports.map(({ scenario, rounds, firstWon, told, skewsMs, violations }) => [
  scenario,
  String(rounds),
  String(firstWon),
  [...told].map(([code, times]) => `${code} ${times}`).join(", "),
  `median ${at(skewsMs, 0.5)}, most ${at(skewsMs, 1)}`,
  String(violations.length),
]);
console.log(markdownTable(header, rows));
console.log(`\n${Math.round((performance.now() - begun) / 1000)} s`);
const violations = reports.flatMap((report) => report.violations);
for (const violation of violations) console.error(violation);
process.exit(violations.length === 0 ? 0 : 1);

function at(skewsMs: readonly number[], share: number): string {
  const sorted = skewsMs.toSorted((a, b) => a - b);
  return (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(2);
}
