/**
 * What it costs per subtask that a run survives a crash: planwright on its SQLite journal beside
 * engines that keep their state in SQLite, too, on the same graphs in interleaved rounds; and
 * beside the events that planwright writes, as bare rows in as many commits.
 *
 *     npm run bench durability
 *     npm run bench durability -- --engines bare,commits,planwright --graphs chain-100 --rounds 5
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DURABLE_ENGINES } from "./engines/durable-engines.ts";
import { goRound, type Measured } from "./engines/durable-rounds.ts";
import { barsOf, type GraphFigures, tableOf } from "./engines/durable-tables.ts";
import { choiceOf, countOf, optionsOf } from "./options.ts";
import { installPeers } from "./peers.ts";
import { publish } from "./report.ts";

const GRAPHS = {
  "chain-100": { title: "Chain of 100", count: 100, layers: 100, warmup: 5, rounds: 15 },
  "layered-100": { title: "100 in 5 layers", count: 100, layers: 5, warmup: 5, rounds: 15 },
  "layered-1000": { title: "1,000 in 20 layers", count: 1_000, layers: 20, warmup: 5, rounds: 15 },
  "layered-10000": {
    title: "10,000 in 20 layers",
    count: 10_000,
    layers: 20,
    warmup: 1,
    rounds: 5,
  },
} as const;

const values = optionsOf({
  engines: { type: "string", default: Object.keys(DURABLE_ENGINES).join() },
  graphs: { type: "string", default: Object.keys(GRAPHS).join() },
  rounds: { type: "string" },
  /** Seconds of one engine on one graph. */
  limit: { type: "string", default: "30" },
});
const known = Object.keys(DURABLE_ENGINES);
const chosen = choiceOf(values.engines, known, "--engines");
// What all others are beside.
const engines = known.filter(
  (one) => one === "bare" || one === "planwright" || chosen.includes(one),
);
const graphs = choiceOf(values.graphs, Object.keys(GRAPHS), "--graphs");
const peers = [...new Set(engines.flatMap((engine) => DURABLE_ENGINES[engine]?.peer ?? []))];
installPeers(peers);

const wantedRounds = values.rounds === undefined ? undefined : countOf(values.rounds, "--rounds");
const limitMs = countOf(values.limit, "--limit") * 1000;
const all: GraphFigures[] = [];
const folder = mkdtempSync(join(tmpdir(), "planwright-bench-"));
try {
  for (const name of graphs as (keyof typeof GRAPHS)[]) {
    const { title, count, layers, warmup, rounds } = GRAPHS[name];
    console.error(title);
    const measured: Measured[] = await goRound({
      engines,
      graph: { count, layers },
      warmup,
      rounds: wantedRounds ?? rounds,
      limitMs,
      folder: join(folder, name),
    });
    all.push({ name, title, count, measured });
  }
} finally {
  rmSync(folder, { recursive: true });
}
publish({
  name: "durability",
  tables: [...all.map(tableOf), ...barsOf(all)],
  data: JSON.parse(JSON.stringify(all)),
  peers,
});
