/** What a benchmark gives: Markdown on stdout, and the same as JSON in `bench/results`. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import type { Json } from "../src/base/json.ts";
import { peerVersions } from "./peers.ts";

export type Table = {
  readonly title: string;
  /** What a reader must know to read the table. */
  readonly note?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export type Report = {
  /** Of the command: `npm run bench NAME`. */
  readonly name: string;
  readonly tables: readonly Table[];
  /** All that was measured, before it was rounded for people. */
  readonly data: Json;
  /** Folders of `bench/peers` that took part. */
  readonly peers?: readonly string[];
};

const RESULTS = join(import.meta.dirname, "results");

export function publish({ name, tables, data, peers = [] }: Report): void {
  for (const { title, note, header, rows } of tables) {
    console.log(`\n## ${title}\n`);
    if (note !== undefined) console.log(`${note}\n`);
    console.log(markdownTable(header, rows));
  }
  const setting = settingOf(peers);
  console.log(`\n${describe(setting)}`);
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `${name}.json`);
  writeFileSync(path, `${JSON.stringify({ name, ...setting, tables, data }, null, 2)}\n`);
  console.error(`All that was measured is in ${path}.`);
}

export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const all = [header, header.map(() => "---"), ...rows];
  return all.map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");
}

type Setting = ReturnType<typeof settingOf>;

function settingOf(peers: readonly string[]) {
  const [cpu] = cpus();
  const manifest = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
  return {
    date: new Date().toISOString(),
    /** A part of a benchmark gives a part of its result. */
    options: process.argv.slice(2),
    machine: {
      cpus: cpus().length,
      model: cpu?.model ?? "unknown",
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: {
      node: process.versions.node,
      planwright: (JSON.parse(manifest) as { version: string }).version,
      ...peerVersions(peers),
    },
  };
}

function describe({ date, machine, versions }: Setting): string {
  const { cpus: count, model, memoryGigabytes, system } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const where = `${count} × ${model}, ${memoryGigabytes} GB, ${system}`;
  return `${date.slice(0, 10)}, ${where}; ${packages.join(", ")}.`;
}
