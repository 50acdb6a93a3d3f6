/**
 * Kill runs at random moments, resume them, and see that nothing was lost or done twice.
 *
 *     npm run kill-campaign -- --runs 200 --kills 300 --seed 1
 */

import { parseArgs } from "node:util";
import { markdownTable } from "../../../bench/report.ts";
import { runKillCampaign } from "./kill-campaign.ts";
import { PHASES } from "./run-check.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    kills: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
  },
});
const begun = performance.now();
const report = await runKillCampaign({
  runs: Number(values.runs),
  kills: Number(values.kills),
  seed: Number(values.seed),
});
const { phases, violations } = report;
const rows: readonly (readonly [string, number])[] = [
  ["runs, each brought to its end", report.runs],
  ["processes", report.processes],
  ["of them killed", report.kills],
  ["runs that were in a killed process", report.runsHit],
  ["resumes", report.resumes],
  ["effects of idempotent tools", report.puts],
  ["effects of others", report.sends],
  ["duplicates", report.duplicates],
  ["repeats that the receiver knew by their key", report.answeredByKey],
  ["dead letters discarded, as it had happened", report.discarded],
  ["dead letters retried, as it had not", report.retried],
  ["records of the audit trail, verified", report.auditRecords],
  ["violations", violations.length],
  ["seconds", Math.round((performance.now() - begun) / 1000)],
];
console.log(numbers("in all", rows));
console.log(
  "\nA kill hits every run of its process, and every attempt that these have under way.\n",
);
const hits = PHASES.map((phase) => [phase, phases.get(phase) ?? 0] as const);
console.log(numbers("where the kills hit", hits));
for (const violation of violations) console.error(violation);
process.exit(violations.length === 0 ? 0 : 1);

function numbers(title: string, list: readonly (readonly [string, number])[]): string {
  return markdownTable(
    [title, "number"],
    list.map(([name, value]) => [name, String(value)]),
  );
}
