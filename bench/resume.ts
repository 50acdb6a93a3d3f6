/**
 * The same crash on each engine that keeps what has ended: 40 subtasks of random length, whose
 * process is killed when half of them have ended; a second process goes on, in which they take
 * other times, so that they end in another order. Each subtask logs what it does, and its result
 * says whose it is and of which inputs, so that one that is given to another subtask is seen.
 *
 *     npm run bench resume
 *     npm run bench resume -- --engines planwright,mastra --seeds 1
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CASES, type CaseName } from "./engines/resume-case.ts";
import { RESUMABLE_ENGINES } from "./engines/resume-engines.ts";
import { killAndResume, type Tried } from "./engines/resume-run.ts";
import { tableOf } from "./engines/resume-table.ts";
import { choiceOf, countOf, optionsOf } from "./options.ts";
import { installPeers } from "./peers.ts";
import { publish } from "./report.ts";

/** Runs under way at once: they mostly sleep, but what is slow to be kept would seem to be lost. */
const AT_ONCE = 2;

const values = optionsOf({
  engines: { type: "string", default: Object.keys(RESUMABLE_ENGINES).join() },
  seeds: { type: "string", default: "5" },
});
const engines = choiceOf(values.engines, Object.keys(RESUMABLE_ENGINES), "--engines");
const cases = Object.keys(CASES) as CaseName[];
const seeds = Array.from({ length: countOf(values.seeds, "--seeds") }, (_, index) => index + 1);
const peers = [...new Set(engines.flatMap((engine) => RESUMABLE_ENGINES[engine]?.peer ?? []))];
installPeers(peers);

const postgres = peers.includes("dbos")
  ? await (await import("./peers/dbos/postgres.js")).startPostgres()
  : undefined;
// The processes of the runs inherit it.
if (postgres !== undefined) process.env["BENCH_POSTGRES_URL"] = postgres.url;
const folder = mkdtempSync(join(tmpdir(), "planwright-bench-"));
const tried: Tried[] = [];
try {
  const waiting = cases.flatMap((of) =>
    engines.flatMap((engine) => seeds.map((seed) => [engine, of, seed] as const)),
  );
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const one = await killAndResume(...next, join(folder, next.join("-")));
      console.error(`  ${next.join(", ")}: ${one.error ?? "ended"}`);
      tried.push(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
} finally {
  rmSync(folder, { recursive: true });
  await postgres?.stop();
}
publish({
  name: "resume",
  tables: cases.map((of) => tableOf(of, engines, tried)),
  data: tried,
  peers,
});
