/**
 * What an engine costs: planwright beside other libraries that run graphs of functions, and
 * beside bare promises, in memory. Each has a process of its own; they take turns, round by round.
 *
 *     npm run bench engines
 *     npm run bench engines -- --only mastra,async --graphs layered-1000,makespan --rounds 5
 *
 * `--graphs` names graphs, `makespan` and `footprint`; `--limit` is in seconds, of one engine
 * on one graph. Floor and planwright take part in any case.
 */

import { ENGINES, FLOOR, PLANWRIGHT } from "./engines/engine-list.ts";
import { footprintTable, measureFootprints } from "./engines/footprint.ts";
import { makespanBars, makespanTable, measureMakespans } from "./engines/makespan.ts";
import {
  GRAPHS,
  measureOverheads,
  type Overheads,
  overheadBars,
  overheadTable,
} from "./engines/overhead.ts";
import { choiceOf, countOf, optionsOf } from "./options.ts";
import { installPeers } from "./peers.ts";
import { publish, type Table } from "./report.ts";

const options = optionsOf({
  only: { type: "string" },
  graphs: { type: "string" },
  rounds: { type: "string" },
  limit: { type: "string", default: "30" },
});
const rounds = options.rounds === undefined ? undefined : countOf(options.rounds, "--rounds");
const limits = { rounds, limitMs: countOf(options.limit, "--limit") * 1000 };
const keys = ENGINES.map(({ key }) => key);
const wanted = choiceOf(options.only ?? keys.join(), keys, "--only");
const entries = ENGINES.filter(({ key }) => [FLOOR, PLANWRIGHT, ...wanted].includes(key));
const known = [...Object.keys(GRAPHS), "makespan", "footprint"];
const parts = choiceOf(options.graphs ?? known.join(), known, "--graphs");
const peers = [...new Set(entries.flatMap(({ peer }) => peer ?? []))];

installPeers(peers);
const overheads: Overheads[] = [];
for (const name of parts.filter((part) => part in GRAPHS)) {
  console.error(`${name} …`);
  overheads.push(await measureOverheads(name, entries, limits));
}
if (parts.includes("makespan")) console.error("makespan …");
const makespans = parts.includes("makespan") ? await measureMakespans(entries, limits) : [];
const footprints = parts.includes("footprint") ? measureFootprints(peers) : [];

const bars = [...overheadBars(overheads), ...makespanBars(makespans)];
const engines = overheads[0]?.engines ?? makespans[0]?.engines ?? [];
const tables: Table[] = overheads.map(overheadTable);
if (bars.length > 0) {
  tables.push({ title: "What must hold", header: ["", "measured", "holds"], rows: bars });
}
if (makespans.length > 0) tables.push(makespanTable(makespans));
if (footprints.length > 0) tables.push(footprintTable(footprints));
tables.push({
  title: "How the graph was put to each",
  header: ["engine", ""],
  rows: engines.map(({ name, notes = "" }) => [name, notes]),
});
publish({ name: "engines", tables, data: { overheads, makespans, footprints }, peers });
